import type { Clock } from "../../platform/index.ts";

const sweepMilliseconds = 10_000;

/** Keys seen within their time (spec: operations 2.1): a second publish in it is dropped, whatever its message. */
export interface DedupeCache {
  /** True the first time, and again once `milliseconds` have passed since. */
  admit(key: string, milliseconds: number): boolean;
}

export function createDedupeCache(clock: Clock): DedupeCache {
  const until = new Map<string, number>();
  let sweptAt = clock.monotonic();
  const sweep = (now: number): void => {
    if (now - sweptAt < sweepMilliseconds) return;
    sweptAt = now;
    for (const [key, end] of until) if (end <= now) until.delete(key);
  };
  return Object.freeze({
    admit: (key: string, milliseconds: number) => {
      const now = clock.monotonic();
      sweep(now);
      const end = until.get(key);
      if (end !== undefined && now < end) return false;
      until.set(key, now + milliseconds);
      return true;
    },
  });
}
