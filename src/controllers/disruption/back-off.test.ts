import { describe, expect, test } from "vitest";
import { createManualClock, createSeededRandom } from "../../platform/index.ts";
import { createBackOff } from "./back-off.ts";

const minutes = 60_000;

describe("nodes whose command was abandoned", () => {
  test("[lifecycle 8.20] [lifecycle O18] are left alone for half a minute to a minute, then twice as long", async () => {
    const clock = createManualClock();
    const backOff = createBackOff({ clock, random: createSeededRandom(1) });
    backOff.failed(["a"]);
    expect([...backOff.held()]).toEqual(["a"]);
    await clock.advance(0.5 * minutes - 1);
    expect([...backOff.held()]).toEqual(["a"]);
    await clock.advance(0.5 * minutes + 1);
    expect([...backOff.held()]).toEqual([]);
    backOff.failed(["a"]);
    await clock.advance(1 * minutes - 1);
    expect([...backOff.held()]).toEqual(["a"]);
    await clock.advance(1 * minutes + 1);
    expect([...backOff.held()]).toEqual([]);
  });

  test("another failure within the window does not lengthen it, and long rest makes it forgotten", async () => {
    const clock = createManualClock();
    const backOff = createBackOff({ clock, random: createSeededRandom(1) });
    backOff.failed(["a"]);
    backOff.failed(["a"]);
    await clock.advance(1 * minutes);
    expect([...backOff.held()]).toEqual([]);
    await clock.advance(30 * minutes);
    backOff.held();
    backOff.failed(["a"]);
    await clock.advance(1 * minutes);
    expect([...backOff.held()]).toEqual([]);
  });
});
