import type { Pod } from "../../api/index.ts";
import { type EpochMillis, isDaemonPod, isWaitingEviction, needsForceDelete } from "../../core/index.ts";

const criticalClasses: ReadonlySet<string> = new Set(["system-cluster-critical", "system-node-critical"]);

const isCritical = (pod: Pod): boolean => criticalClasses.has(pod.spec.priorityClassName ?? "");

/** What one look at a node's pods says about its drain. */
export interface DrainState {
  /** All pods that the drain waits for. */
  readonly waiting: readonly Pod[];
  /** Pods of every tier that must go now to keep the deadline. */
  readonly forced: readonly Pod[];
  /** The first tier that still has pods: those that may be evicted now. */
  readonly tier: readonly Pod[];
}

/**
 * Tiers in order: ordinary pods, DaemonSet pods, critical pods, critical DaemonSet pods (spec: lifecycle 2.2). Numeric
 * priority plays no part. A tier is left only when its pods are gone.
 */
export function computeDrain(pods: readonly Pod[], deadline: EpochMillis | undefined, now: EpochMillis): DrainState {
  const waiting = pods.filter((pod) => isWaitingEviction(pod, now));
  const isForced = (pod: Pod): boolean => needsForceDelete(pod, deadline, now);
  const graceful = waiting.filter((pod) => !isForced(pod));
  const tiers = [
    graceful.filter((pod) => !isCritical(pod) && !isDaemonPod(pod)),
    graceful.filter((pod) => !isCritical(pod) && isDaemonPod(pod)),
    graceful.filter((pod) => isCritical(pod) && !isDaemonPod(pod)),
    graceful.filter((pod) => isCritical(pod) && isDaemonPod(pod)),
  ];
  return { waiting, forced: waiting.filter(isForced), tier: tiers.find(({ length }) => length > 0) ?? [] };
}
