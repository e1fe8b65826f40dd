import type { ApiObject } from "./api-object.ts";

export type StreamEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: ApiObject; readonly version: number }
  | { readonly type: "BOOKMARK"; readonly version: number; readonly initialEventsEnd: boolean };

/** Events that wait for one slow reader before its watch is given up. */
const maxQueued = 200_000;

/**
 * Queue between the store and one reader. Writers never wait; a reader that falls too far behind gets the fault made
 * by `overflow` and has to list again, as it would from kube-apiserver.
 */
export class WatchStream {
  #queue: StreamEvent[] = [];
  #head = 0;
  #ended = false;
  #failure: unknown;
  #wake: (() => void) | undefined;
  #onClose: (() => void)[] = [];
  readonly #overflow: () => Error;
  /** Version of the newest event or bookmark that was queued. */
  lastVersion = 0;

  constructor(overflow: () => Error) {
    this.#overflow = overflow;
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(event: StreamEvent): void {
    if (this.#ended) return;
    if (this.#queue.length - this.#head >= maxQueued) {
      this.end(this.#overflow());
      return;
    }
    this.lastVersion = event.version;
    this.#queue.push(event);
    this.#wake?.();
  }

  onClose(callback: () => void): void {
    this.#onClose.push(callback);
  }

  /** Ends the stream once everything queued is read; with a failure it ends at once. */
  end(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    if (failure !== undefined) this.#clear();
    for (const callback of this.#onClose.splice(0)) callback();
    this.#wake?.();
  }

  /** The next event; undefined when the stream has ended; rejects with the failure it ended with. */
  async next(): Promise<StreamEvent | undefined> {
    for (;;) {
      const event = this.take();
      if (event !== undefined) return event;
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = undefined;
    }
  }

  /** The next event if one is waiting. */
  take(): StreamEvent | undefined {
    const event = this.#queue[this.#head];
    if (event === undefined) return undefined;
    this.#head += 1;
    if (this.#head >= 1024 || this.#head === this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return event;
  }

  #clear(): void {
    this.#queue = [];
    this.#head = 0;
  }
}
