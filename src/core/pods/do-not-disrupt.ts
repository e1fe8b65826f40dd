import { annotations, type Pod, parseTimestamp, podDisruptionGuard } from "../../api/index.ts";
import { type EpochMillis, epochMillisOf } from "../time.ts";

/** Whether `karpenter.sh/do-not-disrupt` protects a pod at a given moment, and what there is to tell about it. */
export type DisruptionGuard =
  | { readonly protects: false; readonly reason: "unset" }
  /** The value is neither `true` nor a positive duration: worth a warning event. */
  | { readonly protects: false; readonly reason: "invalid"; readonly value: string }
  | { readonly protects: false; readonly reason: "ended"; readonly endedAt: EpochMillis }
  /** Without `endsAt` the protection has no end (or none that can be known: the pod has not started). */
  | { readonly protects: true; readonly endsAt?: EpochMillis };

const unset: DisruptionGuard = Object.freeze({ protects: false, reason: "unset" });
const forEver: DisruptionGuard = Object.freeze({ protects: true });

/** Lifecycle 0.7: a duration counts from `status.startTime`; a pod that has not started is protected (fail safe). */
export function disruptionGuard(pod: Pod, now: EpochMillis): DisruptionGuard {
  const value = pod.metadata.annotations?.[annotations.doNotDisrupt];
  if (value === undefined) return unset;
  const guard = podDisruptionGuard(value);
  if (guard.kind === "none") return unset;
  if (guard.kind === "always") return forEver;
  if (guard.kind === "invalid") return { protects: false, reason: "invalid", value: guard.value };
  const started = pod.status?.startTime === undefined ? undefined : parseTimestamp(pod.status.startTime);
  if (started === undefined) return forEver;
  const end = epochMillisOf(started + guard.millis);
  return now < end ? { protects: true, endsAt: end } : { protects: false, reason: "ended", endedAt: end };
}
