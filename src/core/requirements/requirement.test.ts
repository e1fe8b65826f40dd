import { describe, expect, it } from "vitest";
import type { RequirementSpec } from "../../api/index.ts";
import { intersectRequirement } from "./intersect.ts";
import { anyValueOf, hasValue, operatorOf, requirementIn, requirementOf, singleValueOf } from "./requirement.ts";
import { requirementSpecs } from "./requirement-specs.ts";
import { requirementText, requirementsText } from "./requirement-text.ts";
import { requirementsOf, specRequirements } from "./requirements.ts";

const of = (operator: RequirementSpec["operator"], ...values: readonly string[]) =>
  requirementOf({ key: "example.com/k", operator, values });

const text = (requirement: ReturnType<typeof of>) => requirementText(requirement).replace("example.com/k ", "");

describe("operators", () => {
  it.each([
    [of("In", "a", "b"), "In [a b]", "In"],
    [of("In"), "DoesNotExist", "DoesNotExist"],
    [of("NotIn", "a"), "NotIn [a]", "NotIn"],
    [of("NotIn"), "Exists", "Exists"],
    [of("Exists"), "Exists", "Exists"],
    [of("DoesNotExist"), "DoesNotExist", "DoesNotExist"],
    [of("Gt", "3"), "Exists >=4", "Exists"],
    [of("Lt", "3"), "Exists <=2", "Exists"],
    [of("Gte", "3"), "Exists >=3", "Exists"],
    [of("Lte", "3"), "Exists <=3", "Exists"],
    [of("Gt", "many"), "Exists >=1", "Exists"],
    [of("Gt", "99999999999999999999"), "DoesNotExist", "DoesNotExist"],
  ])("%o reads %s", (requirement, shown, operator) => {
    expect(text(requirement)).toBe(shown);
    expect(operatorOf(requirement)).toBe(operator);
  });

  it("[scheduling B35] normalise beta keys", () => {
    expect(requirementIn("failure-domain.beta.kubernetes.io/zone", "z1")).toEqual(
      requirementIn("topology.kubernetes.io/zone", "z1"),
    );
  });
});

describe("intersection", () => {
  it("[scheduling B38] of crossing bounds is DoesNotExist", () => {
    expect(text(intersectRequirement(of("Gt", "5"), of("Lt", "3")))).toBe("DoesNotExist");
  });

  it("[scheduling B39] drops values outside the bounds and values that are no integers", () => {
    expect(text(intersectRequirement(of("In", "1", "5", "9", "big"), of("Gte", "5")))).toBe("In [5 9]");
  });

  it("[scheduling B41] keeps the larger minValues", () => {
    const exists = requirementOf({ key: "k", operator: "Exists", minValues: 2 });
    const listed = requirementOf({ key: "k", operator: "In", values: ["a", "b", "c"], minValues: 3 });
    expect(intersectRequirement(exists, listed).minValues).toBe(3);
    expect(intersectRequirement(listed, exists)).toBe(listed);
  });

  it("keeps minValues when nothing is left", () => {
    const above = requirementOf({ key: "k", operator: "Gt", values: ["5"], minValues: 2 });
    expect(text(intersectRequirement(above, requirementOf({ key: "k", operator: "Lt", values: ["2"] })))).toBe(
      "k DoesNotExist minValues 2",
    );
  });

  it("returns an operand when that is the answer", () => {
    const listed = of("In", "a", "b");
    expect(intersectRequirement(listed, of("Exists"))).toBe(listed);
    expect(intersectRequirement(listed, of("NotIn", "c"))).toBe(listed);
  });
});

describe("membership", () => {
  it.each([
    [of("In", "a"), "a", true],
    [of("In", "a"), "b", false],
    [of("NotIn", "a"), "a", false],
    [of("NotIn", "a"), "b", true],
    [of("Exists"), "x", true],
    [of("DoesNotExist"), "x", false],
    [of("Gte", "3"), "3", true],
    [of("Gt", "3"), "3", false],
    [of("Gte", "3"), "three", false],
    [of("Gte", "3"), "3.5", false],
    [of("Gte", "3"), "+4", true],
  ])("%o has %s: %s", (requirement, value, expected) => {
    expect(hasValue(requirement, value)).toBe(expected);
  });
});

describe("any value", () => {
  it.each([
    [of("In", "b", "a"), "a"],
    [of("Exists"), "0"],
    [of("NotIn", "0", "1"), "2"],
    [of("Gte", "7"), "7"],
    [of("Lt", "3"), "0"],
    [of("Lt", "-3"), "-4"],
    [of("DoesNotExist"), undefined],
    [intersectRequirement(of("Gte", "4"), intersectRequirement(of("Lte", "4"), of("NotIn", "4"))), undefined],
  ])("of %o is %s", (requirement, value) => {
    expect(anyValueOf(requirement)).toBe(value);
  });

  it("is not a single value unless exactly one is listed", () => {
    expect([of("In", "a"), of("In", "a", "b"), of("NotIn", "a"), undefined].map(singleValueOf)).toEqual([
      "a",
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("serialisation", () => {
  it("[scheduling B37] writes two bounds as two entries", () => {
    const between = intersectRequirement(of("Gt", "3"), of("Lt", "9"));
    expect(requirementSpecs(between)).toEqual([
      { key: "example.com/k", operator: "Gte", values: ["4"] },
      { key: "example.com/k", operator: "Lte", values: ["8"] },
    ]);
  });

  it("keeps exclusions within bounds, which upstream loses", () => {
    const some = intersectRequirement(of("Gte", "3"), of("NotIn", "5", "1"));
    expect(requirementSpecs(some).map((spec) => [spec.operator, spec.values])).toEqual([
      ["Gte", ["3"]],
      ["NotIn", ["5"]],
    ]);
  });

  it("carries minValues on every entry and sorts values", () => {
    expect(requirementSpecs(requirementOf({ key: "k", operator: "In", values: ["b", "a"], minValues: 2 }))).toEqual([
      { key: "k", operator: "In", values: ["a", "b"], minValues: 2 },
    ]);
  });
});

describe("[scheduling B42] text of a set", () => {
  it("is sorted and hides the host name", () => {
    const set = requirementsOf([
      requirementIn("topology.kubernetes.io/zone", "z2", "z1"),
      requirementIn("kubernetes.io/hostname", "hostname-placeholder-0001"),
      requirementIn("kubernetes.io/arch", "amd64"),
    ]);
    expect(requirementsText(set)).toBe("kubernetes.io/arch In [amd64], topology.kubernetes.io/zone In [z1 z2]");
  });

  it("shows at most five values", () => {
    expect(text(of("In", "g", "f", "e", "d", "c", "b", "a"))).toBe("In [a b c d e and 2 others]");
  });

  it("adds bounds and minValues", () => {
    const set = specRequirements([
      { key: "k", operator: "Gt", values: ["1"], minValues: 2 },
      { key: "k", operator: "Lt", values: ["9"] },
    ]);
    expect(requirementsText(set)).toBe("k Exists >=2 <=8 minValues 2");
  });
});
