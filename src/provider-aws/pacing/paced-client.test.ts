import { describe, expect, test } from "vitest";
import { createManualClock, createRecordingLogger } from "../../platform/index.ts";
import { type CallOptions, ServiceError } from "../contract/index.ts";
import { createPacedClient } from "./paced-client.ts";

/** A client whose account answers so many calls a second. */
function throttledClient(callsPerSecond: number) {
  const clock = createManualClock();
  const log = createRecordingLogger();
  const made: number[] = [];
  const answered: number[] = [];
  let tokens = callsPerSecond;
  let at = clock.monotonic();
  const describe = async (input: number, options?: CallOptions): Promise<number> => {
    options?.signal?.throwIfAborted();
    const now = clock.monotonic();
    tokens = Math.min(callsPerSecond, tokens + ((now - at) / 1000) * callsPerSecond);
    at = now;
    made.push(now);
    if (tokens < 1) throw new ServiceError("RequestLimitExceeded", "slow down", { status: 503 });
    tokens -= 1;
    answered.push(now);
    return await Promise.resolve(input * 2);
  };
  return { clock, log, made, answered, client: createPacedClient({ describe }, { clock, log }) };
}

describe("calls of an account", () => {
  test("go at once while none is refused", async () => {
    const { client, made, clock } = throttledClient(100);
    expect(await Promise.all(Array.from({ length: 50 }, (_, index) => client.describe(index)))).toHaveLength(50);
    expect(new Set(made)).toEqual(new Set([clock.monotonic()]));
  });

  test("that is throttled come one after the other, all are answered, and few are refused", async () => {
    const { client, made, answered, clock, log } = throttledClient(5);
    const all = Promise.all(Array.from({ length: 30 }, (_, index) => client.describe(index)));
    await clock.advance(60_000);
    expect(await all).toHaveLength(30);
    expect(answered).toHaveLength(30);
    expect(made.length).toBeLessThan(70);
    expect(log.lines.length).toBeLessThanOrEqual(3);
  });

  test("that stays throttled end in its own words after five attempts", async () => {
    const { client, made, clock } = throttledClient(0);
    const outcome = Promise.allSettled([client.describe(1)]);
    await clock.advance(60_000);
    expect(await outcome).toMatchObject([{ status: "rejected", reason: { Code: "RequestLimitExceeded" } }]);
    expect(made).toHaveLength(5);
  });

  test("that wait for their turn end when their caller gives up", async () => {
    const { client, clock } = throttledClient(0);
    const stop = new AbortController();
    const outcome = Promise.allSettled([client.describe(1, { signal: stop.signal })]);
    await clock.advance(0);
    stop.abort(new Error("leadership lost"));
    await clock.advance(1_000);
    expect(await outcome).toMatchObject([{ status: "rejected", reason: { message: "leadership lost" } }]);
  });
});
