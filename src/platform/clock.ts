import type { EpochMillis } from "../core/index.ts";

/** Time as a port: nothing outside this room touches Date, setTimeout or performance. */
export interface Clock {
  /** Wall clock. */
  now(): EpochMillis;
  /** Monotonic milliseconds, for durations. */
  monotonic(): number;
  /** Resolves after `milliseconds`; rejects with `signal.reason` when aborted. */
  sleep(milliseconds: number, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Calls back once after `milliseconds`; the returned function cancels and may be called twice. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Gives the thread back once, so that timers and I/O run. */
  yield(): Promise<void>;
}

/** A clock that tests and scaled runs move by hand. Callbacks due run in order of due time, then of registration. */
export interface ManualClock extends Clock {
  /** Moves time forward, running everything that falls due, and lets pending promises settle between callbacks. */
  advance(milliseconds: number): Promise<void>;
  /** Due time of the next timer, if any. */
  nextDue(): EpochMillis | undefined;
}
