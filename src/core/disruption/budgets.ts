/** How many nodes of each pool may be disrupted now (lifecycle 3.4). */
import type { DisruptionBudget, DisruptionReason } from "../../api/index.ts";
import { type KeyText, keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import type { PoolView } from "../cluster/views.ts";
import { failed, ok, type Result } from "../result.ts";
import type { EpochMillis } from "../time.ts";
import { windowVerdict } from "../windows/windows.ts";
import { type BudgetFailure, isBudgetActive } from "./budget-window.ts";

/** What "no limit" is written as. */
export const unlimitedDisruptions = 2_147_483_647;

/** One pool's allowance for one reason. */
export interface PoolBudget {
  readonly pool: PoolView;
  readonly reason: DisruptionReason;
  /** Managed, initialized nodes whose instance is not terminating. */
  readonly nodes: number;
  /** Of these, those that are not Ready or on their way out, for whatever reason. */
  readonly disrupting: number;
  /** By the budgets alone, before `disrupting` is taken off. */
  readonly allowed: number;
  /** A budget that could not be read; then `allowed` is 0 for every reason. */
  readonly failure?: BudgetFailure;
  /** Why the disruption windows of the pool (an annotation) leave nothing; then `allowed` is 0. */
  readonly shut?: string;
}

/** Allowances of all pools for one reason, in the order of the snapshot's pools. */
export function poolBudgets(
  snapshot: ClusterSnapshot,
  reason: DisruptionReason,
  now: EpochMillis,
): readonly PoolBudget[] {
  const counts = countNodes(snapshot.nodes);
  return snapshot.pools.map((pool) => {
    const { nodes, disrupting } = counts.get(keyText(pool.key)) ?? noNodes;
    const window = windowVerdict(pool, reason, now);
    if (!window.open) return { pool, reason, nodes, disrupting, allowed: 0, shut: window.cause };
    const allowed = allowedDisruptions(pool, { reason, nodes, now });
    if (allowed.ok) return { pool, reason, nodes, disrupting, allowed: allowed.value };
    return { pool, reason, nodes, disrupting, allowed: 0, failure: allowed.failure };
  });
}

/** The smallest of the budgets that hold now and name the reason (or none); fails when any budget cannot be read. */
export function allowedDisruptions(
  pool: PoolView,
  asked: { readonly reason: DisruptionReason; readonly nodes: number; readonly now: EpochMillis },
): Result<number, BudgetFailure> {
  let allowed = unlimitedDisruptions;
  for (const budget of pool.pool.spec.disruption?.budgets ?? []) {
    const value = budgetValue(budget, asked.nodes, asked.now);
    if (!value.ok) return value;
    const applies = budget.reasons === undefined || budget.reasons.includes(asked.reason);
    if (applies) allowed = Math.min(allowed, value.value);
  }
  return ok(allowed);
}

function budgetValue(budget: DisruptionBudget, nodes: number, now: EpochMillis): Result<number, BudgetFailure> {
  const match = /^(?:(\d+)|(100|\d{1,2})%)$/.exec(budget.nodes);
  if (match === null) {
    const message = `"${budget.nodes}" is not a number of nodes: expected a count such as 5 or a share such as 10%`;
    return failed({ kind: "bad-budget", message });
  }
  const active = isBudgetActive(budget, now);
  if (!active.ok) return active;
  if (!active.value) return ok(unlimitedDisruptions);
  const [, count, percent] = match;
  return ok(count === undefined ? Math.ceil((nodes * Number(percent)) / 100) : Number(count));
}

interface NodeCount {
  nodes: number;
  disrupting: number;
}

const noNodes: Readonly<NodeCount> = Object.freeze({ nodes: 0, disrupting: 0 });

function countNodes(nodes: readonly StateNode[]): ReadonlyMap<KeyText, NodeCount> {
  const counts = new Map<KeyText, NodeCount>();
  for (const node of nodes) {
    if (node.poolKey === undefined || !consumesBudgets(node)) continue;
    const key = keyText(node.poolKey);
    const count = counts.get(key) ?? { nodes: 0, disrupting: 0 };
    counts.set(key, count);
    count.nodes++;
    if (node.markedForDeletion || !isReady(node)) count.disrupting++;
  }
  return counts;
}

function consumesBudgets(node: StateNode): boolean {
  if (!node.managed || !node.initialized) return false;
  const conditions = node.claim?.claim.status?.conditions ?? [];
  return !conditions.some(({ type, status }) => type === "InstanceTerminating" && status === "True");
}

function isReady(node: StateNode): boolean {
  return node.node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}
