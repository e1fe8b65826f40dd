import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

export interface PeriodicOptions {
  readonly clock: Clock;
  /** Wait between the end of one run and the start of the next. */
  readonly milliseconds: number;
  /** Adds up to this share of the wait, by chance: 0.1 makes 10 s into 10 to 11 s. Needs `random`. */
  readonly jitter?: number;
  readonly random?: Random;
  /** Waits one period before the first run too; otherwise it starts at once. */
  readonly delayFirst?: boolean;
  /** Told of a run that failed; the next comes after the usual wait. Without it a failure ends the loop. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Runs `fn` again and again, never two at a time, until `signal` aborts; then resolves. `fn` may return the
 * milliseconds to wait this once instead of the period.
 */
export async function runEvery(
  options: PeriodicOptions,
  fn: (signal: AbortSignal) => Promise<number | undefined | void>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, milliseconds, jitter = 0, random } = options;
  const spread = (wait: number): number => wait * (1 + jitter * (random?.next() ?? 0));
  let wait = options.delayFirst === true ? spread(milliseconds) : 0;
  while (!signal.aborted) {
    if (wait > 0 && !(await slept(clock, wait, signal))) return;
    wait = spread(milliseconds);
    try {
      wait = (await fn(signal)) ?? wait;
    } catch (error) {
      if (signal.aborted) return;
      if (options.onError === undefined) throw error;
      options.onError(error);
    }
    if (wait <= 0) await clock.yield();
  }
}

/** False when the wait was cut short by the signal. */
async function slept(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(milliseconds, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
