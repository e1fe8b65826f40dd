import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { familyNames, generateFamilyCase } from "./families.ts";
import { faultsBeside } from "./no-worse.ts";

const catalogues = "test/corpus/data/catalogues";

describe("on cases of every family the default plan holds, leaves no pod that `compatible` places, and is no dearer", () => {
  it("whatever the seed", () => {
    fc.assert(
      fc.property(fc.constantFrom(...familyNames), fc.nat(1_000_000), (family, seed) => {
        expect(faultsBeside(catalogues, generateFamilyCase(family, seed))).toEqual([]);
      }),
      // The same cases every time; nightly tries new ones (`npm run corpus -- families`).
      { numRuns: 40, seed: 20_260_501 },
    );
  }, 180_000);

  it.each([
    // A machine opened for pods that share their host took more of them than their anti-affinity on another key allows.
    ["company", 1051],
    ["company", 1250],
    // A pod that tolerates more once relaxed did not see whom this pass had placed before.
    ["taints", 1078],
    // Tolerations told groups of the compatible candidate apart that the reference keeps together.
    ["taints", 1059],
    // The reference's plan was no candidate where pods spread over three keys.
    ["spread-options", 1231],
    ["spread-options", 1178],
    ["mixed", 5134],
    // A plan is no measure where it leaves out that more domains are wanted than there are.
    ["spread-options", 1014],
    ["spread-options", 1072],
  ])(
    "also for %s %i, where it once was not so",
    (family, seed) => {
      expect(faultsBeside(catalogues, generateFamilyCase(family, seed))).toEqual([]);
    },
    60_000,
  );
});
