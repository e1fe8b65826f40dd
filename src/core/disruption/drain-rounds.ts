/**
 * How long PodDisruptionBudgets draw a drain out (lifecycle 8, O17): ten pods behind a budget that lets one go at a time
 * need ten rounds, through which old and new machines are both paid for.
 */
import type { Pod, PodDisruptionBudget } from "../../api/index.ts";
import { compileSelector, type LabelMatcher } from "../selectors/label-selector.ts";
import type { Candidate } from "./candidate.ts";

interface Gate {
  readonly namespace: string;
  readonly matches: LabelMatcher;
  readonly allowed: number;
}

/** Rounds past the first that draining all of the candidates takes, summed over the budgets in the way. */
export type DrainRounds = (candidates: readonly Candidate[]) => number;

export function createDrainRounds(budgets: readonly PodDisruptionBudget[]): DrainRounds {
  const gates = budgets.flatMap(gateOf);
  if (gates.length === 0) return () => 0;
  const counted = new WeakMap<Candidate, readonly number[]>();
  const countsOf = (candidate: Candidate): readonly number[] => {
    const counts =
      counted.get(candidate) ?? gates.map((gate) => candidate.pods.filter((pod) => isBehind(pod, gate)).length);
    counted.set(candidate, counts);
    return counts;
  };
  return (candidates) => {
    const behind = gates.map(() => 0);
    for (const candidate of candidates)
      for (const [at, count] of countsOf(candidate).entries()) behind[at] = (behind[at] ?? 0) + count;
    return gates.reduce((sum, { allowed }, at) => sum + Math.max(0, Math.ceil((behind[at] ?? 0) / allowed) - 1), 0);
  };
}

/** Budgets that let nothing go keep nodes from being candidates; they have no rounds to count. */
function gateOf({ metadata, spec, status }: PodDisruptionBudget): readonly Gate[] {
  const matches = compileSelector(spec.selector);
  const allowed = status?.disruptionsAllowed ?? 0;
  return matches.ok && allowed > 0
    ? [{ namespace: metadata.namespace ?? "default", matches: matches.value, allowed }]
    : [];
}

const isBehind = ({ metadata }: Pod, { namespace, matches }: Gate): boolean =>
  (metadata.namespace ?? "default") === namespace && matches(metadata.labels);
