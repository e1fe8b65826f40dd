import type { KubeObject } from "../../api/index.ts";
import {
  type Clock,
  createIds,
  createPacer,
  type Ids,
  type Logger,
  type MetricsRegistry,
  type Pacer,
  type Random,
} from "../../platform/index.ts";
import { WorkQueue } from "../queue/work-queue.ts";
import {
  type Controller,
  type ControllerOptions,
  type Delta,
  type Informer,
  type ObjectKey,
  objectKey,
  type ReconcileResult,
} from "../runtime.ts";
import { type ControllerMetrics, createControllerMetrics, initialise } from "./controller-metrics.ts";
import { classifyFailure } from "./failure.ts";
import { reconcileFields } from "./log-fields.ts";

export interface ControllerContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
}

/** A reconcile loop (spec: operations 7.4 "Controller"); nothing runs before `run`. */
export function createController(context: ControllerContext, options: ControllerOptions): Controller {
  const loop = new ReconcileLoop(context, options);
  return Object.freeze({
    name: options.name,
    enqueue: (key: ObjectKey, how?: { readonly afterMilliseconds?: number; readonly lowPriority?: boolean }) =>
      loop.queue.add(key, how),
    watches: <T extends KubeObject>(informer: Informer<T>, map?: (delta: Delta<T>) => readonly ObjectKey[]) =>
      watch(loop.queue, informer, map),
    run: (signal: AbortSignal) => loop.run(signal),
  });
}

/** What a start or a resync brings yields to what happens. */
function watch<T extends KubeObject>(
  queue: WorkQueue,
  informer: Informer<T>,
  map: (delta: Delta<T>) => readonly ObjectKey[] = ({ object }) => [objectKey(object)],
): void {
  informer.subscribe((delta) => {
    const initial = delta.type === "added" && delta.initial;
    const resync = delta.type === "updated" && delta.previous === delta.object;
    for (const key of map(delta)) queue.add(key, { lowPriority: initial || resync });
  });
}

interface Run {
  readonly key: ObjectKey;
  readonly lowPriority: boolean;
  readonly log: Logger;
  readonly timedOut: () => boolean;
}

class ReconcileLoop {
  readonly queue: WorkQueue;
  readonly #options: ControllerOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ids: Ids;
  readonly #metrics: ControllerMetrics;
  readonly #maxConcurrent: number;
  readonly #labels: { readonly controller: string };
  /** One for all starts: each end of a run starts others, and a slice for each of them would never be used up. */
  readonly #pacer: Pacer;
  readonly #running = new Set<Promise<void>>();
  #signal: AbortSignal | undefined;
  #pumping = false;

  constructor(context: ControllerContext, options: ControllerOptions) {
    const { clock, metrics, log, random } = context;
    const { name, rateLimit } = options;
    this.#options = options;
    this.#clock = clock;
    this.#pacer = createPacer({ clock });
    this.#log = log.with({ controller: name });
    this.#ids = createIds(random);
    this.#metrics = createControllerMetrics(metrics);
    this.#maxConcurrent = options.maxConcurrent ?? 1;
    this.#labels = { controller: name };
    this.queue = new WorkQueue({
      name,
      clock,
      metrics,
      onReady: () => this.#pump(),
      ...(rateLimit === undefined ? {} : { rateLimit }),
    });
    initialise(this.#metrics, name, this.#maxConcurrent);
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#signal !== undefined) throw new Error(`controller ${this.#options.name} runs already`);
    this.#signal = signal;
    this.#pump();
    if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
    this.queue.close();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** One at a time, and in slices: thousands of keys may be ready at once after a start. */
  #pump(): void {
    if (this.#pumping || this.#signal === undefined || this.#signal.aborted) return;
    this.#pumping = true;
    void this.#startReady(this.#signal);
  }

  async #startReady(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#running.size < this.#maxConcurrent) {
      const taken = this.queue.take();
      if (taken === undefined) break;
      void this.#track(this.#process(taken.key, taken.lowPriority, signal));
      await this.#pacer.breathe();
    }
    this.#pumping = false;
    // A key may have become ready, or a place free, while this was about to end.
    if (this.queue.size > 0 && this.#running.size < this.#maxConcurrent) this.#pump();
  }

  async #track(running: Promise<void>): Promise<void> {
    this.#running.add(running);
    this.#metrics.activeWorkers.set(this.#running.size, this.#labels);
    await running;
    this.#running.delete(running);
    this.#metrics.activeWorkers.set(this.#running.size, this.#labels);
    this.#pump();
  }

  async #process(key: ObjectKey, lowPriority: boolean, signal: AbortSignal): Promise<void> {
    const begun = this.#clock.monotonic();
    const reconcileId = this.#ids.uuid();
    const log = this.#log.with(reconcileFields(this.#options.type, key, reconcileId));
    const limit = this.#limit(signal);
    const run: Run = { key, lowPriority, log, timedOut: () => limit.timedOut() };
    try {
      this.#succeed(run, (await this.#options.reconcile(key, limit.signal, { reconcileId, log })) ?? {});
    } catch (error) {
      this.#fail(run, error, signal);
    } finally {
      limit.end();
      this.#metrics.time.observe((this.#clock.monotonic() - begun) / 1000, this.#labels);
      this.queue.done(key);
    }
  }

  /** The run's signal: the loop's, and that of the time-out where there is one. */
  #limit(signal: AbortSignal): { readonly signal: AbortSignal; timedOut(): boolean; end(): void } {
    const { timeoutMilliseconds, name } = this.#options;
    if (timeoutMilliseconds === undefined) return { signal, timedOut: () => false, end: () => undefined };
    const timeout = new AbortController();
    const end = this.#clock.after(timeoutMilliseconds, () => {
      timeout.abort(new Error(`reconcile of ${name} took more than ${timeoutMilliseconds} ms`));
    });
    return { signal: AbortSignal.any([signal, timeout.signal]), timedOut: () => timeout.signal.aborted, end };
  }

  #succeed({ key, lowPriority }: Run, result: ReconcileResult): void {
    const { requeueAfterMilliseconds = 0, requeue = false } = result;
    if (requeueAfterMilliseconds > 0) {
      this.queue.forget(key);
      this.queue.add(key, { afterMilliseconds: requeueAfterMilliseconds, lowPriority });
      this.#count("requeue_after");
    } else if (requeue) {
      this.queue.addRateLimited(key, { lowPriority });
      this.#count("requeue");
    } else {
      this.queue.forget(key);
      this.#count("success");
    }
  }

  #fail({ key, lowPriority, log, timedOut }: Run, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    if (timedOut()) this.#metrics.timeouts.increment(this.#labels);
    const kind = classifyFailure(error);
    if (kind === "race") {
      log.debug("reconcile lost a race, trying again", { error });
      this.queue.addAfterRace(key, { lowPriority });
      this.#count("requeue");
      return;
    }
    this.#count("error");
    this.#metrics.errors.increment(this.#labels);
    if (kind === "bug") this.#metrics.panics.increment(this.#labels);
    if (kind === "terminal") {
      this.#metrics.terminalErrors.increment(this.#labels);
      this.queue.forget(key);
    } else {
      this.queue.addRateLimited(key, { lowPriority });
    }
    log.error("reconciler error", {
      error,
      ...(kind === "bug" && error instanceof Error ? { stack: error.stack } : {}),
    });
  }

  #count(result: "success" | "error" | "requeue" | "requeue_after"): void {
    this.#metrics.total.increment({ ...this.#labels, result });
  }
}
