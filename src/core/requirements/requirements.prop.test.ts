import * as fc from "fast-check";
import { describe, it } from "vitest";
import type { RequirementSpec } from "../../api/index.ts";
import { compatibilityError, intersects, isCompatible } from "./compatible.ts";
import { intersectRequirement, requirementsMeet } from "./intersect.ts";
import { acceptsAbsence, anyValueOf, hasValue, type Requirement, requirementOf } from "./requirement.ts";
import { requirementSpecs } from "./requirement-specs.ts";
import { requirementSignature, requirementsSignature } from "./requirement-text.ts";
import { addRequirements, requirementsOf, specRequirements } from "./requirements.ts";

const keys = ["example.com/a", "example.com/b", "topology.kubernetes.io/zone"];
const universe = ["0", "1", "2", "3", "7", "a", "b"];

const spec = (key: fc.Arbitrary<string>): fc.Arbitrary<RequirementSpec> =>
  fc.oneof(
    fc.record({
      key,
      operator: fc.constantFrom("In" as const, "NotIn" as const),
      values: fc.uniqueArray(fc.constantFrom(...universe), { maxLength: 4 }),
    }),
    fc.record({ key, operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const) }),
    fc.record({
      key,
      operator: fc.constantFrom("Gt" as const, "Lt" as const, "Gte" as const, "Lte" as const),
      values: fc.nat({ max: 8 }).map((bound) => [String(bound)]),
    }),
  );

/** Sums of up to three entries, so that bounds and exclusions come together. */
const requirement = fc
  .array(spec(fc.constant("example.com/k")), { minLength: 1, maxLength: 3 })
  .map((specs) => specs.map(requirementOf).reduce(intersectRequirement));
const set = fc.array(spec(fc.constantFrom(...keys)), { maxLength: 5 }).map(specRequirements);

const same = (a: Requirement, b: Requirement) => requirementSignature(a) === requirementSignature(b);

describe("intersection", () => {
  it("admits exactly what both admit", () => {
    fc.assert(
      fc.property(requirement, requirement, fc.constantFrom(...universe), (a, b, value) => {
        return hasValue(intersectRequirement(a, b), value) === (hasValue(a, value) && hasValue(b, value));
      }),
    );
  });

  it("lets a label be absent exactly where all parts do", () => {
    const parts = fc.array(spec(fc.constant("example.com/k")), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, (specs) => {
        const each = specs.map(requirementOf);
        return acceptsAbsence(each.reduce(intersectRequirement)) === each.every(acceptsAbsence);
      }),
    );
  });

  it("commutes, associates and repeats without effect", () => {
    fc.assert(
      fc.property(requirement, requirement, requirement, (a, b, c) => {
        const commutes = same(intersectRequirement(a, b), intersectRequirement(b, a));
        const left = intersectRequirement(intersectRequirement(a, b), c);
        const right = intersectRequirement(a, intersectRequirement(b, c));
        return commutes && same(left, right) && same(intersectRequirement(a, a), a);
      }),
    );
  });

  it("is foretold without building it", () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => {
        const both = intersectRequirement(a, b);
        return requirementsMeet(a, b) === (both.complement || both.values.size > 0);
      }),
    );
  });
});

describe("one value", () => {
  it("is always admitted", () => {
    fc.assert(
      fc.property(requirement, (a) => {
        const value = anyValueOf(a);
        return value === undefined || hasValue(a, value);
      }),
    );
  });
});

describe("serialisation", () => {
  it("loses nothing of which values are admitted", () => {
    fc.assert(
      fc.property(requirement, ({ present: _, ...a }) =>
        same(requirementSpecs(a).map(requirementOf).reduce(intersectRequirement), a),
      ),
    );
  });
});

describe("sets", () => {
  it("are the same in whatever order they are built", () => {
    fc.assert(
      fc.property(fc.array(spec(fc.constantFrom(...keys)), { maxLength: 6 }), (specs) => {
        const forward = requirementsSignature(specRequirements(specs));
        return forward === requirementsSignature(specRequirements(specs.toReversed()));
      }),
    );
  });

  it("agree with the word-for-word reading of compatible", () => {
    fc.assert(
      fc.property(set, set, fc.subarray(keys), (existing, incoming, lenient) => {
        const allowed = new Set(lenient);
        const answer = isCompatible(existing, incoming, allowed);
        return answer === (compatibilityError(existing, incoming, allowed) === undefined);
      }),
    );
  });

  it("meet or not from either side, while compatibility implies meeting", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const symmetric = intersects(a, b) === intersects(b, a);
        return symmetric && (!isCompatible(a, b) || intersects(a, b));
      }),
    );
  });

  it("come back themselves when nothing is added", () => {
    fc.assert(fc.property(set, (a) => addRequirements(a, a) === a && addRequirements(a, requirementsOf([])) === a));
  });

  it("never admit more after an addition", () => {
    fc.assert(
      fc.property(set, set, fc.constantFrom(...universe), (a, b, value) => {
        const both = addRequirements(a, b);
        return [...both].every(([key, sum]) => {
          const parts = [a.get(key), b.get(key)].filter((part) => part !== undefined);
          return hasValue(sum, value) === parts.every((part) => hasValue(part, value));
        });
      }),
    );
  });
});
