/**
 * What consolidation depends on in a picture, as a text: equal texts give equal answers but for what the clock changes
 * (lifecycle 8, O12 and 3.12). Heartbeats, events and statuses of pods do not enter.
 */
import type { InstanceType } from "../catalogue/instance-type.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import { isConsolidatable } from "./consolidatable.ts";

/** Lists of instance types are told apart by identity; `ids` is the caller's and only grows. */
export function disruptionFingerprint(
  snapshot: ClusterSnapshot,
  ids: WeakMap<readonly InstanceType[], number>,
  nextId: () => number,
): string {
  const types = [...snapshot.instanceTypes].map(([pool, list]) => {
    const id = ids.get(list) ?? nextId();
    ids.set(list, id);
    return `${pool}=${id}`;
  });
  const pools = snapshot.pools.map(({ key, pool }) => `${key.name}/${pool.metadata.generation ?? 0}/${isReady(pool)}`);
  const budgets = snapshot.podDisruptionBudgets.map(
    ({ metadata, status }) => `${metadata.namespace ?? ""}/${metadata.name ?? ""}/${status?.disruptionsAllowed ?? 0}`,
  );
  const waiting = snapshot.pendingPods.map(({ metadata }) => metadata.uid ?? metadata.name ?? "");
  return JSON.stringify([types, pools, budgets, waiting, snapshot.nodes.map(nodeText)]);
}

const isReady = (pool: ClusterSnapshot["pools"][number]["pool"]): boolean =>
  pool.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;

function nodeText(node: StateNode): string {
  const { name, pods, claim, node: object } = node;
  const marks = [
    node.initialized,
    node.markedForDeletion,
    node.nominatedUntil ?? 0,
    node.taints.length,
    claim !== undefined && isConsolidatable(claim),
    Object.keys(object?.metadata.annotations ?? {}).length,
  ];
  const standing = pods.map(
    ({ metadata }) => `${metadata.uid ?? metadata.name ?? ""}${metadata.deletionTimestamp === undefined ? "" : "-"}`,
  );
  return `${name} ${marks.join()} ${standing.join()}`;
}
