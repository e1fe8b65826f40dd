import { getCondition, conditionTypes, type NodeClaim, type NodePool } from "../../api/index.ts";
import type { StateNode, StaticCounts, StaticMember } from "../../core/index.ts";
import { isManagedPool, poolNameOf } from "../plumbing/index.ts";
import type { StaticCapacityDeps } from "./deps.ts";

/** A pool of a fixed size that machines may be made for and taken from. */
export function findStaticPool(deps: StaticCapacityDeps, name: string): NodePool | undefined {
  const pool = deps.caches.nodePools.store.get(name);
  if (pool === undefined || pool.spec.replicas === undefined || !isManagedPool(deps.provider, pool)) return undefined;
  if (pool.metadata.deletionTimestamp !== undefined) return undefined;
  return getCondition(pool, conditionTypes.ready)?.status === "True" ? pool : undefined;
}

export interface StaticMembers {
  readonly counts: Omit<StaticCounts, "reserved">;
  readonly active: readonly StaticMember[];
}

/** Claims of the pool by where they are in life (lifecycle 0.9, node-count state). */
export function membersOf(deps: StaticCapacityDeps, pool: string): StaticMembers {
  const nodes = new Map(deps.model.snapshot().nodes.map((node) => [node.claim?.claim.metadata.name ?? "", node]));
  const members = deps.caches.nodeClaims.store
    .list()
    .filter((claim) => poolNameOf(claim) === pool)
    .map((claim): StaticMember => ({ claim, node: nodes.get(claim.metadata.name ?? "") }));
  const byState = Map.groupBy(members, ({ claim, node }) => stateOf(claim, node));
  const active = byState.get("active") ?? [];
  const [deleting, pendingDisruption] = [byState.get("deleting") ?? [], byState.get("pending-disruption") ?? []];
  return {
    active,
    counts: { active: active.length, deleting: deleting.length, pendingDisruption: pendingDisruption.length },
  };
}

/** A claim that goes is `deleting` however it was marked, so a scale-down never takes another one for it. */
function stateOf({ metadata }: NodeClaim, node: StateNode | undefined): "active" | "deleting" | "pending-disruption" {
  if (metadata.deletionTimestamp !== undefined) return "deleting";
  return node?.markedForDeletion === true ? "pending-disruption" : "active";
}
