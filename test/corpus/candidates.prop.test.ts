/** The default plan beside the compatible one, on cases that nobody recorded. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { provision } from "../../src/core/index.ts";
import { verifyPlan } from "../oracle/verify-plan.ts";
import { generateCase } from "./generate-cases.ts";
import { placedIn } from "./plan-record.ts";
import { readCase } from "./read-case.ts";

const catalogues = "test/corpus/data/catalogues";

function plansOf(seed: number) {
  const { snapshot, options } = readCase(catalogues, generateCase(seed));
  const ours = provision(snapshot, options);
  const compatible = provision(snapshot, { ...options, policy: "compatible" });
  return { snapshot, options, ours, compatible };
}

describe("on generated cases the default plan", () => {
  it("holds, leaves no pod that a compatible plan places, and never costs more for as many", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => expectNoWorse(seed)),
      { numRuns: 60, seed: 20_260_501 },
    );
  }, 180_000);

  it.each([
    // Pods of another workload are the company, and the pool's limit leaves no machine for them.
    [546_411],
  ])("holds and is no worse for case %i, where it once was not so", expectNoWorse);
});

function expectNoWorse(seed: number): void {
  const { snapshot, options, ours, compatible } = plansOf(seed);
  expect(verifyPlan(snapshot, ours, options)).toEqual([]);
  if (verifyPlan(snapshot, compatible, options).length > 0) return;
  const leftThere = new Set(compatible.unplaced.map(({ pod }) => pod));
  expect(ours.unplaced.filter(({ pod }) => !leftThere.has(pod))).toEqual([]);
  if (placedIn(ours) === placedIn(compatible))
    expect(ours.pricePerHour).toBeLessThanOrEqual(compatible.pricePerHour + 1e-7);
}
