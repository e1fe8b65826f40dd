/** A thousand nodes and steady churn on scaled time, for SOAK_SECONDS (60 by default, 900 nightly): what is held stays what it is. */
import { expect, it } from "vitest";
import { type Sample, soak } from "./soak.ts";

const seconds = Number(process.env["SOAK_SECONDS"] ?? 60);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** A quarter of the samples, counted from 1. */
const quarter = (samples: readonly Sample[], which: number): readonly Sample[] =>
  samples.slice(Math.floor(((which - 1) * samples.length) / 4), Math.floor((which * samples.length) / 4));

it(
  `[ops 9.2.33] ${seconds} s of churn on 1,000 nodes: memory, timers, watches, sockets and series stay, and nothing is orphaned`,
  async () => {
    const { samples, launched, orphans, left } = await soak({ nodes: 1_000, churn: 20, seconds, leastMinutes: 8 });
    console.log(
      `soak: ${samples.length} simulated minutes, ${launched} machines launched, ${JSON.stringify(samples.at(-1))}`,
    );
    const [second, last] = [quarter(samples, 2), quarter(samples, 4)];
    const heapBytes = [second, last].map((part) => mean(part.map((sample) => sample.heapBytes)));
    expect((heapBytes[1] ?? 0) / (heapBytes[0] ?? 1)).toBeLessThan(1.05);
    for (const what of ["timers", "watches", "sockets", "series"] as const) {
      const [before, after] = [second, last].map((part) => Math.max(...part.map((sample) => sample[what])));
      expect([what, (after ?? 0) <= (before ?? 0) * 1.01]).toEqual([what, true]);
    }
    expect(launched).toBeGreaterThan(100);
    expect([orphans, left]).toEqual([0, { timers: 0, watches: 0 }]);
  },
  900_000 + seconds * 1_000,
);
