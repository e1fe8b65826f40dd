import type { PersistentVolumeClaim } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import { createPacer } from "../../platform/index.ts";
import { openCaches } from "../stand-ins/caches.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandIn, StandInContext } from "../stand-ins/context.ts";
import { createWakeUp } from "../stand-ins/wake-up.ts";
import { createWritePump } from "../stand-ins/write-pump.ts";
import type { WritePump } from "../stand-ins/write-pump.ts";
import { ClusterPicture } from "./cluster-picture.ts";
import { observeCluster } from "./cluster-events.ts";
import { Nominations } from "./nominations.ts";
import { Placer } from "./placement.ts";
import type { Placement } from "./placement.ts";
import { podFactsOf } from "./pod-facts.ts";
import type { PodFacts } from "./pod-facts.ts";
import { RequeueHints } from "./requeue-hints.ts";
import { SchedulerWrites } from "./scheduler-writes.ts";
import { SchedulingQueue } from "./scheduling-queue.ts";
import type { BackoffLimits, QueuedPod } from "./scheduling-queue.ts";
import { createVolumeBinder } from "./volume-binder.ts";
import type { VolumeBinder } from "./volume-binder.ts";

export interface SchedulerOptions {
  /** `spec.schedulerName` of the pods it places, `default-scheduler` by default. */
  readonly name?: string;
  readonly backoff?: BackoffLimits;
  /** Writes in flight at a time, 32 by default. */
  readonly concurrentWrites?: number;
}

const defaultBackoff: BackoffLimits = Object.freeze({ firstMilliseconds: 1_000, mostMilliseconds: 10_000 });

/** Pods that nothing seemed to help are tried again all the same after this long. */
const staleMilliseconds = 300_000;

/** Prepares the stand-in for kube-scheduler (product 4.1): its Filter rules, a simple score, preemption by priority. */
export function prepareScheduler(context: StandInContext, options: SchedulerOptions = {}): StandIn {
  const scheduler = new Scheduler(context, openCaches(context.informers), options);
  return { name: "local.scheduler", run: (signal) => scheduler.run(signal) };
}

type Failed = Extract<Placement, { kind: "failed" }>;

class Scheduler {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #pods: ReturnType<Caches["pods"]>;
  readonly #queue: SchedulingQueue;
  readonly #hints = new RequeueHints();
  readonly #nominations = new Nominations();
  readonly #picture: ClusterPicture;
  readonly #binder: VolumeBinder;
  readonly #placer: Placer;
  readonly #writes: SchedulerWrites;
  readonly #pump: WritePump;
  readonly #wakeUp;

  constructor(context: StandInContext, caches: Caches, options: SchedulerOptions) {
    const { kube, clock, log } = context;
    this.#clock = clock;
    this.#log = log;
    this.#pods = caches.pods();
    this.#wakeUp = createWakeUp(clock);
    this.#queue = new SchedulingQueue(options.backoff ?? defaultBackoff);
    this.#binder = createVolumeBinder({ kube, clock, claims: caches.claims() });
    const namespaces = caches.namespaces();
    this.#picture = new ClusterPicture({ namespaceLabels: (name) => namespaces.store.get(name)?.metadata.labels });
    this.#placer = this.#createPlacer(caches);
    const recorder = context.recorderFor("default-scheduler");
    this.#writes = new SchedulerWrites({ kube, clock, recorder, current: (key) => this.#pods.store.get(key) });
    this.#pump = createWritePump({
      concurrent: options.concurrentWrites ?? 32,
      onError: (error) => log.warn("scheduler write failed", { error }),
    });
    this.#observe(caches, options.name ?? "default-scheduler");
  }

  async run(signal: AbortSignal): Promise<void> {
    let flushed = this.#clock.monotonic();
    while (!signal.aborted) {
      const now = this.#clock.monotonic();
      if (!this.#hints.isEmpty) this.#queue.release(this.#hints.take(this.#picture));
      if (now - flushed >= staleMilliseconds) {
        flushed = now;
        this.#picture.touch();
        this.#queue.release(() => true);
      }
      const due = this.#queue.wake(now);
      if (this.#queue.hasActive) await this.#placeActive(signal);
      else
        await this.#wakeUp.wait(
          signal,
          Math.min(Math.max((due ?? Number.POSITIVE_INFINITY) - now, 1), staleMilliseconds),
        );
    }
  }

  #createPlacer(caches: Caches): Placer {
    const volumes = caches.volumes();
    const storageClasses = caches.storageClasses();
    const csiNodes = caches.csiNodes();
    const budgets = caches.budgets();
    return new Placer({
      picture: this.#picture,
      nominations: this.#nominations,
      budgets: () => budgets.store.list(),
      lookup: {
        claim: (key) => this.#binder.claim(key),
        volume: (name) => volumes.store.get(name),
        storageClass: (name) => storageClasses.store.get(name),
        csiNode: (name) => csiNodes.store.get(name),
      },
    });
  }

  #observe(caches: Caches, schedulerName: string): void {
    observeCluster({
      informers: {
        pods: this.#pods,
        nodes: caches.nodes(),
        namespaces: caches.namespaces(),
        claims: caches.claims(),
        volumes: caches.volumes(),
        storageClasses: caches.storageClasses(),
        csiNodes: caches.csiNodes(),
      },
      schedulerName,
      clock: this.#clock,
      queue: this.#queue,
      hints: this.#hints,
      nominations: this.#nominations,
      picture: this.#picture,
      forget: (uid) => this.#writes.forget(uid),
      ring: () => this.#wakeUp.ring(),
    });
  }

  async #placeActive(signal: AbortSignal): Promise<void> {
    const pacer = createPacer({ clock: this.#clock });
    for (const pod of this.#queue.takeActive()) {
      if (signal.aborted) return;
      if (this.#isWaiting(pod)) this.#attempt(pod, signal);
      await pacer.breathe();
    }
  }

  /**
   * False for a pod that went, was bound by somebody else, or began to terminate while it stood in line; and for one that
   * has its node: an event that came while it was being placed has put it into the line a second time.
   */
  #isWaiting({ facts }: QueuedPod): boolean {
    if (this.#picture.isAssumed(facts.key)) return false;
    const current = this.#pods.store.get(facts.key);
    return current?.metadata.uid === facts.uid && !current.spec.nodeName && !current.metadata.deletionTimestamp;
  }

  #attempt(pod: QueuedPod, signal: AbortSignal): void {
    const placement = this.#placer.place(pod.facts);
    if (placement.kind === "failed") {
      this.#giveUp(pod, placement, signal);
      return;
    }
    const { nodeName, state } = placement;
    const waiting = state.volumes.kind === "ready" ? state.volumes.waiting : [];
    this.#nominations.remove(pod.facts.key);
    this.#picture.assume(pod.facts, nodeName);
    this.#binder.assume(waiting, nodeName);
    const task = () => this.#bind(pod, { nodeName, waiting, signal });
    // A pod whose volumes are still to be made may wait for long: it must not hold up the others' writes.
    if (waiting.length > 0) void task();
    else this.#pump.push(task);
  }

  #giveUp(pod: QueuedPod, placement: Failed, signal: AbortSignal): void {
    const { facts } = pod;
    const { message, preemption, keepsNomination } = placement;
    const hadNomination = !keepsNomination && this.#nominations.remove(facts.key);
    if (hadNomination) this.#picture.touch();
    if (preemption !== undefined) this.#preempt(facts, preemption, signal);
    const nominated = preemption?.nodeName ?? (hadNomination ? null : undefined);
    this.#queue.park(pod, this.#clock.monotonic(), false);
    this.#pump.push(() => this.#writes.reportUnschedulable(facts, { message, nominated, signal }));
  }

  #preempt(pod: PodFacts, preemption: NonNullable<Failed["preemption"]>, signal: AbortSignal): void {
    const { nodeName, victims } = preemption;
    this.#nominations.set(pod, nodeName);
    this.#picture.touch();
    for (const victim of victims) this.#pump.push(() => this.#writes.evictVictim(victim, pod, { nodeName, signal }));
  }

  async #bind(
    pod: QueuedPod,
    target: { nodeName: string; waiting: readonly PersistentVolumeClaim[]; signal: AbortSignal },
  ): Promise<void> {
    const { nodeName, waiting, signal } = target;
    try {
      if (waiting.length > 0) await this.#binder.bind(waiting, nodeName, signal);
      await this.#writes.bind(pod.facts, nodeName, signal);
    } catch (error) {
      this.#picture.unassume(pod.facts);
      this.#binder.forget(waiting);
      this.#hints.nodeChanged(nodeName);
      if (signal.aborted) return;
      const isGone = isKubeFault(error, "NotFound");
      if (!isGone) this.#log.warn("pod not bound", { pod: pod.facts.key, node: nodeName, error });
      this.#retry(pod);
    }
  }

  /** Back to the queue, unless the pod has gone or found its node in the meantime. */
  #retry(pod: QueuedPod): void {
    const current = this.#pods.store.get(pod.facts.key);
    if (current === undefined || !this.#isWaiting(pod)) return;
    this.#queue.park({ ...pod, facts: podFactsOf(current) }, this.#clock.monotonic(), true);
    this.#wakeUp.ring();
  }
}
