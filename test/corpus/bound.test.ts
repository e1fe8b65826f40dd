/** Our lower bound beside recorded ones, and beside the price of every plan. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lowerBound } from "../../src/bound/index.ts";
import { provision } from "../../src/core/index.ts";
import { recordingFiles } from "./case-files.ts";
import { generateCase } from "./generate-cases.ts";
import { readCase } from "./read-case.ts";
import { readRecordings } from "./recorded-result.ts";

const own = "test/corpus/data";
const recordings = recordingFiles(`${own}/cost`).flatMap(readRecordings);
const compatible = { policy: "compatible" } as const;

describe("the lower bound", () => {
  it.each(recordings.map((recording) => [recording.case.name, recording] as const))(
    "of %s lies within 1 % of the recorded one, and below the price of the plan",
    (_, { case: recorded, result }) => {
      const { snapshot, options } = readCase(`${own}/catalogues`, recorded);
      const plan = provision(snapshot, { ...options, packingEffort: 0 });
      const bound = lowerBound(snapshot, plan, options);
      expect(bound).toBeLessThanOrEqual(plan.pricePerHour);
      expect(bound / (result.bound?.lpPerClass ?? 0)).toBeGreaterThan(0.99);
      expect(bound / (result.bound?.lpPerClass ?? 0)).toBeLessThan(1.01);
    },
  );

  it("lies below the price of every plan for generated cases, whoever made it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
        const { snapshot, options } = readCase(`${own}/catalogues`, generateCase(seed));
        for (const plan of [provision(snapshot, options), provision(snapshot, { ...options, ...compatible })])
          expect(lowerBound(snapshot, plan, options)).toBeLessThanOrEqual(plan.pricePerHour + 1e-9);
      }),
      { numRuns: 30 },
    );
  });
});
