import type { Pod } from "../../api/index.ts";
import { isDeleting } from "./ownership.ts";
import { conditionOf } from "./status-write.ts";
import { millisecondsOf } from "./timestamps.ts";

/** Succeeded or Failed (lifecycle 0.7). */
export const isTerminal = (pod: Pod): boolean => pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";

/** Neither terminal nor terminating (lifecycle 0.7). */
export const isActive = (pod: Pod): boolean => !isTerminal(pod) && !isDeleting(pod);

export const isReady = (pod: Pod): boolean => conditionOf(pod.status?.conditions, "Ready")?.status === "True";

/** Milliseconds until a ready pod counts as available; 0 when it does, undefined when it is not ready. */
export function untilAvailable(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  const ready = conditionOf(pod.status?.conditions, "Ready");
  if (ready?.status !== "True") return undefined;
  if (minReadySeconds === 0) return 0;
  return Math.max(0, (millisecondsOf(ready.lastTransitionTime) ?? now) + minReadySeconds * 1000 - now);
}
