import type { EpochMillis } from "../core/index.ts";
import { sleepOn } from "./clock-sleep.ts";
import type { Clock, ManualClock } from "./clock.ts";
import { TimerHeap } from "./timer-heap.ts";

/** A loop that only yields and never waits would let no `advance` return; after so many turns it is called a bug. */
const mostYieldsPerSettle = 1_000_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * A clock that stands still until moved. `start` is epoch milliseconds, 2026-01-01T00:00:00Z by default.
 * `advance` runs one due callback at a time and lets everything that follows from it settle (promises, `yield`s and one
 * turn of the event loop) before the next, so that a run is the same each time.
 */
export function createManualClock(options: { readonly start?: number } = {}): ManualClock {
  const start = options.start ?? Date.UTC(2026, 0, 1);
  const timers = new TimerHeap();
  let elapsed = 0;
  const yielding = new Set<symbol>();
  let advancing = false;

  const after: Clock["after"] = (milliseconds, callback) => {
    const timer = timers.add(elapsed + Math.max(milliseconds, 0), callback);
    return () => timers.remove(timer);
  };

  const settle = async (): Promise<void> => {
    await turn();
    for (let turns = 0; turns < mostYieldsPerSettle; turns += 1) {
      if (yielding.size === 0) return;
      await turn();
    }
    throw new Error("manual clock: a loop yields without ever waiting");
  };

  const runUntil = async (target: number): Promise<void> => {
    await settle();
    for (let timer = timers.next; timer !== undefined && timer.due <= target; timer = timers.next) {
      timers.remove(timer);
      elapsed = Math.max(elapsed, timer.due);
      timer.callback();
      await settle();
    }
    elapsed = target;
  };

  return Object.freeze({
    now: () => Math.floor(start + elapsed) as EpochMillis,
    monotonic: () => elapsed,
    sleep: (milliseconds: number, sleepOptions?: { readonly signal?: AbortSignal }) =>
      sleepOn({ after }, milliseconds, sleepOptions),
    after,
    yield: async () => {
      const mark = Symbol("yield");
      yielding.add(mark);
      await turn();
      yielding.delete(mark);
    },
    nextDue: () => {
      const due = timers.next?.due;
      return due === undefined ? undefined : (Math.ceil(start + due) as EpochMillis);
    },
    advance: async (milliseconds: number) => {
      if (advancing) throw new Error("manual clock: advance called while an earlier advance still runs");
      advancing = true;
      try {
        await runUntil(elapsed + Math.max(milliseconds, 0));
      } finally {
        advancing = false;
      }
    },
  });
}
