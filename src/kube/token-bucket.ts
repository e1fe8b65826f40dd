import type { Clock } from "../platform/index.ts";

export interface TokenBucket {
  /** Takes a token if there is one now. */
  take(): boolean;
  /** Takes a token in any case and tells how many milliseconds to wait before it may be used. */
  reserve(): number;
}

/** `burst` tokens at first, refilled at `qps` a second up to `burst` (client-go's flow control, on our clock). */
export function createTokenBucket(options: {
  readonly clock: Pick<Clock, "monotonic">;
  readonly qps: number;
  readonly burst: number;
}): TokenBucket {
  const { clock, qps, burst } = options;
  if (!(qps > 0) || !(burst >= 1)) {
    throw new RangeError(`a token bucket needs qps above 0 and a burst of 1 or more, found ${qps} and ${burst}`);
  }
  let tokens = burst;
  let refilledAt = clock.monotonic();
  const refill = (): void => {
    const now = clock.monotonic();
    tokens = Math.min(burst, tokens + ((now - refilledAt) / 1000) * qps);
    refilledAt = now;
  };
  return Object.freeze({
    take: () => {
      refill();
      // Refills are sums of fractions; a token that is short by a rounding error is a token.
      if (tokens < 1 - 1e-9) return false;
      tokens -= 1;
      return true;
    },
    reserve: () => {
      refill();
      tokens -= 1;
      return tokens >= 0 ? 0 : (-tokens / qps) * 1000;
    },
  });
}
