import type { Clock } from "../../platform/index.ts";

/** How long `wait` blocks for the first trigger before it says that there is none. */
const firstTriggerMilliseconds = 1_000;

/**
 * Gathers triggers into one window (spec: scheduling 1.5). A trigger never blocks; one that arrives while nobody waits
 * is kept, so that the next window opens at once. An id seen in the window already does not hold it open.
 */
export interface Batcher {
  trigger(id: string): void;
  /** Whether a trigger waits to be taken, so that `wait` would open a window at once. */
  readonly pending: boolean;
  /** Called with each trigger that counts. */
  onTrigger(listener: () => void): void;
  /**
   * Resolves with false when no trigger came within one second, else with true once no new id came for the idle time or
   * the longest time is over. Rejects with `signal.reason` on abort. One waiter at a time.
   */
  wait(signal: AbortSignal): Promise<boolean>;
}

/** The durations are looked up anew for each window: settings may be edited while the process runs. */
export interface BatcherOptions {
  readonly clock: Clock;
  readonly idleMilliseconds: number;
  readonly maxMilliseconds: number;
  /** Told how long each window was open, when it closes. */
  readonly onClosed?: (milliseconds: number) => void;
}

export function createBatcher(options: BatcherOptions): Batcher {
  const { clock } = options;
  const seen = new Set<string>();
  let pending = false;
  let wake: (() => void) | undefined;
  const listeners: (() => void)[] = [];

  /** True when a trigger is or becomes pending within the time; takes it. */
  const take = (milliseconds: number, signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const settle = (finish: () => void): void => {
        cancel();
        signal.removeEventListener("abort", onAbort);
        wake = undefined;
        finish();
      };
      const taken = (): void => {
        pending = false;
        resolve(true);
      };
      const onAbort = (): void => settle(() => reject(signal.reason as Error));
      const cancel = clock.after(milliseconds, () => settle(() => resolve(false)));
      signal.addEventListener("abort", onAbort);
      wake = () => settle(taken);
      if (pending) wake();
    });

  return {
    trigger: (id) => {
      if (seen.has(id)) return;
      seen.add(id);
      pending = true;
      wake?.();
      for (const listener of listeners) listener();
    },
    get pending() {
      return pending;
    },
    onTrigger: (listener) => void listeners.push(listener),
    wait: async (signal) => {
      if (!(await take(firstTriggerMilliseconds, signal))) {
        seen.clear();
        return false;
      }
      const { idleMilliseconds, maxMilliseconds } = options;
      const opened = clock.monotonic();
      const end = opened + maxMilliseconds;
      for (;;) {
        const left = end - clock.monotonic();
        if (left <= 0 || !(await take(Math.min(idleMilliseconds, left), signal))) break;
      }
      options.onClosed?.(clock.monotonic() - opened);
      seen.clear();
      return true;
    },
  };
}
