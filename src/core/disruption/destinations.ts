/** Nodes that stay and still are no place for pods that disruption moves (lifecycle 3.5). */
import { parseNillableDurationMillis, parseTimestamp } from "../../api/index.ts";
import { keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import { isStaticPool, type PoolView } from "../cluster/views.ts";
import type { EpochMillis } from "../time.ts";
import type { CandidateScope } from "./candidate-checks.ts";
import { consolidatableOf } from "./consolidatable.ts";
import { isDrifted } from "./drifted.ts";
import { moveWindowMillis } from "./move-memory.ts";

/**
 * Names of nodes that may yet fail to come up and, when `quiet` is given, of those within their pool's `consolidateAfter`:
 * moving pods there would keep them from ever being quiet.
 */
export function closedNodes(
  snapshot: ClusterSnapshot,
  quiet?: Pick<CandidateScope, "now" | "pools">,
): ReadonlySet<string> {
  const closed = snapshot.nodes.filter(
    (node) => (node.managed && !node.initialized) || (quiet !== undefined && isUnquiet(node, quiet)),
  );
  return new Set(closed.map(({ name }) => name));
}

/** Nodes that will go soon by themselves: pods that move there would move again (lifecycle 8, O15). */
export function leavingSoon(snapshot: ClusterSnapshot, now: EpochMillis): ReadonlySet<StateNode> {
  return new Set(snapshot.nodes.filter(({ claim }) => claim !== undefined && (isDrifted(claim) || isDue(claim, now))));
}

/** It expires within the time in which a pod should not move twice. */
function isDue({ claim }: NonNullable<StateNode["claim"]>, now: EpochMillis): boolean {
  const expireAfter = parseNillableDurationMillis(claim.spec.expireAfter ?? "Never");
  const created = parseTimestamp(claim.metadata.creationTimestamp ?? "");
  return expireAfter !== undefined && created !== undefined && created + expireAfter - now < moveWindowMillis;
}

function isUnquiet({ claim, poolKey }: StateNode, { now, pools }: Pick<CandidateScope, "now" | "pools">): boolean {
  const pool = poolKey === undefined ? undefined : pools.get(keyText(poolKey));
  if (claim === undefined || pool === undefined || !takesPart(pool)) return false;
  return isWithinWindow(pool, claim, now);
}

function isWithinWindow(pool: PoolView, claim: NonNullable<StateNode["claim"]>, now: EpochMillis): boolean {
  return consolidatableOf(claim, pool, now).status === "wait";
}

/** Pools that simulations may not buy for do not protect their nodes either. */
function takesPart(view: PoolView): boolean {
  if (view.pool.metadata.deletionTimestamp !== undefined || isStaticPool(view)) return false;
  return view.pool.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}
