/** PodDisruptionBudgets as limits on moving pods (lifecycle 0.8). */
import type { Pod, PodDisruptionBudget } from "../../api/index.ts";
import { failed, ok, type Result } from "../result.ts";
import { compileSelector, type LabelMatcher, type SelectorFailure } from "../selectors/label-selector.ts";
import type { EpochMillis } from "../time.ts";
import { objectKey } from "./ownership.ts";
import { isEvictable } from "./predicates.ts";

/**
 * `zero-disruptions` asks whether an eviction would be refused right now; `fully-blocking` whether the budget's own text
 * says that it always will be.
 */
export type LimitMode = "zero-disruptions" | "fully-blocking";

/** Budgets (`namespace/name`, sorted) that keep a pod where it is. Several at once block by themselves: eviction refuses. */
export interface DisruptionBlock {
  readonly kind: "several-budgets" | "budget";
  readonly budgets: readonly string[];
}

export interface DisruptionLimits {
  /** Undefined when nothing blocks. A pod that the eviction API would never be called for passes. */
  check(pod: Pod, mode: LimitMode, now: EpochMillis): DisruptionBlock | undefined;
}

export type DisruptionLimitsFailure = SelectorFailure & { readonly budget: string };

interface Limit {
  readonly key: string;
  readonly matches: LabelMatcher;
  readonly disruptionsAllowed: number;
  readonly fullyBlocking: boolean;
  readonly alwaysAllowUnhealthy: boolean;
}

/** Fails as a whole when one selector cannot be read: a pass on half of the budgets would evict what it may not. */
export function disruptionLimits(
  budgets: readonly PodDisruptionBudget[],
): Result<DisruptionLimits, DisruptionLimitsFailure> {
  const byNamespace = new Map<string, Limit[]>();
  for (const budget of budgets) {
    const limit = limitOf(budget);
    if (!limit.ok) return limit;
    const namespace = budget.metadata.namespace ?? "default";
    const others = byNamespace.get(namespace);
    if (others === undefined) byNamespace.set(namespace, [limit.value]);
    else others.push(limit.value);
  }
  return ok({
    check: (pod, mode, now) => {
      const limits = byNamespace
        .get(pod.metadata.namespace ?? "default")
        ?.filter(({ matches }) => matches(pod.metadata.labels));
      if (limits === undefined || limits.length === 0 || !isEvictable(pod, now)) return undefined;
      return blockOf(limits, { pod, mode });
    },
  });
}

/** The first pod of the list that may not be evicted now, with what blocks it. Pods sharing a budget are not summed. */
export function firstBlockedPod(
  pods: readonly Pod[],
  limits: DisruptionLimits,
  now: EpochMillis,
): { readonly pod: Pod; readonly block: DisruptionBlock } | undefined {
  for (const pod of pods) {
    const block = limits.check(pod, "zero-disruptions", now);
    if (block !== undefined) return { pod, block };
  }
  return undefined;
}

function limitOf(budget: PodDisruptionBudget): Result<Limit, DisruptionLimitsFailure> {
  const key = objectKey(budget);
  const matches = compileSelector(budget.spec.selector);
  if (!matches.ok) {
    const message = `PodDisruptionBudget ${key}: ${matches.failure.message}`;
    return failed({ kind: "bad-selector", budget: key, message });
  }
  const { maxUnavailable, minAvailable, unhealthyPodEvictionPolicy } = budget.spec;
  return ok({
    key,
    matches: matches.value,
    disruptionsAllowed: budget.status?.disruptionsAllowed ?? 0,
    fullyBlocking: maxUnavailable === 0 || maxUnavailable === "0%" || minAvailable === "100%",
    alwaysAllowUnhealthy: unhealthyPodEvictionPolicy === "AlwaysAllow",
  });
}

function blockOf(
  limits: readonly Limit[],
  asked: { readonly pod: Pod; readonly mode: LimitMode },
): DisruptionBlock | undefined {
  const [limit, ...more] = limits;
  if (limit === undefined) return undefined;
  if (more.length > 0) return { kind: "several-budgets", budgets: limits.map(({ key }) => key).sort() };
  if (limit.alwaysAllowUnhealthy && isUnhealthy(asked.pod)) return undefined;
  const blocks = asked.mode === "fully-blocking" ? limit.fullyBlocking : limit.disruptionsAllowed === 0;
  return blocks ? { kind: "budget", budgets: [limit.key] } : undefined;
}

function isUnhealthy(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "False") ?? false
  );
}
