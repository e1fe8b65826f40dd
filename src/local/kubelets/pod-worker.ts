import type { Pod } from "../../api/index.ts";
import { podType } from "../../api/index.ts";
import { isKubeFault, objectKey } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import { indexes } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { isDeleting, nameOf } from "../stand-ins/ownership.ts";
import { isTerminal } from "../stand-ins/pod-state.ts";
import { patchStatus } from "../stand-ins/status-write.ts";
import { millisecondsOf } from "../stand-ins/timestamps.ts";
import type { Hosts } from "./hosts.ts";
import { computeAdmission } from "./pod-admission.ts";
import { computePodStep } from "./pod-step.ts";
import type { PodStep } from "./pod-step.ts";
import type { KubeletTimings } from "./timings.ts";

/** What a kubelet remembers of one pod, in monotonic milliseconds; rebuilt from the status after a restart. */
interface PodMemory {
  admittedAt?: number;
  runningAt?: number;
  stopAt?: number;
  podIP?: string;
}

/** 10.128.0.0/9: eight million addresses, none of them a machine's. */
function podAddress(serial: number): string {
  const offset = serial % 0x7fffff;
  return `10.${128 + (offset >>> 16)}.${(offset >>> 8) & 255}.${offset & 255}`;
}

/** Runs the pods that are bound to nodes whose kubelet is at work. One controller for all nodes: work only on events. */
export function createPodWorker(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly hosts: Hosts; readonly timings: KubeletTimings },
): Controller {
  const { kube, clock } = context;
  const { hosts, timings } = parts;
  const pods = parts.caches.pods();
  const nodes = parts.caches.nodes();
  const view = createFreshView(pods.store);
  const memories = new Map<string, PodMemory>();
  let addresses = 0;

  /** After a restart the status tells since when; times then are as exact as seconds. */
  const memoryOf = (pod: Pod): PodMemory => {
    const uid = pod.metadata.uid ?? "";
    const known = memories.get(uid);
    if (known !== undefined) return known;
    const memory: PodMemory = {};
    const startTime = millisecondsOf(pod.status?.startTime);
    if (startTime !== undefined) memory.admittedAt = clock.monotonic() - Math.max(clock.now() - startTime, 0);
    if (pod.status?.podIP !== undefined) memory.podIP = pod.status.podIP;
    memories.set(uid, memory);
    return memory;
  };

  const admit = (pod: Pod, nodeName: string) => {
    const node = nodes.store.get(nodeName);
    if (node === undefined) return undefined;
    const admitted = pods.store
      .byIndex(indexes.node, nodeName)
      .filter((other) => !isTerminal(other) && memories.get(other.metadata.uid ?? "")?.admittedAt !== undefined);
    return computeAdmission(pod, node, admitted);
  };

  const stepOf = (pod: Pod, nodeName: string, hostIP: string, memory: PodMemory): PodStep => {
    const now = clock.monotonic();
    if (pod.status?.phase === "Running") memory.runningAt ??= now;
    if (isDeleting(pod)) memory.stopAt ??= now;
    memory.podIP ??= pod.spec.hostNetwork === true ? hostIP : podAddress((addresses += 1));
    return computePodStep({
      pod,
      now: clock.now(),
      timings,
      hostIP,
      podIP: memory.podIP,
      sinceAdmitted: memory.admittedAt === undefined ? undefined : now - memory.admittedAt,
      sinceRunning: memory.runningAt === undefined ? undefined : now - memory.runningAt,
      sinceStop: memory.stopAt === undefined ? 0 : now - memory.stopAt,
      admit: () => admit(pod, nodeName),
    });
  };

  const remove = async (pod: Pod, signal: AbortSignal): Promise<void> => {
    const uid = pod.metadata.uid ?? "";
    try {
      await kube.delete(podType, nameOf(pod), { uid, gracePeriodSeconds: 0, signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
    }
  };

  const perform = async (
    pod: Pod,
    step: PodStep,
    run: { readonly memory: PodMemory; readonly signal: AbortSignal },
  ): Promise<ReconcileResult | undefined> => {
    if (step.kind === "remove") await remove(pod, run.signal);
    if (step.kind === "report") {
      // Noted before the write, so that pods admitted in the same moment see each other.
      if (step.status.phase !== "Failed") run.memory.admittedAt ??= clock.monotonic();
      await patchStatus({ kube, type: podType, view }, pod, { status: { ...step.status }, signal: run.signal });
    }
    const again = step.kind === "wait" || step.kind === "report" ? step.again : undefined;
    return again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(again, 1) };
  };

  const reconcile = async (key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const pod = view.get(key);
    const nodeName = pod?.spec.nodeName ?? "";
    if (pod === undefined || nodeName === "") return undefined;
    const hostIP = hosts.address(nodeName);
    if (hostIP === undefined) return undefined;
    const memory = memoryOf(pod);
    const step = stepOf(pod, nodeName, hostIP, memory);
    try {
      return await perform(pod, step, { memory, signal });
    } catch (error) {
      // Gone in the meantime: its deletion is on its way to the cache.
      if (isKubeFault(error, "NotFound")) return undefined;
      throw error;
    }
  };

  const controller = context.createController({ name: "local.kubelet.pod", maxConcurrent: 64, reconcile });
  pods.subscribe((delta) => {
    if (delta.type === "deleted") memories.delete(delta.object.metadata.uid ?? "");
    else if (delta.object.spec.nodeName && !isSettled(delta.object)) controller.enqueue(objectKey(delta.object));
  });
  const enqueuePodsOf = (nodeName: string): void => {
    if (hosts.address(nodeName) === undefined) return;
    for (const pod of pods.store.byIndex(indexes.node, nodeName)) {
      if (!isSettled(pod)) controller.enqueue(objectKey(pod));
    }
  };
  hosts.subscribe((machine) => enqueuePodsOf(machine.privateDnsName));
  nodes.subscribe((delta) => {
    if (delta.type === "added") enqueuePodsOf(delta.object.metadata.name ?? "");
  });
  return controller;
}

/** Ended and not to be deleted: a kubelet has nothing more to do with it. */
const isSettled = (pod: Pod): boolean => isTerminal(pod) && !isDeleting(pod);
