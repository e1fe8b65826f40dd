import { expect, test } from "vitest";
import { createManualClock, createMetricsRegistry, createRecordingLogger } from "../platform/index.ts";
import { type MemoryUsage, watchMemory } from "./memory.ts";

const mebibyte = 1024 * 1024;

/** Watches a process of this size for a while; what is given back is taken off. */
async function watch(residentMiB: number, options: { limitMiB?: number; heapMiB?: number; givesBackMiB?: number }) {
  const { limitMiB = 1000, heapMiB = 700, givesBackMiB = 0 } = options;
  const around = { clock: createManualClock(), log: createRecordingLogger(), metrics: createMetricsRegistry() };
  const size = { residentBytes: residentMiB * mebibyte, heapLimitBytes: heapMiB * mebibyte };
  let collections = 0;
  const usage = (): MemoryUsage => size;
  const collect = (): void => {
    collections += 1;
    size.residentBytes -= givesBackMiB * mebibyte;
  };
  const end = new AbortController();
  const watching = watchMemory({ ...around, limitBytes: limitMiB * mebibyte, usage, collect }, end.signal);
  await around.clock.advance(60_000);
  end.abort(new Error("the test is over"));
  await watching;
  const said = around.log.lines.map(({ level, message }) => `${level} ${message.split(/[;,]/)[0]}`);
  return { collections, said, limit: await around.metrics.value("karpenter_memory_limit_bytes") };
}

test.each([
  ["far from the limit nothing is done", 800, {}, 0, []],
  ["at nine tenths nothing is done", 900, {}, 0, []],
  ["above, the heap is collected, and that is all when it helps", 901, { givesBackMiB: 100 }, 1, []],
  ["where it does not help that is said, once in ten minutes", 950, {}, 6, ["error memory is close to its limit"]],
  ["no limit, no watch", 5000, { limitMiB: -1 }, 0, []],
  ["a heap that may grow past the limit", 100, { heapMiB: 2000 }, 0, ["warn the heap may grow past the memory limit"]],
])("%s", async (_title, resident, options, collections, said) => {
  expect(await watch(resident, options)).toMatchObject({ collections, said });
});

test("the limit is a metric", async () => {
  expect((await watch(1, { limitMiB: 512 })).limit).toBe(512 * mebibyte);
  expect((await watch(1, { limitMiB: 0 })).limit).toBe(-1);
});

test("a heap can be collected in a process that was not started for it", async () => {
  const around = { clock: createManualClock(), log: createRecordingLogger(), metrics: createMetricsRegistry() };
  const end = new AbortController();
  const watching = watchMemory({ ...around, limitBytes: 1 }, end.signal);
  await around.clock.advance(10_000);
  end.abort(new Error("the test is over"));
  await watching;
  expect(around.log.lines.at(-1)?.message).toContain("memory is close to its limit");
});
