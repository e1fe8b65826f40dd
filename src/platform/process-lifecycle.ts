import type { Clock } from "./clock.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Logger } from "./logger.ts";

export interface LifecycleOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** How long `stop` waits in all before it names what has not ended and gives up; 30 s (spec: operations 3.8). */
  readonly stopTimeoutMilliseconds?: number;
}

interface Entry {
  readonly name: string;
  readonly end: () => Promise<void>;
}

/** A lifecycle of one process or one embedded cluster; see the port for what it promises. */
export function createLifecycle(options: LifecycleOptions): Lifecycle {
  return new ProcessLifecycle(options).face();
}

class ProcessLifecycle {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #timeout: number;
  readonly #root = new AbortController();
  readonly #entries: Entry[] = [];
  readonly #failures: Error[] = [];
  readonly #done = Promise.withResolvers<void>();
  #stopping: Promise<void> | undefined;

  constructor(options: LifecycleOptions) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#timeout = options.stopTimeoutMilliseconds ?? 30_000;
    // Whoever waits for `done` gets the failure; it is logged when it happens, so nobody waiting loses nothing.
    this.#done.promise.catch(() => undefined);
  }

  face(): Lifecycle {
    return Object.freeze({
      signal: this.#root.signal,
      start: (name: string, loop: (signal: AbortSignal) => Promise<void>) => this.#start(name, loop),
      onStop: (name: string, close: () => Promise<void> | void) => {
        this.#add({ name, end: async () => close() });
      },
      stop: (reason?: string) => this.#stop(reason ?? "stopped"),
      done: this.#done.promise,
    });
  }

  #add(entry: Entry): void {
    if (this.#stopping !== undefined) throw new Error(`${entry.name} cannot start: the process is stopping`);
    this.#entries.push(entry);
  }

  #start(name: string, loop: (signal: AbortSignal) => Promise<void>): void {
    const own = new AbortController();
    let ended: Promise<void> = Promise.resolve();
    const entry: Entry = {
      name,
      end: () => {
        own.abort(this.#root.signal.reason);
        return ended;
      },
    };
    this.#add(entry);
    ended = this.#watch(name, loop, own.signal).finally(() => this.#forget(entry));
  }

  #forget(entry: Entry): void {
    const index = this.#entries.indexOf(entry);
    if (index >= 0) this.#entries.splice(index, 1);
  }

  async #watch(name: string, loop: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await loop(signal);
    } catch (error) {
      if (!signal.aborted) this.#fail(name, error);
    }
  }

  #fail(name: string, cause: unknown): void {
    const error = new Error(`${name} failed`, { cause });
    this.#failures.push(error);
    this.#log.error("background loop failed, stopping", { loop: name, error });
    void this.#stop(error.message);
  }

  #stop(reason: string): Promise<void> {
    this.#stopping ??= this.#endAll(reason);
    return this.#stopping;
  }

  async #endAll(reason: string): Promise<void> {
    this.#root.abort(new DOMException(reason, "AbortError"));
    let waitingFor = "";
    const reverse = async (): Promise<void> => {
      for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
        waitingFor = entry.name;
        await this.#end(entry);
      }
    };
    const late = Promise.withResolvers<boolean>();
    const cancel = this.#clock.after(this.#timeout, () => late.resolve(true));
    const timedOut = await Promise.race([reverse().then(() => false), late.promise]);
    cancel();
    if (timedOut) {
      const error = new Error(`${waitingFor} did not end within ${this.#timeout} ms`);
      this.#failures.push(error);
      this.#log.error("stop took too long", { loop: waitingFor, left: this.#entries.map(({ name }) => name), error });
    }
    this.#settle();
  }

  async #end(entry: Entry): Promise<void> {
    try {
      await entry.end();
    } catch (cause) {
      const error = new Error(`closing ${entry.name} failed`, { cause });
      this.#failures.push(error);
      this.#log.error("close failed", { loop: entry.name, error });
    }
  }

  #settle(): void {
    const [failure, ...more] = this.#failures;
    if (failure === undefined) this.#done.resolve();
    else this.#done.reject(more.length === 0 ? failure : new AggregateError(this.#failures, failure.message));
  }
}
