/** What a pool holds against its limits: capacity of its nodes that are not leaving, with `nodes` counting one each. */
import { noResources, type Resources } from "../quantity/resources.ts";
import { type KeyText, keyText, type PoolKey } from "./keys.ts";
import type { ClusterSnapshot } from "./snapshot.ts";
import { SortedMap } from "./sorted-map.ts";
import type { StateNode } from "./state-node.ts";
import { tally } from "./tally.ts";

/** Usage of one pool (scheduling 4.1, api 1.6); counted anew for snapshots that do not carry it. */
export function poolUsageOf(snapshot: Pick<ClusterSnapshot, "nodes" | "poolUsage">, pool: PoolKey): Resources {
  const usage = snapshot.poolUsage ?? usageOfNodes(snapshot.nodes);
  return usage.get(keyText(pool)) ?? noResources;
}

/** Usage of every pool that has any. */
export function usageOfNodes(nodes: readonly StateNode[]): ReadonlyMap<KeyText, Resources> {
  let usage = SortedMap.empty<KeyText, Resources>();
  for (const node of nodes) usage = exchangeUsage(usage, undefined, node);
  return usage;
}

/** Takes out what `before` held and puts in what `after` holds. */
export function exchangeUsage(
  usage: SortedMap<KeyText, Resources>,
  before: StateNode | undefined,
  after: StateNode | undefined,
): SortedMap<KeyText, Resources> {
  if (before !== undefined && after !== undefined && holdsTheSame(before, after)) return usage;
  const without = before === undefined || !counts(before) ? usage : changed(usage, before, -1);
  return after === undefined || !counts(after) ? without : changed(without, after, 1);
}

function holdsTheSame(before: StateNode, after: StateNode): boolean {
  if (before.capacity !== after.capacity || before.markedForDeletion !== after.markedForDeletion) return false;
  return before.poolKey?.kind === after.poolKey?.kind && before.poolKey?.name === after.poolKey?.name;
}

const counts = (node: StateNode): boolean => node.poolKey !== undefined && !node.markedForDeletion;

function changed(usage: SortedMap<KeyText, Resources>, node: StateNode, sign: 1 | -1): SortedMap<KeyText, Resources> {
  if (node.poolKey === undefined) return usage;
  const key = keyText(node.poolKey);
  const held = tally(usage.get(key) ?? noResources, { ...node.capacity, nodes: 1 }, sign);
  return held["nodes"] === undefined ? usage.delete(key) : usage.set(key, held);
}
