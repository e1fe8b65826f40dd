import { describe, expect, test } from "vitest";
import { createManualClock, type ManualClock } from "../../platform/index.ts";
import { type Batcher, createBatcher } from "./batcher.ts";

interface Window {
  readonly clock: ManualClock;
  readonly batcher: Batcher;
  readonly stop: AbortController;
  /** What `wait` gave and after how many milliseconds, once it did. */
  readonly result: () => { readonly batch: boolean; readonly after: number } | undefined;
}

function openWindow(): Window {
  const clock = createManualClock();
  const batcher = createBatcher({ clock, idleMilliseconds: 1_000, maxMilliseconds: 10_000 });
  const stop = new AbortController();
  let result: { readonly batch: boolean; readonly after: number } | undefined;
  const observe = async (): Promise<void> => {
    result = { batch: await batcher.wait(stop.signal), after: clock.monotonic() };
  };
  void observe();
  return { clock, batcher, stop, result: () => result };
}

describe("batching window", () => {
  test("[scheduling A1] one trigger closes the window after the idle time", async () => {
    const { clock, batcher, result } = openWindow();
    batcher.trigger("a");
    await clock.advance(999);
    expect(result()).toBeUndefined();
    await clock.advance(1);
    expect(result()).toEqual({ batch: true, after: 1_000 });
  });

  test("[scheduling A2] the same id does not extend the window", async () => {
    const { clock, batcher, result } = openWindow();
    batcher.trigger("a");
    await clock.advance(800);
    batcher.trigger("a");
    await clock.advance(200);
    expect(result()).toEqual({ batch: true, after: 1_000 });
  });

  test("[scheduling A3] new ids reset the idle time until the longest time closes the window", async () => {
    const { clock, batcher, result } = openWindow();
    for (let index = 0; index < 25; index += 1) {
      batcher.trigger(`pod-${index}`);
      await clock.advance(500);
    }
    expect(result()).toEqual({ batch: true, after: 10_000 });
  });

  test("[scheduling A4] without a trigger the wait says no after one second", async () => {
    const { clock, result } = openWindow();
    await clock.advance(1_000);
    expect(result()).toEqual({ batch: false, after: 1_000 });
  });

  test("a trigger that arrived while nobody waited opens the next window at once", async () => {
    const clock = createManualClock();
    const batcher = createBatcher({ clock, idleMilliseconds: 1_000, maxMilliseconds: 10_000 });
    batcher.trigger("a");
    batcher.trigger("b");
    const waited = batcher.wait(new AbortController().signal);
    await clock.advance(1_000);
    await expect(waited).resolves.toBe(true);
    expect(clock.monotonic()).toBe(1_000);
  });

  test("an id is new again in the next window", async () => {
    const clock = createManualClock();
    const batcher = createBatcher({ clock, idleMilliseconds: 1_000, maxMilliseconds: 10_000 });
    const signal = new AbortController().signal;
    batcher.trigger("a");
    const first = batcher.wait(signal);
    await clock.advance(1_000);
    await first;
    batcher.trigger("a");
    const second = batcher.wait(signal);
    await clock.advance(1_000);
    await expect(second).resolves.toBe(true);
  });

  test("abort ends the wait with its reason", async () => {
    const clock = createManualClock();
    const batcher = createBatcher({ clock, idleMilliseconds: 1_000, maxMilliseconds: 10_000 });
    const stop = new AbortController();
    const waited = batcher.wait(stop.signal);
    stop.abort(new Error("stopping"));
    await expect(waited).rejects.toThrow("stopping");
  });
});
