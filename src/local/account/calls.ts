import type { Clock, Random } from "../../platform/index.ts";
import { type CallOptions, ServiceError } from "../../provider-aws/contract/index.ts";
import type { FaultState } from "./faults.ts";

/** The way every call takes to the account: counted, delayed, throttled, and now and then without an answer. */
export interface CallGate {
  /** Makes a client method of what it does. */
  wrap<Input, Output>(
    service: string,
    action: string,
    act: (input: Input, options: CallOptions) => Output | Promise<Output>,
  ): (input: Input, options?: CallOptions) => Promise<Output>;
  /** Calls so far by `Service Action`, those refused included. */
  readonly counts: ReadonlyMap<string, number>;
}

export function createCallGate(deps: {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: FaultState;
}): CallGate {
  const { clock, random, faults } = deps;
  const counts = new Map<string, number>();
  const bucket = createBucket(clock);
  return {
    counts,
    wrap:
      (service, action, act) =>
      async (input, options = {}) => {
        const { signal } = options;
        signal?.throwIfAborted();
        const name = `${service} ${action}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
        const { callsPerSecond, latencyMilliseconds, lostShare } = faults.conditions;
        if (!bucket.take(callsPerSecond))
          throw new ServiceError("RequestLimitExceeded", "Request limit exceeded.", { status: 503 });
        const refusal = faults.refusals.get(name);
        if (refusal !== undefined)
          throw new ServiceError(refusal.code, refusal.message ?? "refused on purpose", {
            status: refusal.status ?? 400,
          });
        if (latencyMilliseconds > 0)
          await clock.sleep(latencyMilliseconds * (0.5 + random.next()), signal === undefined ? {} : { signal });
        const output = await act(input, options);
        if (lostShare > 0 && random.next() < lostShare)
          throw Object.assign(new Error(`${name}: the connection was closed before the answer came`), {
            code: "ECONNRESET",
          });
        return output;
      },
  };
}

/** A second's worth of calls may come at once. */
function createBucket(clock: Clock): { take(perSecond: number | undefined): boolean } {
  let tokens = Number.POSITIVE_INFINITY;
  let at = clock.monotonic();
  return {
    take: (perSecond) => {
      if (perSecond === undefined) {
        tokens = Number.POSITIVE_INFINITY;
        return true;
      }
      const now = clock.monotonic();
      tokens = Math.min(Math.max(perSecond, 1), tokens + ((now - at) / 1000) * perSecond);
      at = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
