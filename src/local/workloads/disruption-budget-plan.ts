import type { Pod, PodDisruptionBudget } from "../../api/index.ts";
import { isDeleting } from "../stand-ins/ownership.ts";
import { isReady, isTerminal } from "../stand-ins/pod-state.ts";
import { withCondition } from "../stand-ins/status-write.ts";
import { millisecondsOf } from "../stand-ins/timestamps.ts";
import { resolveCount } from "./counts.ts";

/** An eviction that was allowed must show its deletion within this time, or the budget gets it back. */
const evictionMilliseconds = 120_000;

/** Number of pods that the controllers of the selected pods want, or why it cannot be told. */
export type ExpectedScale = { readonly count: number } | { readonly problem: string };

type Status = NonNullable<PodDisruptionBudget["status"]>;

export interface BudgetPlan {
  readonly status: Status;
  readonly again: number | undefined;
}

type Wanted = { readonly expected: number; readonly healthy: number };

/** How many pods are expected and must be healthy. Only a whole `minAvailable` needs no controller. */
function wantedOf(
  budget: PodDisruptionBudget,
  pods: number,
  scale: ExpectedScale,
): Wanted | { readonly problem: string } {
  const { minAvailable, maxUnavailable } = budget.spec;
  if (maxUnavailable !== undefined) {
    if ("problem" in scale) return scale;
    return {
      expected: scale.count,
      healthy: Math.max(scale.count - resolveCount(maxUnavailable, scale.count, "up"), 0),
    };
  }
  if (typeof minAvailable === "string") {
    return "problem" in scale
      ? scale
      : { expected: scale.count, healthy: resolveCount(minAvailable, scale.count, "up") };
  }
  return { expected: pods, healthy: minAvailable ?? 0 };
}

/** Status of a budget over the pods that it selects (terminal ones excluded by the rule here). */
export function computeBudgetPlan(
  budget: PodDisruptionBudget,
  given: { readonly pods: readonly Pod[]; readonly scale: ExpectedScale; readonly now: number },
): BudgetPlan {
  const { now } = given;
  const pods = given.pods.filter((pod) => !isTerminal(pod));
  const wanted = wantedOf(budget, pods.length, given.scale);
  const conditions = budget.status?.conditions;
  const observedGeneration = budget.metadata.generation ?? 0;
  if ("problem" in wanted) {
    const failure = {
      type: "DisruptionAllowed",
      status: "False",
      reason: "SyncFailed",
      message: wanted.problem,
    } as const;
    const status: Status = {
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      ...budget.status,
      disruptionsAllowed: 0,
      observedGeneration,
      conditions: withCondition(conditions, { ...failure, observedGeneration, now }),
    };
    return { status, again: undefined };
  }
  const disrupted = stillDisrupted(budget, pods, now);
  const currentHealthy = pods.filter(
    (pod) => !isDeleting(pod) && isReady(pod) && disrupted.pods[pod.metadata.name ?? ""] === undefined,
  ).length;
  const allowed = wanted.expected > 0 ? Math.max(currentHealthy - wanted.healthy, 0) : 0;
  const verdict =
    allowed > 0
      ? ({ status: "True", reason: "SufficientPods" } as const)
      : ({ status: "False", reason: "InsufficientPods" } as const);
  return {
    status: {
      observedGeneration,
      disruptionsAllowed: allowed,
      currentHealthy,
      desiredHealthy: wanted.healthy,
      expectedPods: wanted.expected,
      disruptedPods: disrupted.pods,
      conditions: withCondition(conditions, {
        type: "DisruptionAllowed",
        ...verdict,
        message: "",
        observedGeneration,
        now,
      }),
    },
    again: disrupted.again,
  };
}

/** Evictions that were allowed and do not show yet. */
function stillDisrupted(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  now: number,
): { readonly pods: Readonly<Record<string, string>>; readonly again: number | undefined } {
  const left: Record<string, string> = {};
  let again: number | undefined;
  for (const [name, at] of Object.entries(budget.status?.disruptedPods ?? {})) {
    const pod = pods.find(({ metadata }) => metadata.name === name);
    const expires = (millisecondsOf(at) ?? 0) + evictionMilliseconds - now;
    if (pod === undefined || isDeleting(pod) || expires <= 0) continue;
    left[name] = at;
    again = Math.min(again ?? expires, expires);
  }
  return { pods: left, again };
}
