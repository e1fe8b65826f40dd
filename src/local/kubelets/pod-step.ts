import type { Pod, PodStatus } from "../../api/index.ts";
import { controllerOf, isDeleting } from "../stand-ins/ownership.ts";
import { isTerminal } from "../stand-ins/pod-state.ts";
import { isSidecarContainer as isSidecar } from "../scheduler/sidecar.ts";
import { endedStatus, rejectedStatus, runningStatus, startingStatus } from "./pod-status.ts";
import { podAnnotations } from "./timings.ts";
import type { KubeletTimings } from "./timings.ts";

/** What a kubelet does next for one pod. `again` is when to look anew, in milliseconds. */
export type PodStep =
  | { readonly kind: "nothing" }
  | { readonly kind: "wait"; readonly again: number }
  | { readonly kind: "report"; readonly status: PodStatus; readonly again?: number }
  | { readonly kind: "remove" };

export interface PodView {
  readonly pod: Pod;
  readonly now: number;
  readonly timings: KubeletTimings;
  readonly hostIP: string;
  readonly podIP: string;
  /** Milliseconds since the kubelet admitted the pod; undefined when it has not. */
  readonly sinceAdmitted: number | undefined;
  /** Milliseconds since all containers run. */
  readonly sinceRunning: number | undefined;
  /** Milliseconds since the kubelet saw that the pod is to stop. */
  readonly sinceStop: number;
  /** Asked only for a pod that is not admitted yet. */
  readonly admit: () => { readonly reason: string; readonly message: string } | undefined;
}

const nothing: PodStep = { kind: "nothing" };

/** A non-negative number in an annotation, or undefined when absent or no number. */
function annotated(pod: Pod, key: string): number | undefined {
  const value = Number(pod.metadata.annotations?.[key] ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The life of a pod on its machine, one step at a time; calling again after each step gives the next. */
export function computePodStep(view: PodView): PodStep {
  const { pod } = view;
  if (isDeleting(pod)) return stopStep(view);
  if (isTerminal(pod)) return nothing;
  if (view.sinceAdmitted === undefined) return admissionStep(view);
  if (pod.status?.phase === "Running") return runStep(view);
  return startStep(view, view.sinceAdmitted);
}

function admissionStep(view: PodView): PodStep {
  const { pod, now, hostIP, podIP, timings } = view;
  const refusal = view.admit();
  if (refusal !== undefined) return { kind: "report", status: rejectedStatus(pod, { now, ...refusal }) };
  // Where nothing takes time there is nothing to say of the time before.
  const isInstant = timings.start === 0 && (pod.spec.initContainers ?? []).length === 0;
  if (isInstant) return { kind: "report", status: runningStatus(pod, { now, hostIP, podIP }) };
  return { kind: "report", status: startingStatus(pod, { now, hostIP, initDone: -1 }), again: view.timings.start };
}

function startStep(view: PodView, elapsed: number): PodStep {
  const { pod, now, hostIP, podIP, timings } = view;
  if (elapsed < timings.start) return { kind: "wait", again: timings.start - elapsed };
  const init = (pod.spec.initContainers ?? []).filter((container) => !isSidecar(container));
  const ended = Math.floor((elapsed - timings.start) / Math.max(timings.initContainer, 1));
  if (ended >= init.length) return { kind: "report", status: runningStatus(pod, { now, hostIP, podIP }) };
  const initDone = (pod.spec.initContainers ?? []).indexOf(init[ended] ?? (init[0] as (typeof init)[number]));
  const again = timings.start + (ended + 1) * timings.initContainer - elapsed;
  const isReported = pod.status?.initContainerStatuses?.[initDone]?.state?.running !== undefined;
  if (isReported) return { kind: "wait", again };
  return { kind: "report", status: startingStatus(pod, { now, hostIP, initDone }), again };
}

function runMilliseconds(view: PodView): number {
  const seconds = annotated(view.pod, podAnnotations.runSeconds);
  if (seconds !== undefined) return seconds * 1000;
  return controllerOf(view.pod)?.kind === "Job" ? view.timings.jobRun : Number.POSITIVE_INFINITY;
}

function runStep(view: PodView): PodStep {
  const { pod, now } = view;
  const running = view.sinceRunning ?? 0;
  const untilEnd = runMilliseconds(view) - running;
  const deadline = pod.spec.activeDeadlineSeconds;
  const untilDeadline = deadline === undefined ? Number.POSITIVE_INFINITY : deadline * 1000 - (view.sinceAdmitted ?? 0);
  if (untilDeadline <= 0) {
    const message = "Pod was active on the node longer than the specified deadline";
    return { kind: "report", status: endedStatus(pod, { now, exitCode: 137, reason: "DeadlineExceeded", message }) };
  }
  if (untilEnd <= 0) {
    const exitCode = annotated(pod, podAnnotations.exitCode) ?? 0;
    return { kind: "report", status: endedStatus(pod, { now, exitCode }) };
  }
  const again = Math.min(untilEnd, untilDeadline);
  return Number.isFinite(again) ? { kind: "wait", again } : nothing;
}

function stopStep(view: PodView): PodStep {
  const { pod, now, timings } = view;
  const grace = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
  const finalizers = pod.metadata.finalizers ?? [];
  // Deleted with no grace already: only finalizers, which are not ours, keep the object.
  if (grace === 0 && finalizers.length > 0 && isTerminal(pod)) return nothing;
  const own = annotated(pod, podAnnotations.stopSeconds);
  const stop = Math.min(grace, own === undefined ? timings.stop : own * 1000);
  const hasRun = view.sinceAdmitted !== undefined && !isTerminal(pod);
  if (hasRun && view.sinceStop < stop) return { kind: "wait", again: stop - view.sinceStop };
  // Whoever holds the pod by a finalizer, as the Job controller does, reads from its phase how it ended.
  if (finalizers.length > 0 && !isTerminal(pod)) {
    return { kind: "report", status: endedStatus(pod, { now, exitCode: 143 }), again: 0 };
  }
  return { kind: "remove" };
}
