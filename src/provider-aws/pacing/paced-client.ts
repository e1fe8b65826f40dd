import type { Clock, Logger } from "../../platform/index.ts";
import type { CallOptions } from "../contract/index.ts";
import { awsErrorOf } from "../errors/index.ts";

const throttlingCodes: ReadonlySet<string> = new Set([
  "RequestLimitExceeded",
  "Throttling",
  "ThrottledRequest",
  "TooManyRequests",
  "SlowDown",
]);

const isThrottled = (error: unknown): boolean => throttlingCodes.has(awsErrorOf(error).code);

/** A refused call is tried this often before its caller hears of it; the SDK's own attempts count as one. */
const attempts = 5;
const firstGapMilliseconds = 100;
const longestGapMilliseconds = 2_000;
/** Below this the account has recovered. */
const leastGapMilliseconds = 20;

/** Spacing of calls that grows with each refusal and shrinks with each answer. */
interface Pace {
  /** Waits for the turn of one call; at once while nothing was refused. */
  turn(signal: AbortSignal | undefined): Promise<void>;
  refused(): void;
  answered(): void;
}

function createPace(clock: Clock, log: Logger): Pace {
  let gap = 0;
  let next = 0;
  return {
    turn: async (signal) => {
      if (gap === 0) return;
      const now = clock.monotonic();
      const at = Math.max(next, now);
      next = at + gap;
      if (at > now) await clock.sleep(at - now, signal === undefined ? {} : { signal });
    },
    refused: () => {
      if (gap === 0) log.info("EC2 throttles this account, spacing calls");
      gap = Math.min(Math.max(gap * 2, firstGapMilliseconds), longestGapMilliseconds);
      next = Math.max(next, clock.monotonic() + gap);
    },
    answered: () => {
      gap = gap * 0.9 < leastGapMilliseconds ? 0 : gap * 0.9;
    },
  };
}

/**
 * A client whose calls, once the account is throttled, come one after the other and no faster than it answers. Without
 * this, every refused call is retried by its own caller from the start, and the retries are what is throttled next.
 */
export function createPacedClient<C extends object>(
  client: C,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): C {
  const pace = createPace(clock, log);
  const paced = Object.entries(client).map(([name, method]) => [name, pacedCall(method as Call, pace)]);
  return Object.fromEntries(paced) as C;
}

type Call = (input: unknown, options?: CallOptions) => Promise<unknown>;

const pacedCall =
  (call: Call, pace: Pace): Call =>
  async (input, options) => {
    for (let attempt = 1; ; attempt += 1) {
      await pace.turn(options?.signal);
      try {
        const answer = await call(input, options);
        pace.answered();
        return answer;
      } catch (error) {
        if (!isThrottled(error)) throw error;
        pace.refused();
        if (attempt === attempts) throw error;
      }
    }
  };
