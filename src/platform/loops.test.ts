import { describe, expect, it } from "vitest";
import { createManualClock, createPacer, createSeededRandom, durationText, mapLimit, runEvery } from "./index.ts";

describe("mapLimit", () => {
  it("keeps order and never runs more than the limit at once", async () => {
    const clock = createManualClock();
    let running = 0;
    let most = 0;
    const mapped = mapLimit([30, 10, 20, 5], 2, async (wait, { index }) => {
      most = Math.max(most, (running += 1));
      await clock.sleep(wait);
      running -= 1;
      return `${index}:${wait}`;
    });
    await clock.advance(100);
    expect(await mapped).toEqual(["0:30", "1:10", "2:20", "3:5"]);
    expect(most).toBe(2);
  });

  it("stops at the first failure, aborting the others and waiting for them", async () => {
    const clock = createManualClock();
    const seen: string[] = [];
    const mapped = mapLimit(["slow", "bad", "never"], 2, async (item, { signal }) => {
      seen.push(item);
      if (item === "bad") throw new Error("bad item");
      await clock.sleep(1000, { signal }).finally(() => seen.push("slow ended"));
    });
    await expect(mapped).rejects.toThrow("bad item");
    expect(seen).toEqual(["slow", "bad", "slow ended"]);
  });

  it("rejects with the reason of its signal", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(mapLimit([1], 1, async () => 1, { signal })).rejects.toThrow("stop");
  });

  it.each([0, Number.NaN])("refuses a limit of %s", async (limit) => {
    await expect(mapLimit([1], limit, async () => 1)).rejects.toThrow("1 or more");
  });
});

describe("runEvery", () => {
  const rig = () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const times: number[] = [];
    return { clock, stop, times, mark: async () => void times.push(clock.monotonic()) };
  };

  it("runs at once, then a period after the end of each run, until aborted", async () => {
    const { clock, stop, times, mark } = rig();
    const running = runEvery({ clock, milliseconds: 100 }, mark, stop.signal);
    await clock.advance(250);
    stop.abort();
    await running;
    await clock.advance(1000);
    expect(times).toEqual([0, 100, 200]);
  });

  it("waits first when told to, and takes the wait that a run returns", async () => {
    const { clock, stop, times } = rig();
    const options = { clock, milliseconds: 100, delayFirst: true };
    const once = async (): Promise<number | undefined> => (times.push(clock.monotonic()) === 1 ? 5 : undefined);
    const running = runEvery(options, once, stop.signal);
    await clock.advance(210);
    stop.abort();
    await running;
    expect(times).toEqual([100, 105, 205]);
  });

  it("spreads the period by the jitter", async () => {
    const { clock, stop, times, mark } = rig();
    const options = { clock, milliseconds: 1000, jitter: 0.5, random: createSeededRandom(1) };
    const running = runEvery(options, mark, stop.signal);
    await clock.advance(10_000);
    stop.abort();
    await running;
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(1000);
    for (const gap of gaps) expect(gap).toBeLessThan(1500);
    expect(new Set(gaps).size).toBeGreaterThan(2);
  });

  it("goes on after a failure when someone is told of it, and ends with it otherwise", async () => {
    const { clock, stop } = rig();
    const told: unknown[] = [];
    const fail = (): Promise<void> => Promise.reject(new Error("no"));
    const running = runEvery({ clock, milliseconds: 10, onError: (error) => told.push(error) }, fail, stop.signal);
    await clock.advance(20);
    stop.abort();
    await running;
    expect(told).toHaveLength(3);
    await expect(runEvery({ clock, milliseconds: 10 }, fail, new AbortController().signal)).rejects.toThrow("no");
  });
});

describe("the pacer", () => {
  it("asks for a pause only when its slice is used up", async () => {
    const clock = createManualClock();
    const pacer = createPacer({ clock, sliceMilliseconds: 8 });
    expect(pacer.breathe()).toBeUndefined();
    await clock.advance(8);
    await pacer.breathe();
    expect(pacer.breathe()).toBeUndefined();
  });
});

describe("durationText", () => {
  it.each([
    [0, "0s"],
    [0.5, "500µs"],
    [350, "350ms"],
    [1500, "1.5s"],
    [90_000, "1m30s"],
    [7_205_000, "2h0m5s"],
    [-1000, "-1s"],
  ])("%s ms is %s", (milliseconds, text) => expect(durationText(milliseconds)).toBe(text));
});
