import { describe, expect, it } from "vitest";
import { type Clock, createManualClock, createScaledClock, createSystemClock, type ManualClock } from "./index.ts";

interface Rig {
  readonly clock: Clock;
  /** Lets `milliseconds` of the clock pass. */
  readonly pass: (milliseconds: number) => Promise<void>;
}

const manualRig = (): Rig => {
  const clock = createManualClock();
  return { clock, pass: (milliseconds) => clock.advance(milliseconds) };
};
const rigs: Record<string, () => Rig> = {
  system: () => {
    const clock = createSystemClock();
    return { clock, pass: (milliseconds) => clock.sleep(milliseconds + 5) };
  },
  "scaled 10 times": () => {
    const clock = createScaledClock({ scale: 10 });
    return { clock, pass: (milliseconds) => clock.sleep(milliseconds + 50) };
  },
  "scaled over manual": () => {
    const base: ManualClock = createManualClock();
    return {
      clock: createScaledClock({ scale: 4, base }),
      pass: (milliseconds) => base.advance(milliseconds / 4),
    };
  },
  manual: manualRig,
};

describe.each(Object.entries(rigs))("the %s clock", (_name, makeRig) => {
  it("calls back once, not before its time", async () => {
    const { clock, pass } = makeRig();
    const start = clock.monotonic();
    const calls: number[] = [];
    clock.after(20, () => calls.push(clock.monotonic() - start));
    await pass(60);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toBeGreaterThanOrEqual(19);
  });

  it("does not call back after a cancel, which may be repeated", async () => {
    const { clock, pass } = makeRig();
    const calls: string[] = [];
    const cancel = clock.after(10, () => calls.push("cancelled"));
    clock.after(12, () => calls.push("kept"));
    cancel();
    cancel();
    await pass(40);
    expect(calls).toEqual(["kept"]);
  });

  it("rejects a sleep with the reason of its signal", async () => {
    const { clock } = makeRig();
    const stop = new AbortController();
    const sleeping = clock.sleep(1_000_000, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
  });

  it("rejects a sleep whose signal is aborted already", async () => {
    const { clock } = makeRig();
    await expect(clock.sleep(1, { signal: AbortSignal.abort(new Error("late")) })).rejects.toThrow("late");
  });

  it("runs callbacks in order of due time", async () => {
    const { clock, pass } = makeRig();
    const calls: string[] = [];
    clock.after(60, () => calls.push("third"));
    clock.after(10, () => calls.push("first"));
    clock.after(30, () => calls.push("second"));
    await pass(120);
    expect(calls).toEqual(["first", "second", "third"]);
  });

  it("moves wall time and monotonic time together", async () => {
    const { clock, pass } = makeRig();
    const [wall, monotonic] = [clock.now(), clock.monotonic()];
    await pass(50);
    expect(clock.now() - wall).toBeGreaterThanOrEqual(45);
    expect(Math.abs(clock.now() - wall - (clock.monotonic() - monotonic))).toBeLessThan(40);
  });

  it("gives the thread back on yield", async () => {
    const { clock } = makeRig();
    let other = false;
    setImmediate(() => {
      other = true;
    });
    await clock.yield();
    expect(other).toBe(true);
  });
});

describe("the manual clock", () => {
  it("stands still until moved and starts where it is told", async () => {
    const clock = createManualClock({ start: Date.UTC(2030, 5, 1) });
    await clock.yield();
    expect(new Date(clock.now()).toISOString()).toBe("2030-06-01T00:00:00.000Z");
    await clock.advance(1500);
    expect(new Date(clock.now()).toISOString()).toBe("2030-06-01T00:00:01.500Z");
  });

  it("runs callbacks of one due time in order of registration", async () => {
    const clock = createManualClock();
    const calls: number[] = [];
    for (const number of [1, 2, 3]) clock.after(10, () => calls.push(number));
    await clock.advance(10);
    expect(calls).toEqual([1, 2, 3]);
  });

  it("lets a chain of sleeps run to its end within one advance, each at its own time", async () => {
    const clock = createManualClock();
    const seen: number[] = [];
    const loop = async (): Promise<void> => {
      for (let turn = 0; turn < 4; turn += 1) {
        await clock.sleep(250);
        await clock.yield();
        seen.push(clock.monotonic());
      }
    };
    const running = loop();
    await clock.advance(1000);
    await running;
    expect(seen).toEqual([250, 500, 750, 1000]);
  });

  it("tells the next due time, and none when nothing waits", async () => {
    const clock = createManualClock({ start: 0 });
    expect(clock.nextDue()).toBeUndefined();
    clock.after(70, () => undefined);
    const cancel = clock.after(30, () => undefined);
    expect(clock.nextDue()).toBe(30);
    cancel();
    expect(clock.nextDue()).toBe(70);
  });

  it("keeps order among many timers set and cancelled at random places", async () => {
    const clock = createManualClock();
    const seen: number[] = [];
    const dues = Array.from({ length: 500 }, (_, index) => (index * 7919) % 501);
    const cancels = dues.map((due) => clock.after(due, () => seen.push(due)));
    for (const [index, cancel] of cancels.entries()) if (index % 3 === 0) cancel();
    await clock.advance(501);
    const kept = dues.filter((_, index) => index % 3 !== 0);
    expect(seen).toEqual(kept.toSorted((a, b) => a - b));
  });

  it("refuses an advance within an advance", async () => {
    const clock = createManualClock();
    const refusals: Promise<void>[] = [];
    clock.after(1, () => refusals.push(expect(clock.advance(1)).rejects.toThrow("earlier advance")));
    await clock.advance(1);
    await Promise.all(refusals);
    expect(refusals).toHaveLength(1);
  });
});

describe("the scaled clock", () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses a scale of %s", (scale) => {
    expect(() => createScaledClock({ scale })).toThrow("above 0");
  });

  it("passes an hour in a second at 3600", async () => {
    const base = createManualClock({ start: 0 });
    const clock = createScaledClock({ scale: 3600, base, start: 0 });
    let rang = false;
    clock.after(3_600_000, () => {
      rang = true;
    });
    await base.advance(999);
    expect(rang).toBe(false);
    await base.advance(1);
    expect([rang, clock.now()]).toEqual([true, 3_600_000]);
  });
});
