import type { EpochMillis } from "../core/index.ts";
import { sleepOn } from "./clock-sleep.ts";
import type { Clock } from "./clock.ts";

/** Longer delays overflow the 32-bit timer of the runtime and would fire at once; they are waited for in parts. */
const longestTimeoutMilliseconds = 2 ** 31 - 1;

function afterReal(milliseconds: number, callback: () => void): () => void {
  let handle: NodeJS.Timeout;
  const due = performance.now() + milliseconds;
  // A timer may fire up to a millisecond early, which a scaled clock would multiply: nobody is called before their time.
  const fire = (): void => {
    const left = due - performance.now();
    if (left > 0) handle = setTimeout(fire, Math.ceil(left));
    else callback();
  };
  const arm = (left: number): void => {
    const part = Math.min(Math.max(left, 0), longestTimeoutMilliseconds);
    handle = setTimeout(() => (left > part ? arm(left - part) : fire()), part);
  };
  arm(milliseconds);
  return () => clearTimeout(handle);
}

const yieldReal = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The clock of the machine. */
export function createSystemClock(): Clock {
  return Object.freeze({
    now: () => Date.now() as EpochMillis,
    monotonic: () => performance.now(),
    sleep: (milliseconds: number, options?: { readonly signal?: AbortSignal }) =>
      sleepOn({ after: afterReal }, milliseconds, options),
    after: afterReal,
    yield: yieldReal,
  });
}

/**
 * A clock that runs `scale` times as fast as `base` (the machine's by default), from `start` (now by default). Delays
 * are in its own milliseconds; those shorter than the base timer's step end late, never early.
 */
export function createScaledClock(options: {
  readonly scale: number;
  readonly start?: number;
  readonly base?: Clock;
}): Clock {
  const { scale, base = createSystemClock() } = options;
  if (!(scale > 0) || !Number.isFinite(scale)) {
    throw new RangeError(`time scale must be a finite number above 0, found ${scale}`);
  }
  const origin = base.monotonic();
  const start = options.start ?? base.now();
  const monotonic = (): number => (base.monotonic() - origin) * scale;
  const after = (milliseconds: number, callback: () => void): (() => void) =>
    base.after(milliseconds / scale, callback);
  return Object.freeze({
    now: () => Math.floor(start + monotonic()) as EpochMillis,
    monotonic,
    sleep: (milliseconds: number, sleepOptions?: { readonly signal?: AbortSignal }) =>
      sleepOn({ after }, milliseconds, sleepOptions),
    after,
    yield: () => base.yield(),
  });
}
