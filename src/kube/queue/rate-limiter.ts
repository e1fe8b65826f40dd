import type { Clock } from "../../platform/index.ts";
import type { ObjectKey, RateLimit } from "../runtime.ts";
import { createTokenBucket } from "../token-bucket.ts";

/** The default of controllers (spec: operations 3.2). */
export const defaultRateLimit: RateLimit = Object.freeze({
  baseMilliseconds: 5,
  maxMilliseconds: 1_000_000,
  qps: 10,
  burst: 100,
});

/** The limiter that per-object controllers use where the chapter says "reasonable". */
export const reasonableRateLimit: RateLimit = Object.freeze({
  baseMilliseconds: 100,
  maxMilliseconds: 60_000,
  qps: 10,
  burst: 100,
});

export interface RateLimiter {
  /** Counts one more failure of `key` and gives the milliseconds to wait: the longer of its own delay and the bucket's. */
  delayOf(key: ObjectKey): number;
  forget(key: ObjectKey): void;
  failures(key: ObjectKey): number;
}

export function createRateLimiter(options: { readonly clock: Clock; readonly limit: RateLimit }): RateLimiter {
  const { baseMilliseconds, maxMilliseconds, qps, burst } = options.limit;
  const bucket = createTokenBucket({ clock: options.clock, qps, burst });
  const failures = new Map<ObjectKey, number>();
  return Object.freeze({
    delayOf: (key: ObjectKey) => {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      return Math.max(Math.min(baseMilliseconds * 2 ** count, maxMilliseconds), bucket.reserve());
    },
    forget: (key: ObjectKey) => void failures.delete(key),
    failures: (key: ObjectKey) => failures.get(key) ?? 0,
  });
}
