import type { Condition, Container, ContainerStatus, Pod, PodStatus } from "../../api/index.ts";
import { isSidecarContainer as isSidecar } from "../scheduler/sidecar.ts";
import { hashText } from "../stand-ins/json.ts";
import { withCondition } from "../stand-ins/status-write.ts";
import { timestampOf } from "../stand-ins/timestamps.ts";

type WantedCondition = readonly [type: string, isTrue: boolean, reason?: string];

function conditionsWith(pod: Pod, now: number, wanted: readonly WantedCondition[]): readonly Condition[] {
  let conditions = pod.status?.conditions;
  for (const [type, isTrue, reason] of wanted) {
    const status = isTrue ? "True" : "False";
    conditions = withCondition(conditions, { type, status, now, ...(reason === undefined ? {} : { reason }) });
  }
  return conditions ?? [];
}

type Stage = "waiting" | "running" | "completed" | "failed";

type At = { readonly now: number; readonly exitCode?: number };

function stateOf(pod: Pod, container: Container, stage: Stage, at: At): Readonly<Record<string, unknown>> {
  const time = timestampOf(at.now);
  const startedAt = startedAtOf(pod, container.name) ?? time;
  if (stage === "waiting") return { waiting: { reason: hasInit(pod) ? "PodInitializing" : "ContainerCreating" } };
  if (stage === "running") return { running: { startedAt } };
  const exitCode = at.exitCode ?? 0;
  const reason = exitCode === 0 ? "Completed" : "Error";
  return { terminated: { exitCode, reason, startedAt, finishedAt: time } };
}

function statusOf(pod: Pod, container: Container, stage: Stage, at: At): ContainerStatus {
  const image = container.image ?? "";
  const isMade = stage !== "waiting";
  const id = hashText(`${pod.metadata.uid ?? ""}/${container.name}`)
    .toString(16)
    .padStart(8, "0");
  return {
    name: container.name,
    image,
    imageID: isMade ? `${image}@sha256:${id}` : "",
    ...(isMade ? { containerID: `containerd://${id}` } : {}),
    ready: stage === "running" || (stage === "completed" && !isMain(pod, container)),
    started: stage === "running",
    restartCount: 0,
    lastState: {},
    state: stateOf(pod, container, stage, at),
  };
}

const hasInit = (pod: Pod): boolean => (pod.spec.initContainers ?? []).length > 0;

const isMain = (pod: Pod, container: Container): boolean => pod.spec.containers.includes(container);

function startedAtOf(pod: Pod, name: string): string | undefined {
  const all = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const running = all.find((status) => status.name === name)?.state?.running as { startedAt?: string } | undefined;
  return running?.startedAt;
}

const withInit = (statuses: readonly ContainerStatus[]): Pick<PodStatus, "initContainerStatuses"> =>
  statuses.length === 0 ? {} : { initContainerStatuses: statuses };

/** Pending on its node: `initDone` of its init containers have ended or, sidecars, run. */
export function startingStatus(pod: Pod, at: { now: number; hostIP: string; initDone: number }): PodStatus {
  const stageOf = (container: Container, index: number): Stage => {
    if (index > at.initDone) return "waiting";
    if (index === at.initDone) return "running";
    return isSidecar(container) ? "running" : "completed";
  };
  const isInitialized = !hasInit(pod);
  return {
    phase: "Pending",
    startTime: pod.status?.startTime ?? timestampOf(at.now),
    hostIP: at.hostIP,
    conditions: conditionsWith(pod, at.now, [
      ["PodReadyToStartContainers", at.initDone >= 0],
      isInitialized ? ["Initialized", true] : ["Initialized", false, "ContainersNotInitialized"],
      ["Ready", false, "ContainersNotReady"],
      ["ContainersReady", false, "ContainersNotReady"],
      ["PodScheduled", true],
    ]),
    ...withInit(
      (pod.spec.initContainers ?? []).map((container, index) =>
        statusOf(pod, container, stageOf(container, index), at),
      ),
    ),
    containerStatuses: pod.spec.containers.map((container) => statusOf(pod, container, "waiting", at)),
  };
}

/** All containers run and are ready. */
export function runningStatus(pod: Pod, at: { now: number; hostIP: string; podIP: string }): PodStatus {
  return {
    phase: "Running",
    startTime: pod.status?.startTime ?? timestampOf(at.now),
    hostIP: at.hostIP,
    podIP: at.podIP,
    podIPs: [{ ip: at.podIP }],
    conditions: conditionsWith(pod, at.now, [
      ["PodReadyToStartContainers", true],
      ["Initialized", true],
      ["Ready", true],
      ["ContainersReady", true],
      ["PodScheduled", true],
    ]),
    ...withInit(
      (pod.spec.initContainers ?? []).map((container) =>
        statusOf(pod, container, isSidecar(container) ? "running" : "completed", at),
      ),
    ),
    containerStatuses: pod.spec.containers.map((container) => statusOf(pod, container, "running", at)),
  };
}

/** All containers have ended. A `reason` is set when the pod did not end by itself. */
export function endedStatus(
  pod: Pod,
  at: { now: number; exitCode: number; reason?: string; message?: string },
): PodStatus {
  const why = at.exitCode === 0 ? "PodCompleted" : "PodFailed";
  const stage: Stage = at.exitCode === 0 ? "completed" : "failed";
  const { reason, message } = at;
  return {
    phase: at.exitCode === 0 ? "Succeeded" : "Failed",
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    conditions: conditionsWith(pod, at.now, [
      ["Ready", false, why],
      ["ContainersReady", false, why],
    ]),
    containerStatuses: pod.spec.containers.map((container) => statusOf(pod, container, stage, at)),
  };
}

/** Refused by the kubelet's admission: no container was ever made. */
export function rejectedStatus(pod: Pod, at: { now: number; reason: string; message: string }): PodStatus {
  return {
    phase: "Failed",
    reason: at.reason,
    message: at.message,
    startTime: timestampOf(at.now),
    conditions: pod.status?.conditions ?? [],
  };
}
