/** Background loops with a name and an owner; stopped in reverse order of start (style 4.8). */
export interface Lifecycle {
  /** Aborted when the process should stop. */
  readonly signal: AbortSignal;
  /** Runs `loop` until it returns or the signal aborts. A loop that throws while not aborted fails the lifecycle. */
  start(name: string, loop: (signal: AbortSignal) => Promise<void>): void;
  /** Registers something to close at stop. */
  onStop(name: string, close: () => Promise<void> | void): void;
  /** Stops everything in reverse order; resolves when all has ended. Safe to call twice. */
  stop(reason?: string): Promise<void>;
  /** Resolves when stopped; rejects when a loop failed. */
  readonly done: Promise<void>;
}
