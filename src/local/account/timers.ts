import type { Clock } from "../../platform/index.ts";

/** A clock whose callbacks all end together: an account that is closed keeps no process alive. */
export function trackTimers(clock: Clock): { readonly clock: Clock; close(): void } {
  const pending = new Set<() => void>();
  let closed = false;
  return {
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: (milliseconds, options) => clock.sleep(milliseconds, options),
      yield: () => clock.yield(),
      after: (milliseconds, callback) => {
        if (closed) return () => undefined;
        const cancel = clock.after(milliseconds, () => {
          pending.delete(forget);
          callback();
        });
        const forget = (): void => {
          pending.delete(forget);
          cancel();
        };
        pending.add(forget);
        return forget;
      },
    },
    close: () => {
      closed = true;
      for (const cancel of pending) cancel();
    },
  };
}
