import { describe, expect, test } from "vitest";
import { createManualClock } from "../../platform/index.ts";
import { createBreaker } from "./breaker.ts";

const minute = 60_000;

function breaking() {
  const clock = createManualClock();
  const breaker = createBreaker(clock, 3 * minute);
  const place = (size: string, family = "m5") => ({ instanceType: `${family}.${size}`, capacityType: "spot" });
  const trip = (size: string, zone = "a", family = "m5") => {
    const { milliseconds, deferred } = breaker.trip(`spot:${family}.${size}:${zone}`, place(size, family));
    return { minutes: milliseconds / minute, deferred: deferred.map(({ key }) => key) };
  };
  return { clock, breaker, place, trip };
}

describe("a breaker of offerings", () => {
  test("leaves one alone for three minutes, however often it fails meanwhile", async () => {
    const { clock, trip } = breaking();
    expect(trip("large")).toEqual({ minutes: 3, deferred: [] });
    await clock.advance(minute);
    expect(trip("large")).toEqual({ minutes: 3, deferred: [] });
  });

  test("waits longer after each failed probe, twelve minutes at most", async () => {
    const { clock, trip } = breaking();
    trip("large");
    const waits: number[] = [];
    for (const pause of [3, 12, 12]) {
      await clock.advance(pause * minute);
      waits.push(trip("large").minutes);
    }
    expect(waits).toEqual([12, 12, 12]);
  });

  test("lets one size speak for its family, in turns: the others come first the next time", async () => {
    const { clock, trip } = breaking();
    trip("large");
    trip("xlarge");
    await clock.advance(3 * minute);
    expect(trip("large")).toEqual({ minutes: 12, deferred: ["spot:m5.xlarge:a"] });
    await clock.advance(6 * minute);
    expect(trip("xlarge").minutes).toBe(12);
  });

  test("counts all places of one call as one probe", async () => {
    const { clock, trip } = breaking();
    for (const zone of ["a", "b", "c"]) trip("large", zone);
    await clock.advance(3 * minute);
    expect(["a", "b", "c"].map((zone) => trip("large", zone).minutes)).toEqual([12, 12, 12]);
  });

  test("says nothing of other families, and nothing after a long quiet", async () => {
    const { clock, trip, breaker } = breaking();
    trip("large");
    trip("large", "a", "c5");
    await clock.advance(3 * minute);
    expect(trip("large").deferred).toEqual([]);
    await clock.advance(60 * minute);
    breaker.sweep();
    expect(trip("large").minutes).toBe(3);
  });

  test("forgets the shortage with the first launch, and gives free what was put off", async () => {
    const { clock, trip, breaker, place } = breaking();
    trip("large");
    trip("xlarge");
    await clock.advance(3 * minute);
    trip("large");
    expect(breaker.reset(place("2xlarge"))).toEqual(["spot:m5.xlarge:a"]);
    expect(trip("large").minutes).toBe(3);
  });
});
