import { annotations, type Node, type NodeClaim, type ResourceSlice } from "../../api/index.ts";
import { type Caches, indexes } from "../plumbing/index.ts";

/**
 * The first driver, in the order of the claim's list, that has published no complete pool of devices of the node yet;
 * undefined when all have, or dynamic resources are not looked at (spec: lifecycle 1.5, step 6).
 */
export function findUnpublishedDriver(caches: Caches, node: Node, claim: NodeClaim): string | undefined {
  if (caches.resourceSlices === undefined) return undefined;
  const wanted = driversOf(claim);
  if (wanted.length === 0) return undefined;
  const slices = caches.resourceSlices.store.byIndex(indexes.nodeName, node.metadata.name ?? "");
  return wanted.find((driver) => !hasCompletePool(slices.filter(({ spec }) => spec.driver === driver)));
}

const driversOf = (claim: NodeClaim): readonly string[] =>
  (claim.metadata.annotations?.[annotations.requestedDraDrivers] ?? "")
    .split(",")
    .map((driver) => driver.trim())
    .filter((driver) => driver !== "");

/** Only the newest generation of a pool counts: an older one that was complete says nothing of the new one. */
function hasCompletePool(slices: readonly ResourceSlice[]): boolean {
  const pools = Map.groupBy(slices, ({ spec }) => spec.pool.name);
  return [...pools.values()].some((members) => {
    const newest = Math.max(...members.map(({ spec }) => spec.pool.generation));
    const current = members.filter(({ spec }) => spec.pool.generation === newest);
    const declared = current[0]?.spec.pool.resourceSliceCount ?? 0;
    return declared > 0 && current.length === declared;
  });
}
