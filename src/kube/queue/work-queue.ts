import type { Clock, MetricsRegistry } from "../../platform/index.ts";
import type { ObjectKey, RateLimit } from "../runtime.ts";
import { createQueueMetrics, type QueueMetrics } from "./queue-metrics.ts";
import { createRateLimiter, defaultRateLimit, type RateLimiter } from "./rate-limiter.ts";
import { ReadyList } from "./ready-list.ts";

export interface WorkQueueOptions {
  /** Value of the `name` and `controller` labels. */
  readonly name: string;
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  readonly rateLimit?: RateLimit;
  /** Called when a key has become ready to be taken. */
  readonly onReady: () => void;
}

export interface AddOptions {
  readonly afterMilliseconds?: number;
  readonly lowPriority?: boolean;
}

/** About what a watch lags behind a write. */
const firstRaceMilliseconds = 50;

interface Delayed {
  readonly due: number;
  readonly lowPriority: boolean;
  readonly cancel: () => void;
}

interface Taken {
  readonly key: ObjectKey;
  readonly lowPriority: boolean;
}

/**
 * Keys to reconcile (spec: operations 7.4 "Work queue"). A key is in it once; one that is added while it is processed is
 * taken again after `done`. Ready keys leave in order of arrival, those of low priority after all others. Of several
 * delayed adds of a key the earliest counts.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #onReady: () => void;
  readonly #limiter: RateLimiter;
  readonly #metrics: QueueMetrics;
  readonly #labels: { readonly name: string; readonly controller: string };
  readonly #high = new ReadyList();
  readonly #low = new ReadyList();
  /** Key to the time its processing began. */
  readonly #processing = new Map<ObjectKey, number>();
  /** Keys to be ready again after `done`, with whether their priority is low. */
  readonly #again = new Map<ObjectKey, boolean>();
  readonly #delayed = new Map<ObjectKey, Delayed>();
  readonly #stopMetrics: () => void;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#onReady = options.onReady;
    this.#limiter = createRateLimiter({ clock: options.clock, limit: options.rateLimit ?? defaultRateLimit });
    this.#metrics = createQueueMetrics(options.metrics);
    this.#labels = { name: options.name, controller: options.name };
    this.#metrics.adds.increment(this.#labels, 0);
    this.#metrics.retries.increment(this.#labels, 0);
    this.#stopMetrics = options.metrics.onExpose(() => this.#refreshMetrics());
  }

  /** Ready keys, neither delayed nor in progress. */
  get size(): number {
    return this.#high.size + this.#low.size;
  }

  get processing(): number {
    return this.#processing.size;
  }

  add(key: ObjectKey, options: AddOptions = {}): void {
    if (this.#closed) return;
    const { afterMilliseconds = 0, lowPriority = false } = options;
    if (afterMilliseconds > 0) this.#delay(key, afterMilliseconds, lowPriority);
    else this.#makeReady(key, lowPriority);
  }

  /** Adds a key that failed, after its backoff. */
  addRateLimited(key: ObjectKey, options: { readonly lowPriority?: boolean } = {}): void {
    this.#metrics.retries.increment(this.#labels);
    this.add(key, { ...options, afterMilliseconds: this.#limiter.delayOf(key) });
  }

  /**
   * Adds a key that lost a race: whoever won has written meanwhile, so the next attempt is likely to succeed as soon as the
   * cache shows that. The first comes within moments, later ones ever later, none later than after another failure.
   */
  addAfterRace(key: ObjectKey, options: { readonly lowPriority?: boolean } = {}): void {
    this.#metrics.retries.increment(this.#labels);
    const limited = this.#limiter.delayOf(key);
    const soon = firstRaceMilliseconds * 2 ** (this.#limiter.failures(key) - 1);
    this.add(key, { ...options, afterMilliseconds: Math.min(limited, soon) });
  }

  /** Ends the backoff of a key. */
  forget(key: ObjectKey): void {
    this.#limiter.forget(key);
  }

  failures(key: ObjectKey): number {
    return this.#limiter.failures(key);
  }

  /** The next ready key, which is in progress until `done`; undefined when there is none. */
  take(): Taken | undefined {
    if (this.#closed) return undefined;
    const high = this.#high.shift();
    const entry = high ?? this.#low.shift();
    if (entry === undefined) return undefined;
    const now = this.#clock.monotonic();
    this.#metrics.queueDuration.observe((now - entry.addedAt) / 1000, this.#labels);
    this.#processing.set(entry.key, now);
    return { key: entry.key, lowPriority: high === undefined };
  }

  /** To be called once for each key taken, however its processing ended. */
  done(key: ObjectKey): void {
    const begun = this.#processing.get(key);
    if (begun === undefined) throw new Error(`key ${key} is not in progress`);
    this.#processing.delete(key);
    this.#metrics.workDuration.observe((this.#clock.monotonic() - begun) / 1000, this.#labels);
    const lowPriority = this.#again.get(key);
    this.#again.delete(key);
    if (lowPriority !== undefined && !this.#closed) this.#enlist(key, lowPriority);
  }

  /** Takes no more keys and gives none; what is in progress may still be `done`. */
  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#again.clear();
    this.#stopMetrics();
  }

  #delay(key: ObjectKey, milliseconds: number, lowPriority: boolean): void {
    const due = this.#clock.monotonic() + milliseconds;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.due <= due) return;
    known?.cancel();
    const cancel = this.#clock.after(milliseconds, () => {
      this.#delayed.delete(key);
      this.#makeReady(key, lowPriority);
    });
    this.#delayed.set(key, { due, lowPriority, cancel });
  }

  #makeReady(key: ObjectKey, lowPriority: boolean): void {
    const known = this.#again.get(key);
    if (this.#processing.has(key)) {
      if (known === undefined) this.#metrics.adds.increment(this.#labels);
      this.#again.set(key, lowPriority && known !== false);
      return;
    }
    if (this.#high.has(key) || (lowPriority && this.#low.has(key))) return;
    this.#metrics.adds.increment(this.#labels);
    this.#enlist(key, lowPriority);
  }

  /** A key of low priority that is wanted by others moves up and keeps its time of arrival for the metric. */
  #enlist(key: ObjectKey, lowPriority: boolean): void {
    const now = this.#clock.monotonic();
    if (lowPriority) this.#low.push(key, now);
    else this.#high.push(key, this.#low.remove(key) ?? now);
    this.#onReady();
  }

  #refreshMetrics(): void {
    const now = this.#clock.monotonic();
    const running = [...this.#processing.values()].map((begun) => (now - begun) / 1000);
    this.#metrics.depth.set(this.#high.size, { ...this.#labels, priority: "0" });
    this.#metrics.depth.set(this.#low.size, { ...this.#labels, priority: "-100" });
    this.#metrics.unfinished.set(
      running.reduce((sum, seconds) => sum + seconds, 0),
      this.#labels,
    );
    this.#metrics.longestRunning.set(
      running.reduce((most, seconds) => Math.max(most, seconds), 0),
      this.#labels,
    );
  }
}
