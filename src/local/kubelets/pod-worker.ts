import type { Node, Pod } from "../../api/index.ts";
import { podType } from "../../api/index.ts";
import { isKubeFault, objectKey } from "../../kube/index.ts";
import type { Controller, ReconcileResult, Store } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import { indexes } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import type { FreshView } from "../stand-ins/fresh-view.ts";
import { isDeleting, nameOf } from "../stand-ins/ownership.ts";
import { isTerminal } from "../stand-ins/pod-state.ts";
import { patchStatus } from "../stand-ins/status-write.ts";
import { millisecondsOf } from "../stand-ins/timestamps.ts";
import type { Hosts } from "./hosts.ts";
import { computeAdmission } from "./pod-admission.ts";
import type { AdmissionRefusal } from "./pod-admission.ts";
import { computePodStep } from "./pod-step.ts";
import type { PodStep } from "./pod-step.ts";
import type { KubeletTimings } from "./timings.ts";

interface Parts {
  readonly caches: Caches;
  readonly hosts: Hosts;
  readonly timings: KubeletTimings;
}

/** Runs the pods that are bound to nodes whose kubelet is at work. One controller for all nodes: work only on events. */
export function createPodWorker(context: StandInContext, parts: Parts): Controller {
  const { caches, hosts } = parts;
  const pods = caches.pods();
  const worker = new PodWorker(context, parts);
  const controller = context.createController({
    name: "local.kubelet.pod",
    maxConcurrent: 64,
    reconcile: (key, signal) => worker.reconcile(key, signal),
  });
  pods.subscribe(({ type, object }) => {
    if (type === "deleted") worker.forget(object);
    else if (object.spec.nodeName && !isSettled(object)) controller.enqueue(objectKey(object));
  });
  const enqueuePodsOf = (nodeName: string): void => {
    if (hosts.address(nodeName) === undefined) return;
    for (const pod of pods.store.byIndex(indexes.node, nodeName)) {
      if (!isSettled(pod)) controller.enqueue(objectKey(pod));
    }
  };
  hosts.subscribe((machine) => enqueuePodsOf(machine.privateDnsName));
  caches.nodes().subscribe((delta) => {
    if (delta.type === "added") enqueuePodsOf(delta.object.metadata.name ?? "");
  });
  return controller;
}

/** Ended and not to be deleted: a kubelet has nothing more to do with it. */
const isSettled = (pod: Pod): boolean => isTerminal(pod) && !isDeleting(pod);

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

const uidOf = (pod: Pod): string => pod.metadata.uid ?? "";

class PodWorker {
  readonly #context: StandInContext;
  readonly #hosts: Hosts;
  readonly #timings: KubeletTimings;
  readonly #pods: Store<Pod>;
  readonly #nodes: Store<Node>;
  readonly #view: FreshView<Pod>;
  readonly #memories = new Map<string, PodMemory>();
  #addresses = 0;

  constructor(context: StandInContext, { caches, hosts, timings }: Parts) {
    this.#context = context;
    this.#hosts = hosts;
    this.#timings = timings;
    this.#pods = caches.pods().store;
    this.#nodes = caches.nodes().store;
    this.#view = createFreshView(this.#pods);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const pod = this.#view.get(key);
    const nodeName = pod?.spec.nodeName ?? "";
    const hostIP = nodeName === "" ? undefined : this.#hosts.address(nodeName);
    if (pod === undefined || hostIP === undefined) return undefined;
    const memory = this.#memoryOf(pod);
    try {
      return await this.#perform(pod, this.#stepOf(pod, hostIP, memory), { memory, signal });
    } catch (error) {
      // Gone in the meantime: its deletion is on its way to the cache.
      if (isKubeFault(error, "NotFound")) return undefined;
      throw error;
    }
  }

  forget(pod: Pod): void {
    this.#memories.delete(uidOf(pod));
  }

  /** After a restart the status tells since when; times then are as exact as seconds. */
  #memoryOf(pod: Pod): PodMemory {
    const known = this.#memories.get(uidOf(pod));
    if (known !== undefined) return known;
    const { clock } = this.#context;
    const memory: PodMemory = {};
    const startTime = millisecondsOf(pod.status?.startTime);
    if (startTime !== undefined) memory.admittedAt = clock.monotonic() - Math.max(clock.now() - startTime, 0);
    if (pod.status?.podIP !== undefined) memory.podIP = pod.status.podIP;
    this.#memories.set(uidOf(pod), memory);
    return memory;
  }

  #stepOf(pod: Pod, hostIP: string, memory: PodMemory): PodStep {
    const { clock } = this.#context;
    const now = clock.monotonic();
    const since = (at: number | undefined): number | undefined => (at === undefined ? undefined : now - at);
    if (pod.status?.phase === "Running") memory.runningAt ??= now;
    if (isDeleting(pod)) memory.stopAt ??= now;
    memory.podIP ??= pod.spec.hostNetwork === true ? hostIP : podAddress((this.#addresses += 1));
    return computePodStep({
      pod,
      now: clock.now(),
      timings: this.#timings,
      hostIP,
      podIP: memory.podIP,
      sinceAdmitted: since(memory.admittedAt),
      sinceRunning: since(memory.runningAt),
      sinceStop: since(memory.stopAt) ?? 0,
      admit: () => this.#admit(pod),
    });
  }

  #admit(pod: Pod): AdmissionRefusal | undefined {
    const nodeName = pod.spec.nodeName ?? "";
    const node = this.#nodes.get(nodeName);
    if (node === undefined) return undefined;
    const isAdmitted = (other: Pod): boolean => this.#memories.get(uidOf(other))?.admittedAt !== undefined;
    const others = this.#pods
      .byIndex(indexes.node, nodeName)
      .filter((other) => !isTerminal(other) && isAdmitted(other));
    return computeAdmission(pod, node, others);
  }

  async #perform(
    pod: Pod,
    step: PodStep,
    run: { readonly memory: PodMemory; readonly signal: AbortSignal },
  ): Promise<ReconcileResult | undefined> {
    const { kube, clock } = this.#context;
    if (step.kind === "remove") await this.#remove(pod, run.signal);
    if (step.kind === "report") {
      // Noted before the write, so that pods admitted in the same moment see each other.
      if (step.status.phase !== "Failed") run.memory.admittedAt ??= clock.monotonic();
      const change = { status: { ...step.status }, signal: run.signal };
      await patchStatus({ kube, type: podType, view: this.#view }, pod, change);
    }
    const again = step.kind === "wait" || step.kind === "report" ? step.again : undefined;
    return again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(again, 1) };
  }

  async #remove(pod: Pod, signal: AbortSignal): Promise<void> {
    try {
      await this.#context.kube.delete(podType, nameOf(pod), { uid: uidOf(pod), gracePeriodSeconds: 0, signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
    }
  }
}
