import type { PersistentVolumeClaim } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import { openCaches } from "../stand-ins/caches.ts";
import type { StandIn, StandInContext } from "../stand-ins/context.ts";
import { createWakeUp } from "../stand-ins/wake-up.ts";
import { createWritePump } from "../stand-ins/write-pump.ts";
import { ClusterPicture } from "./cluster-picture.ts";
import { observeCluster } from "./cluster-events.ts";
import { Nominations } from "./nominations.ts";
import { Placer } from "./placement.ts";
import type { Placement } from "./placement.ts";
import { podFactsOf } from "./pod-facts.ts";
import type { PodFacts } from "./pod-facts.ts";
import { RequeueHints } from "./requeue-hints.ts";
import { createSchedulerWrites } from "./scheduler-writes.ts";
import { SchedulingQueue } from "./scheduling-queue.ts";
import type { BackoffLimits, QueuedPod } from "./scheduling-queue.ts";
import { createVolumeBinder } from "./volume-binder.ts";

export interface SchedulerOptions {
  /** `spec.schedulerName` of the pods it places, `default-scheduler` by default. */
  readonly name?: string;
  readonly backoff?: BackoffLimits;
  /** Writes in flight at a time, 32 by default. */
  readonly concurrentWrites?: number;
}

const defaultBackoff: BackoffLimits = Object.freeze({ firstMilliseconds: 1_000, mostMilliseconds: 10_000 });

/** The thread is given back after this much work, and after this many pods (a manual clock stands still meanwhile). */
const sliceMilliseconds = 8;
const slicePods = 100;

/** Pods that nothing seemed to help are tried again all the same after this long. */
const staleMilliseconds = 300_000;

/** Prepares the stand-in for kube-scheduler (product 4.1): its Filter rules, a simple score, preemption by priority. */
export function prepareScheduler(context: StandInContext, options: SchedulerOptions = {}): StandIn {
  const { kube, clock, log } = context;
  const caches = openCaches(context.informers);
  const pods = caches.pods();
  const claims = caches.claims();
  const volumes = caches.volumes();
  const storageClasses = caches.storageClasses();
  const csiNodes = caches.csiNodes();
  const namespaces = caches.namespaces();
  const budgets = caches.budgets();

  const wakeUp = createWakeUp(clock);
  const queue = new SchedulingQueue(options.backoff ?? defaultBackoff);
  const hints = new RequeueHints();
  const nominations = new Nominations();
  const binder = createVolumeBinder({ kube, clock, claims });
  const picture = new ClusterPicture({ namespaceLabels: (name) => namespaces.store.get(name)?.metadata.labels });
  const placer = new Placer({
    picture,
    nominations,
    budgets: () => budgets.store.list(),
    lookup: {
      claim: (key) => binder.claim(key),
      volume: (name) => volumes.store.get(name),
      storageClass: (name) => storageClasses.store.get(name),
      csiNode: (name) => csiNodes.store.get(name),
    },
  });
  const recorder = context.recorderFor("default-scheduler");
  const writes = createSchedulerWrites({ kube, clock, recorder, current: (key) => pods.store.get(key) });
  const pump = createWritePump({
    concurrent: options.concurrentWrites ?? 32,
    onError: (error) => log.warn("scheduler write failed", { error }),
  });
  observeCluster({
    informers: { pods, nodes: caches.nodes(), namespaces, claims, volumes, storageClasses, csiNodes },
    schedulerName: options.name ?? "default-scheduler",
    clock,
    queue,
    hints,
    nominations,
    picture,
    forget: (uid) => writes.forget(uid),
    ring: () => wakeUp.ring(),
  });

  /** Back to the queue, unless the pod has gone or found its node in the meantime. */
  const retry = (pod: QueuedPod): void => {
    const current = pods.store.get(pod.facts.key);
    if (current?.metadata.uid !== pod.facts.uid || current.spec.nodeName) return;
    queue.park({ ...pod, facts: podFactsOf(current) }, clock.monotonic(), true);
    wakeUp.ring();
  };

  const bind = async (
    pod: QueuedPod,
    target: { nodeName: string; waiting: readonly PersistentVolumeClaim[]; signal: AbortSignal },
  ): Promise<void> => {
    const { nodeName, waiting, signal } = target;
    try {
      if (waiting.length > 0) await binder.bind(waiting, nodeName, signal);
      await writes.bind(pod.facts, nodeName, signal);
    } catch (error) {
      picture.unassume(pod.facts);
      binder.forget(waiting);
      hints.nodeChanged(nodeName);
      if (signal.aborted) return;
      if (!isKubeFault(error, "NotFound")) log.warn("pod not bound", { pod: pod.facts.key, node: nodeName, error });
      retry(pod);
    }
  };

  const preempt = (pod: PodFacts, placement: Extract<Placement, { kind: "failed" }>, signal: AbortSignal): void => {
    const { preemption } = placement;
    if (preemption === undefined) return;
    const { nodeName, victims } = preemption;
    nominations.set(pod, nodeName);
    picture.touch();
    for (const victim of victims) pump.push(() => writes.evictVictim(victim, pod, { nodeName, signal }));
  };

  const attempt = (pod: QueuedPod, signal: AbortSignal): void => {
    const { facts } = pod;
    const placement = placer.place(facts);
    if (placement.kind === "placed") {
      const { nodeName, state } = placement;
      const waiting = state.volumes.kind === "ready" ? state.volumes.waiting : [];
      nominations.remove(facts.key);
      picture.assume(facts, nodeName);
      binder.assume(waiting, nodeName);
      const task = () => bind(pod, { nodeName, waiting, signal });
      // A pod whose volumes are still to be made may wait for long: it must not hold up the others' writes.
      if (waiting.length > 0) void task();
      else pump.push(task);
      return;
    }
    const hadNomination = !placement.keepsNomination && nominations.remove(facts.key);
    preempt(facts, placement, signal);
    if (hadNomination) picture.touch();
    const nominated = placement.preemption?.nodeName ?? (hadNomination ? null : undefined);
    queue.park(pod, clock.monotonic(), false);
    const { message } = placement;
    pump.push(() => writes.reportUnschedulable(facts, { message, nominated, signal }));
  };

  const work = async (signal: AbortSignal): Promise<void> => {
    let sliceStart = clock.monotonic();
    let tried = 0;
    for (const pod of queue.takeActive()) {
      if (signal.aborted) return;
      const current = pods.store.get(pod.facts.key);
      // It went, was bound by somebody else, or started to terminate while it stood in line.
      if (current?.metadata.uid !== pod.facts.uid || current.spec.nodeName || current.metadata.deletionTimestamp)
        continue;
      attempt(pod, signal);
      tried += 1;
      if (clock.monotonic() - sliceStart < sliceMilliseconds && tried % slicePods !== 0) continue;
      await clock.yield();
      sliceStart = clock.monotonic();
    }
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    let flushed = clock.monotonic();
    while (!signal.aborted) {
      const now = clock.monotonic();
      if (!hints.isEmpty) queue.release(hints.take(picture));
      if (now - flushed >= staleMilliseconds) {
        flushed = now;
        picture.touch();
        queue.release(() => true);
      }
      const due = queue.wake(now);
      if (queue.hasActive) await work(signal);
      else
        await wakeUp.wait(
          signal,
          Math.min(due === undefined ? staleMilliseconds : Math.max(due - now, 1), staleMilliseconds),
        );
    }
  };

  return { name: "local.scheduler", run };
}
