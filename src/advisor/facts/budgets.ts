import type { PodDisruptionBudget } from "../../api/index.ts";
import { matchesSelector } from "../../core/index.ts";
import type { Facts, Typed } from "./facts.ts";
import type { Workload } from "./workloads.ts";

export const budgetsOf = ({ budgets }: Facts, { labels, namespace }: Workload): readonly Typed<PodDisruptionBudget>[] =>
  budgets.filter(({ object }) => {
    const spec: Partial<PodDisruptionBudget["spec"]> = object.spec ?? {};
    return (object.metadata.namespace ?? "default") === namespace && matchesSelector(spec.selector, labels);
  });

/** How many of `replicas` pods may be away at once; never below 0. Percentages round up, as the controller rounds them. */
export function disruptionsAllowed({ spec }: PodDisruptionBudget, replicas: number): number {
  const { maxUnavailable, minAvailable } = spec;
  if (maxUnavailable !== undefined) return Math.max(0, amountOf(maxUnavailable, replicas));
  return minAvailable === undefined ? replicas : Math.max(0, replicas - amountOf(minAvailable, replicas));
}

function amountOf(value: number | string, replicas: number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? Number(value) || 0 : Math.ceil((Number(percent) * replicas) / 100);
}
