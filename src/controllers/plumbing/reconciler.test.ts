import { describe, expect, test } from "vitest";
import { computeRateLimit, computeWorkers, manyWorkers, mergeResults, reasonableRetry } from "./reconciler.ts";

describe("workers by CPU request", () => {
  test.each([
    [1_000, 10],
    [0, 10],
    [500, 10],
    [2_000, 26],
    [60_000, 1000],
    [100_000, 1000],
  ])("%i millicores give %i workers of 10 to 1000", (millicores, workers) => {
    expect(computeWorkers(manyWorkers, millicores)).toBe(workers);
  });
});

test("the retry bucket grows with the workers", () => {
  expect(computeRateLimit(reasonableRetry, manyWorkers, 100)).toEqual({
    baseMilliseconds: 100,
    maxMilliseconds: 60_000,
    qps: 100,
    burst: 1000,
  });
});

describe("merged results", () => {
  test("a plain requeue beats every delay", () => {
    expect(mergeResults([{ requeueAfterMilliseconds: 1 }, { requeue: true }])).toEqual({ requeue: true });
  });
  test("the soonest delay wins and empty results are ignored", () => {
    expect(mergeResults([undefined, {}, { requeueAfterMilliseconds: 30 }, { requeueAfterMilliseconds: 20 }])).toEqual({
      requeueAfterMilliseconds: 20,
    });
  });
  test("nothing asked gives nothing", () => {
    expect(mergeResults([undefined, {}])).toBeUndefined();
  });
});
