import { annotations, formatTimestamp, type Pod } from "../../api/index.ts";
import { type ClusterSnapshot, type DisruptionGuard, disruptionGuard, type EpochMillis } from "../../core/index.ts";
import type { DisruptionDeps } from "./deps.ts";

interface GuardEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly dedupe: string;
}

/** Tells users what `karpenter.sh/do-not-disrupt` on their pods comes to (spec: lifecycle 0.7, operations 2.2). */
export function reportPodGuards(deps: DisruptionDeps, snapshot: ClusterSnapshot, now: EpochMillis): void {
  for (const { claim, pods } of snapshot.nodes) {
    if (claim === undefined) continue;
    for (const pod of pods) {
      if (pod.metadata.annotations?.[annotations.doNotDisrupt] !== undefined)
        report(deps, pod, disruptionGuard(pod, now));
    }
  }
}

function report(deps: DisruptionDeps, pod: Pod, guard: DisruptionGuard): void {
  const event = eventOf(guard);
  if (event === undefined) return;
  const { type, reason, message, dedupe } = event;
  const dedupeValues = [pod.metadata.uid ?? "", dedupe];
  deps.events.publish({ object: pod, type, reason, message, dedupeValues });
}

function eventOf(guard: DisruptionGuard): GuardEvent | undefined {
  if (guard.protects) {
    if (guard.endsAt === undefined) return undefined;
    const end = formatTimestamp(guard.endsAt);
    return { type: "Normal", reason: "DoNotDisruptUntil", message: `Pod is not disrupted until ${end}`, dedupe: end };
  }
  if (guard.reason === "invalid") {
    const message = `Value "${guard.value}" of ${annotations.doNotDisrupt} is ignored: expected true or a positive duration such as 30m`;
    return { type: "Warning", reason: "InvalidDoNotDisruptAnnotation", message, dedupe: message };
  }
  if (guard.reason === "unset") return undefined;
  return {
    type: "Normal",
    reason: "DoNotDisruptGracePeriodElapsed",
    message: `The time set by ${annotations.doNotDisrupt} is over, the pod may be disrupted`,
    dedupe: "",
  };
}
