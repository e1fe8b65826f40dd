import type { PodDisruptionBudget } from "../../api/index.ts";
import { matchesSelector } from "../../core/index.ts";
import { nameText, objectNameOf } from "../model/place.ts";
import type { Facts, Typed } from "./facts.ts";
import type { Workload } from "./workloads.ts";

export const budgetsOf = (facts: Facts, workload: Workload): readonly Typed<PodDisruptionBudget>[] =>
  facts.remembered(workload, "budgets", () =>
    (byNamespace(facts).get(workload.namespace) ?? []).filter(({ object }) => selects(object, workload)),
  );

const byNamespace = (facts: Facts): ReadonlyMap<string, readonly Typed<PodDisruptionBudget>[]> =>
  facts.remembered(facts, "budgets by namespace", () =>
    Map.groupBy(onceEach(facts.budgets), ({ object }) => object.metadata.namespace ?? "default"),
  );

/** Files may hold an object twice, for two environments: it is one budget, as the last of them says. */
const onceEach = (budgets: Facts["budgets"]): Facts["budgets"] => [
  ...new Map(budgets.map((budget) => [nameText(objectNameOf(budget)), budget])).values(),
];

function selects(budget: PodDisruptionBudget, { labels }: Workload): boolean {
  const spec: Partial<PodDisruptionBudget["spec"]> = budget.spec ?? {};
  return matchesSelector(spec.selector, labels);
}

/** Workloads with replicas that a budget covers, in order of the input. */
export const coveredBy = (facts: Facts, budget: Typed<PodDisruptionBudget>): readonly Workload[] =>
  facts.remembered(budget, "covered", () => coverage(facts).get(budget) ?? []);

const coverage = (facts: Facts): ReadonlyMap<Typed<PodDisruptionBudget>, readonly Workload[]> =>
  facts.remembered(facts, "coverage", () => {
    const covered = new Map<Typed<PodDisruptionBudget>, Workload[]>();
    for (const workload of facts.workloads) {
      if ((workload.replicas ?? 0) === 0) continue;
      for (const budget of budgetsOf(facts, workload)) {
        const list = covered.get(budget) ?? [];
        covered.set(budget, list);
        list.push(workload);
      }
    }
    return covered;
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
