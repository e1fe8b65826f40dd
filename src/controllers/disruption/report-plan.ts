import type { DisruptionReason } from "../../api/index.ts";
import type { DisruptionPlan, KeptNode, MethodReport, PoolBudget } from "../../core/index.ts";
import type { GaugeStore } from "../../platform/index.ts";
import type { DisruptionDeps } from "./deps.ts";
import { methodLabels } from "./method-labels.ts";

const budgetDedupeMilliseconds = 60_000;
const unconsolidatableDedupeMilliseconds = 15 * 60_000;

/** `gauges` holds the series of pools, so that those of a deleted pool go. */
export type ReportDeps = DisruptionDeps & { readonly gauges: GaugeStore };

const reasons: readonly DisruptionReason[] = ["Empty", "Drifted", "Underutilized"];

/** The pool is gone. */
export function forgetPool({ gauges }: ReportDeps, pool: string): void {
  for (const reason of reasons) gauges.delete(`${pool}/${reason}`);
}

/** Gauges and events of one pass (spec: lifecycle 3.2 to 3.4). */
export function reportPlan(deps: ReportDeps, plan: DisruptionPlan): void {
  for (const report of plan.reports) reportMethod(deps, report);
  for (const kept of plan.kept) reportKept(deps, kept);
}

function reportMethod(deps: ReportDeps, { method, eligible, budgets }: MethodReport): void {
  deps.instruments.disruptionEligibleNodes.set(eligible, { reason: methodLabels[method].reason });
  for (const budget of budgets ?? []) reportBudget(deps, budget);
}

export function reportBudget(deps: ReportDeps, budget: PoolBudget): void {
  const { pool, reason, allowed, disrupting, nodes } = budget;
  const cause = budget.shut ?? budget.failure?.message;
  const labels = { nodepool: pool.key.name, reason };
  const { nodePoolAllowedDisruptions, nodePoolConsumingBudgets } = deps.instruments;
  deps.gauges.update(`${pool.key.name}/${reason}`, [
    { gauge: nodePoolAllowedDisruptions, labels, value: allowed },
    { gauge: nodePoolConsumingBudgets, labels, value: disrupting },
  ]);
  if (nodes === 0 || allowed > 0) return;
  deps.events.publish({
    object: pool.pool,
    type: "Normal",
    reason: "DisruptionBlocked",
    message: `No allowed disruptions for disruption reason ${reason} due to blocking budget${cause === undefined ? "" : `: ${cause}`}`,
    dedupeValues: [pool.pool.metadata.uid ?? "", reason],
    dedupeMilliseconds: budgetDedupeMilliseconds,
  });
}

function reportKept(deps: DisruptionDeps, { node, reasons }: KeptNode): void {
  for (const { event, text } of reasons) {
    if (event === undefined) continue;
    for (const object of [node.node, node.claim?.claim]) {
      if (object === undefined) continue;
      deps.events.publish({
        object,
        type: "Normal",
        reason: event,
        message: text.charAt(0).toUpperCase() + text.slice(1),
        dedupeValues: [object.metadata.uid ?? ""],
        ...(event === "Unconsolidatable" ? { dedupeMilliseconds: unconsolidatableDedupeMilliseconds } : {}),
      });
    }
  }
}
