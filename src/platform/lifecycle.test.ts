import { describe, expect, it } from "vitest";
import { createLifecycle, createManualClock, createRecordingLogger } from "./index.ts";

const rig = () => {
  const clock = createManualClock();
  const log = createRecordingLogger();
  const order: string[] = [];
  const lifecycle = createLifecycle({ clock, log });
  const loop = (name: string) => async (signal: AbortSignal) => {
    order.push(`start ${name}`);
    await clock.sleep(1_000_000, { signal }).finally(() => order.push(`end ${name}`));
  };
  return { clock, log, order, lifecycle, loop };
};

describe("the lifecycle", () => {
  it("stops in reverse order of start, each after the one before has ended", async () => {
    const { lifecycle, loop, order, clock } = rig();
    lifecycle.start("store", loop("store"));
    lifecycle.onStop("server", async () => {
      await clock.yield();
      order.push("close server");
    });
    lifecycle.start("controllers", loop("controllers"));
    await lifecycle.stop("test is over");
    await lifecycle.done;
    expect(order).toEqual(["start store", "start controllers", "end controllers", "close server", "end store"]);
    expect((lifecycle.signal.reason as Error).message).toBe("test is over");
  });

  it("may be stopped twice", async () => {
    const { lifecycle, loop, order } = rig();
    lifecycle.start("one", loop("one"));
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(order).toEqual(["start one", "end one"]);
  });

  it("stops everything and rejects `done` naming the loop that failed", async () => {
    const { lifecycle, loop, order, log } = rig();
    lifecycle.start("steady", loop("steady"));
    lifecycle.start("broken", () => Promise.reject(new Error("disk full")));
    await expect(lifecycle.done).rejects.toThrow("broken failed");
    expect(order).toEqual(["start steady", "end steady"]);
    expect(log.lines[0]?.fields["loop"]).toBe("broken");
  });

  it("is not failed by a loop that returns, nor by one that throws the abort", async () => {
    const { lifecycle, loop } = rig();
    lifecycle.start("short", async () => undefined);
    lifecycle.start("long", loop("long"));
    await lifecycle.stop();
    await expect(lifecycle.done).resolves.toBeUndefined();
  });

  it("names what does not end in 30 s and gives up on it", async () => {
    const { lifecycle, clock } = rig();
    lifecycle.start("deaf", () => new Promise(() => undefined));
    const stopped = lifecycle.stop();
    await clock.advance(30_000);
    await stopped;
    await expect(lifecycle.done).rejects.toThrow("deaf did not end within 30000 ms");
  });

  it("closes the rest when one close fails, and says so", async () => {
    const { lifecycle, order } = rig();
    lifecycle.onStop("first", () => void order.push("close first"));
    lifecycle.onStop("second", () => Promise.reject(new Error("stuck")));
    await lifecycle.stop();
    expect(order).toEqual(["close first"]);
    await expect(lifecycle.done).rejects.toThrow("closing second failed");
  });

  it("refuses to start anything while it stops", async () => {
    const { lifecycle, loop } = rig();
    await lifecycle.stop();
    expect(() => lifecycle.start("late", loop("late"))).toThrow("late cannot start");
  });
});
