import { describe, expect, it } from "vitest";
import type { RateLimit } from "../runtime.ts";
import { createRig } from "../testing/rig.ts";
import { WorkQueue } from "./work-queue.ts";

function queueRig(rateLimit?: RateLimit) {
  const rig = createRig();
  const ready: number[] = [];
  const queue = new WorkQueue({
    name: "test",
    clock: rig.clock,
    metrics: rig.metrics,
    onReady: () => ready.push(rig.clock.monotonic()),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  });
  const drain = (): string[] => {
    const keys: string[] = [];
    for (let taken = queue.take(); taken !== undefined; taken = queue.take()) {
      keys.push(taken.key);
      queue.done(taken.key);
    }
    return keys;
  };
  return { ...rig, queue, drain, ready };
}

const labels = { name: "test", controller: "test" };

describe("the work queue", () => {
  it("gives keys in order of arrival, each once", () => {
    const { queue, drain } = queueRig();
    for (const key of ["b", "a", "b", "c", "a"]) queue.add(key);
    expect(drain()).toEqual(["b", "a", "c"]);
  });

  it("[ops 9.2.30] gives a key that was added a hundred times while in progress exactly once more", () => {
    const { queue, drain } = queueRig();
    queue.add("a");
    queue.take();
    for (let time = 0; time < 100; time += 1) queue.add("a");
    expect(queue.take()).toBeUndefined();
    queue.done("a");
    expect(drain()).toEqual(["a"]);
  });

  it("gives keys of low priority after all others, and moves up one that is wanted by others", () => {
    const { queue, drain } = queueRig();
    queue.add("low 1", { lowPriority: true });
    queue.add("low 2", { lowPriority: true });
    queue.add("high");
    queue.add("low 2");
    expect(drain()).toEqual(["high", "low 2", "low 1"]);
  });

  it("does not lower the priority of a key in progress that both want", () => {
    const { queue } = queueRig();
    queue.add("a");
    queue.take();
    queue.add("a");
    queue.add("a", { lowPriority: true });
    queue.done("a");
    expect(queue.take()).toEqual({ key: "a", lowPriority: false });
  });

  it("adds after a delay, the earliest of several", async () => {
    const { queue, drain, clock, ready } = queueRig();
    queue.add("a", { afterMilliseconds: 500 });
    queue.add("a", { afterMilliseconds: 200 });
    queue.add("a", { afterMilliseconds: 900 });
    await clock.advance(199);
    expect(drain()).toEqual([]);
    await clock.advance(2000);
    expect(ready).toEqual([200]);
    expect(drain()).toEqual(["a"]);
  });

  it("backs off a failing key from the base to the most, and starts over after forget", async () => {
    const { queue, drain, clock, ready } = queueRig({
      baseMilliseconds: 100,
      maxMilliseconds: 300,
      qps: 1000,
      burst: 1000,
    });
    for (let failure = 0; failure < 4; failure += 1) {
      queue.addRateLimited("a");
      await clock.advance(1000);
      drain();
    }
    expect(ready).toEqual([100, 1200, 2300, 3300]);
    expect(queue.failures("a")).toBe(4);
    queue.forget("a");
    queue.addRateLimited("a");
    await clock.advance(100);
    expect(drain()).toEqual(["a"]);
    expect(queue.failures("a")).toBe(1);
  });

  it("holds all failing keys together to the rate of the bucket", async () => {
    const { queue, clock, drain } = queueRig({ baseMilliseconds: 1, maxMilliseconds: 1, qps: 10, burst: 5 });
    for (let key = 0; key < 25; key += 1) queue.addRateLimited(`k${key}`);
    await clock.advance(1);
    expect(drain()).toHaveLength(5);
    await clock.advance(999);
    expect(drain()).toHaveLength(10);
    await clock.advance(1000);
    expect(drain()).toHaveLength(10);
  });

  it("takes and gives nothing once closed, but lets work in progress end", async () => {
    const { queue, clock, drain } = queueRig();
    queue.add("a");
    queue.add("b");
    queue.add("later", { afterMilliseconds: 10 });
    queue.take();
    queue.add("a");
    queue.close();
    queue.add("c");
    queue.done("a");
    await clock.advance(100);
    expect(drain()).toEqual([]);
    expect(clock.nextDue()).toBeUndefined();
  });

  it("refuses `done` for a key that is not in progress", () => {
    const { queue } = queueRig();
    expect(() => queue.done("a")).toThrow("a is not in progress");
  });

  it("keeps count of depth, adds, retries and times", async () => {
    const { queue, metrics, clock } = queueRig();
    queue.add("a");
    queue.add("b", { lowPriority: true });
    await clock.advance(2000);
    queue.take();
    await clock.advance(3000);
    expect(await metrics.value("workqueue_depth", { ...labels, priority: "-100" })).toBe(1);
    expect(await metrics.value("workqueue_depth", { ...labels, priority: "0" })).toBe(0);
    expect(await metrics.value("workqueue_unfinished_work_seconds", labels)).toBe(3);
    expect(await metrics.value("workqueue_longest_running_processor_seconds", labels)).toBe(3);
    queue.done("a");
    queue.addRateLimited("a");
    expect(await metrics.value("workqueue_adds_total", labels)).toBe(2);
    expect(await metrics.value("workqueue_retries_total", labels)).toBe(1);
    expect(await metrics.value("workqueue_queue_duration_seconds_sum", labels)).toBe(2);
    expect(await metrics.value("workqueue_work_duration_seconds_sum", labels)).toBe(3);
  });

  it("gives a hundred thousand keys without slowing down", () => {
    const { queue, drain } = queueRig();
    const keys = Array.from({ length: 100_000 }, (_, index) => `key-${index}`);
    for (const key of keys) queue.add(key);
    const begun = performance.now();
    expect(drain()).toEqual(keys);
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});
