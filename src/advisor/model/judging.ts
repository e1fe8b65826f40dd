/** What most rules are made of: a look at each pool, each workload. Undefined where there is none: the rule is skipped. */
import type { Facts } from "../facts/facts.ts";
import type { Pool } from "../facts/pools.ts";
import type { Workload } from "../facts/workloads.ts";
import { nameText, objectNameOf, placeOf, type ValuePath } from "./place.ts";
import type { Problem } from "./rule.ts";

type Judgement = readonly Problem[] | Problem | undefined;

const listed = (judgement: Judgement): readonly Problem[] => {
  if (judgement === undefined) return [];
  return Array.isArray(judgement) ? (judgement as readonly Problem[]) : [judgement as Problem];
};

export function overEach<T>(items: readonly T[], judge: (item: T) => Judgement): readonly Problem[] | undefined {
  return items.length === 0 ? undefined : items.flatMap((item) => listed(judge(item)));
}

export const overPools = (facts: Facts, judge: (pool: Pool) => Judgement): readonly Problem[] | undefined =>
  overEach(facts.pools, judge);

/** Workloads of which each node gets one by design, and the controller itself, are others' matter. */
export const overWorkloads = (
  facts: Facts,
  judge: (workload: Workload) => Judgement,
  kinds?: readonly string[],
): readonly Problem[] | undefined =>
  overEach(
    facts.workloads.filter(({ kind }) => (kinds === undefined ? kind !== "DaemonSet" : kinds.includes(kind))),
    judge,
  );

export const poolProblem = (pool: Pool, path: ValuePath, rest: Omit<Problem, "place">): Problem => ({
  place: placeOf(pool.entry, path),
  ...rest,
});

export const workloadProblem = (workload: Workload, path: ValuePath, rest: Omit<Problem, "place">): Problem => ({
  place: placeOf(workload.entry, path),
  ...rest,
});

export const titleOf = ({ entry }: Workload): string => nameText(objectNameOf(entry));

/** The first few, and how many more. */
export function listText(names: readonly string[], shown = 5): string {
  const more = names.length - shown;
  return more > 0 ? `${names.slice(0, shown).join(", ")} and ${more} more` : names.join(", ");
}
