import type { Clock } from "../../platform/index.ts";

/**
 * A signal for work that must not be cut in the middle, such as a launch and the record of it: aborts `graceMilliseconds`
 * after `signal` does. Four seconds end before a lost lease can have another holder (10 s renew deadline, 15 s lease).
 */
export async function withGrace<T>(
  options: { readonly clock: Clock; readonly signal: AbortSignal; readonly graceMilliseconds?: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, signal, graceMilliseconds = 4_000 } = options;
  signal.throwIfAborted();
  const late = new AbortController();
  let cancel: (() => void) | undefined;
  const onAbort = (): void => {
    cancel = clock.after(graceMilliseconds, () => late.abort(signal.reason));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await work(late.signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
    cancel?.();
  }
}
