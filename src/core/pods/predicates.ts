/** Which pods are which (lifecycle 0.7, scheduling 1.1 and 1.2). Those that depend on time take the moment. */
import { eraAnnotations, type Pod, parseTimestamp, taints } from "../../api/index.ts";
import type { EpochMillis } from "../time.ts";
import { disruptionGuard } from "./do-not-disrupt.ts";
import { isDaemonPod, isMirrorPod, isStatefulPod } from "./ownership.ts";
import { isTolerated } from "./tolerations.ts";

/** A deletion timestamp includes the grace period already; this much later the kubelet is taken to be gone. */
const stuckAfterMillis = 60_000;

/** Phase Succeeded or Failed: it will not run again. */
export function isTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === "Succeeded" || phase === "Failed";
}

export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

export const isActive = (pod: Pod): boolean => !isTerminal(pod) && !isTerminating(pod);

export function isStuckTerminating(pod: Pod, now: EpochMillis): boolean {
  const deletion = pod.metadata.deletionTimestamp;
  return deletion !== undefined && now - (parseTimestamp(deletion) ?? now) > stuckAfterMillis;
}

/** Wants a node and has been refused by the scheduler (any status value; the reason alone decides). */
export function isProvisionable(pod: Pod): boolean {
  if (isSet(pod.spec.nodeName) || isSet(pod.status?.nominatedNodeName)) return false;
  if (!isRefusedByScheduler(pod)) return false;
  return !isDaemonPod(pod) && !isMirrorPod(pod);
}

export const toleratesDisruption = (pod: Pod): boolean => isTolerated(taints.disrupted, pod.spec.tolerations);

/** Needs a new place when its node goes: a terminating StatefulSet pod comes back under its own name. */
export function isReschedulable(pod: Pod): boolean {
  const returns = isActive(pod) || (isTerminating(pod) && isStatefulPod(pod));
  return returns && !isDaemonPod(pod) && !isMirrorPod(pod);
}

/** Inactive pods always are. */
export function isDisruptable(pod: Pod, now: EpochMillis): boolean {
  return !isActive(pod) || !disruptionGuard(pod, now).protects;
}

/**
 * `karpenter.sh/do-not-evict` of the v1alpha5 era: its node is left alone, but where the node is drained all the same the
 * pod is evicted like any other (v1alpha5 4.7.6, D9).
 */
export function mayNotBeEvicted(pod: Pod): boolean {
  if (pod.metadata.annotations?.[eraAnnotations.doNotEvict] !== "true") return false;
  return isActive(pod) && !isDaemonPod(pod) && !isMirrorPod(pod);
}

/** The eviction API would be called for it. */
export function isEvictable(pod: Pod, now: EpochMillis): boolean {
  return isActive(pod) && !toleratesDisruption(pod) && !isMirrorPod(pod) && !disruptionGuard(pod, now).protects;
}

export function isDrainable(pod: Pod, now: EpochMillis): boolean {
  return !toleratesDisruption(pod) && !isStuckTerminating(pod, now) && !isMirrorPod(pod);
}

/** A drain waits for it; pods with do-not-disrupt included. */
export function isWaitingEviction(pod: Pod, now: EpochMillis): boolean {
  return !isTerminal(pod) && isDrainable(pod, now);
}

/** It is being deleted more slowly than the node's deadline allows. */
export function isForcedEvictionEligible(pod: Pod, deadline: EpochMillis | undefined): boolean {
  const deletion = pod.metadata.deletionTimestamp;
  if (deadline === undefined || deletion === undefined) return false;
  return (parseTimestamp(deletion) ?? deadline) > deadline;
}

/** Lifecycle 2.2: whether the drain must delete it now, past budgets and annotations, to keep the node's deadline. */
export function needsForceDelete(pod: Pod, deadline: EpochMillis | undefined, now: EpochMillis): boolean {
  if (deadline === undefined) return false;
  if (isTerminating(pod)) return isForcedEvictionEligible(pod, deadline);
  const grace = pod.spec.terminationGracePeriodSeconds;
  return grace !== undefined && now > deadline - grace * 1000;
}

function isRefusedByScheduler(pod: Pod): boolean {
  for (const condition of pod.status?.conditions ?? []) {
    if (condition.type === "PodScheduled") return condition.reason === "Unschedulable";
  }
  return false;
}

const isSet = (text: string | undefined): boolean => text !== undefined && text !== "";
