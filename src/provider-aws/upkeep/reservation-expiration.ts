import { awsLabels, type NodeClaim, nodeClaimType } from "../../api/index.ts";
import { deleteIfPresent, type Reconciler } from "../../kube/index.ts";
import type { NodeClassDeps } from "../node-class/reconciler.ts";
import { mapLimit } from "../../platform/index.ts";
import { singleton } from "./singleton.ts";

const minute = 60_000;
const parallel = 10;

/** Ends the claims of capacity blocks that are about to end, ten minutes before EC2 takes the machines (spec: aws 7.7). */
export function createReservationExpiration(deps: NodeClassDeps): Reconciler {
  return singleton("capacityreservation.expiration", minute, async (signal) => {
    const expiring = await expiringReservations(deps, signal);
    const claims = deps.nodeClaims.store
      .list()
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .filter((claim) => expiring.has(reservationOf(claim)));
    await mapLimit(claims, parallel, (claim, context) => end(deps, claim, context.signal), { signal });
  });
}

const reservationOf = ({ metadata }: NodeClaim): string => metadata.labels?.[awsLabels.capacityReservationId] ?? "";

/** Asked of EC2 by way of the classes, whose status may be a minute old. */
async function expiringReservations(
  { nodeClasses, nodeClaims, parts }: NodeClassDeps,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const names = new Set(
    nodeClaims.store
      .list()
      .filter((claim) => reservationOf(claim) !== "")
      .map(({ spec }) => spec.nodeClassRef.name),
  );
  const expiring = new Set<string>();
  for (const nodeClass of nodeClasses.store.list().filter(({ metadata }) => names.has(metadata.name ?? "")))
    for (const { id, state } of await parts.reservations.resolve(nodeClass, { signal }))
      if (state === "expiring") expiring.add(id);
  return expiring;
}

async function end({ kube, log }: NodeClassDeps, claim: NodeClaim, signal: AbortSignal): Promise<void> {
  const { name = "", uid } = claim.metadata;
  const precondition = uid === undefined ? {} : { uid };
  await deleteIfPresent(kube, { type: nodeClaimType, name: { name } }, { signal, ...precondition });
  log.info("deleted the claim of a capacity block that is about to end", {
    NodeClaim: claim.metadata.name,
    reservation: reservationOf(claim),
  });
}
