import {
  awsLabels,
  capacityTypes,
  labels,
  type Node,
  nodeClaimType,
  nodeType,
  type NodeClaim,
} from "../../api/index.ts";
import { isKubeFault, patchLocked, type Reconciler } from "../../kube/index.ts";
import type { NodeClassDeps } from "../node-class/reconciler.ts";
import { providerIdOf } from "../instances/instance.ts";
import { singleton } from "./singleton.ts";

const minute = 60_000;
/** Another writer was faster: the next round begins at once. */
const atOnce = 1;

/**
 * A machine whose reservation has ended may run on as on-demand; then claim and node say so (spec: aws 7.7). The node is
 * looked at whatever the claim says, since it may have registered after the claim was put right. Nothing becomes reserved.
 */
export function createCapacityTypes(deps: NodeClassDeps): Reconciler {
  return singleton("capacityreservation.capacitytype", minute, async (signal) => {
    const reserved = deps.nodeClaims.store.list().filter(isReservedHere(deps));
    if (reserved.length === 0) return minute;
    const onDemand = new Set(
      (await deps.parts.instances.list({ signal }))
        .filter(({ capacityType }) => capacityType === capacityTypes.onDemand)
        .map(providerIdOf),
    );
    const errors: unknown[] = [];
    for (const claim of reserved) {
      if (!onDemand.has(claim.status?.providerID ?? "")) continue;
      try {
        await relabel(deps, claim, signal);
      } catch (error) {
        signal.throwIfAborted();
        errors.push(error);
      }
    }
    if (errors.length === 0) return minute;
    if (errors.every((error) => isKubeFault(error, "Conflict"))) return atOnce;
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, "capacity types could not be put right");
  });
}

/** Claims that are reserved themselves, or whose node still is. */
const isReservedHere =
  ({ nodes }: NodeClassDeps) =>
  (claim: NodeClaim): boolean =>
    claim.metadata.deletionTimestamp === undefined &&
    (isReserved(claim) || nodesOf(nodes.store.list(), claim).some(isReserved));

const isReserved = ({ metadata }: NodeClaim | Node): boolean =>
  metadata.labels?.[labels.capacityType] === capacityTypes.reserved;

const nodesOf = (nodes: readonly Node[], { status }: NodeClaim): readonly Node[] =>
  nodes.filter(
    ({ spec, metadata }) =>
      (status?.providerID ?? "") !== "" &&
      spec?.providerID === status?.providerID &&
      metadata.deletionTimestamp === undefined &&
      metadata.labels?.[labels.registered] === "true",
  );

async function relabel({ kube, nodes }: NodeClassDeps, claim: NodeClaim, signal: AbortSignal): Promise<void> {
  if (isReserved(claim))
    await patchLocked({ client: kube, type: nodeClaimType, object: claim }, asOnDemand(claim), { signal });
  for (const node of nodesOf(nodes.store.list(), claim).filter(isReserved))
    await patchLocked({ client: kube, type: nodeType, object: node }, asOnDemand(node), { signal });
}

const reservationLabels: ReadonlySet<string> = new Set([
  awsLabels.capacityReservationId,
  awsLabels.capacityReservationType,
  awsLabels.capacityReservationInterruptible,
]);

function asOnDemand<T extends NodeClaim | Node>(object: T): T {
  const kept = Object.entries(object.metadata.labels ?? {}).filter(([key]) => !reservationLabels.has(key));
  const changed = { ...Object.fromEntries(kept), [labels.capacityType]: capacityTypes.onDemand };
  return { ...object, metadata: { ...object.metadata, labels: changed } };
}
