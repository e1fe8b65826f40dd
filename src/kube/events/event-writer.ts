import { type Event, eventType } from "../../api/index.ts";
import type { Clock, Counter, Ids, Logger } from "../../platform/index.ts";
import type { KubeClient } from "../client.ts";
import { isKubeFault } from "../fault.ts";
import { type Correlated, EventCorrelator, type Observation } from "./correlator.ts";
import { eventOf } from "./stored-event.ts";

export interface EventWriterOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly component: string;
  readonly dropped: Counter;
}

export type DropCause = "limited" | "overflow" | "spam" | "rejected" | "unreachable";

type Writable = Exclude<Correlated, { readonly kind: "drop" }>;

const attempts = 12;
const retryMilliseconds = 10_000;
const flushMilliseconds = 5_000;

/** Writes events one after the other: counts by patch, retries where there was no answer, drops what is rejected. */
export class EventWriter {
  readonly #options: EventWriterOptions;
  readonly #correlator: EventCorrelator;
  readonly #waiting: Observation[] = [];
  /** The event that a stop interrupted; it was correlated already. */
  #interrupted: Writable | undefined;
  #wake: () => void = () => undefined;

  constructor(options: EventWriterOptions) {
    this.#options = options;
    this.#correlator = new EventCorrelator(options.clock);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  add(observation: Observation): void {
    this.#waiting.push(observation);
    this.#wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#wake(), { once: true });
    while (!signal.aborted) {
      const event = this.#next();
      if (event !== undefined) await this.#writeWithRetries(event, signal);
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    await this.#flush();
  }

  /** Correlation waits until the turn of an event: the name of its forerunner is known only once that is written. */
  #next(): Writable | undefined {
    for (let waiting = this.#waiting.shift(); waiting !== undefined; waiting = this.#waiting.shift()) {
      const correlated = this.#correlator.correlate(waiting);
      if (correlated.kind !== "drop") return correlated;
      this.#drop("spam", waiting.reason);
    }
    return undefined;
  }

  async #flush(): Promise<void> {
    const timeout = new AbortController();
    const cancel = this.#options.clock.after(flushMilliseconds, () => timeout.abort(new Error("flush took too long")));
    for (let event = this.#interrupted ?? this.#next(); event !== undefined; event = this.#next()) {
      if (timeout.signal.aborted) this.#drop("unreachable", event.event.reason);
      else await this.#attempt(event, timeout.signal, true);
    }
    cancel();
  }

  async #writeWithRetries(event: Writable, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !(await this.#attempt(event, signal, attempt === attempts)); attempt += 1) {
      if (await this.#slept(signal)) continue;
      this.#interrupted = event;
      return;
    }
  }

  /** True when the event needs no further attempt. */
  async #attempt(event: Writable, signal: AbortSignal, last: boolean): Promise<boolean> {
    try {
      this.#correlator.stored(event.key, await this.#write(event, signal));
      return true;
    } catch (error) {
      const rejected = isKubeFault(error) && error.code !== 0;
      if (!rejected && !last) return false;
      this.#drop(rejected ? "rejected" : "unreachable", event.event.reason, error);
      return true;
    }
  }

  async #write(writable: Writable, signal: AbortSignal): Promise<Event> {
    const { client } = this.#options;
    const event = eventOf(writable.event, this.#options);
    const { namespace = "default" } = event.metadata;
    if (writable.kind === "create") return client.create(eventType, event, { signal });
    const { count, message, lastTimestamp } = writable.event;
    const body = { count, message, lastTimestamp };
    try {
      return await client.patch(eventType, { name: writable.name, namespace }, { type: "merge", body, signal });
    } catch (error) {
      // Events expire after an hour; a count on one that has gone is written as a new one.
      if (!isKubeFault(error, "NotFound")) throw error;
      return client.create(eventType, event, { signal });
    }
  }

  #drop(cause: DropCause, reason: string, error?: unknown): void {
    this.#options.dropped.increment({ cause });
    this.#options.log.debug("event dropped", { reason, cause, error });
  }

  async #slept(signal: AbortSignal): Promise<boolean> {
    try {
      await this.#options.clock.sleep(retryMilliseconds, { signal });
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }
}
