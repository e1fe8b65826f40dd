import { describe, expect, it } from "vitest";
import { type RequirementSpec, wellKnownLabels } from "../../api/index.ts";
import { compatibilityError, intersectionError, intersects, isCompatible } from "./compatible.ts";
import { labelRequirements, noRequirements, specRequirements } from "./requirements.ts";

const key = "example.com/k";
const set = (operator?: RequirementSpec["operator"], ...values: readonly string[]) =>
  operator === undefined ? noRequirements : specRequirements([{ key, operator, values }]);

const pods = {
  "In[1]": set("In", "1"),
  "NotIn[1]": set("NotIn", "1"),
  Exists: set("Exists"),
  DoesNotExist: set("DoesNotExist"),
  "Gte 1": set("Gte", "1"),
  "Lt 1": set("Lt", "1"),
};

/** The truth table of scheduling 3.4, columns in the order of `pods`. */
const truth: readonly (readonly [string, ReturnType<typeof set>, string])[] = [
  ["undefined", set(), "N Y N Y N N"],
  ["In[1]", set("In", "1"), "Y N Y N Y N"],
  ["In[2]", set("In", "2"), "N Y Y N Y N"],
  ["NotIn[1]", set("NotIn", "1"), "N Y Y Y Y Y"],
  ["Exists", set("Exists"), "Y Y Y N Y Y"],
  ["DoesNotExist", set("DoesNotExist"), "N Y N Y N N"],
];

describe("[scheduling B40] compatibility of one key", () => {
  it.each(truth)("a node with %s", (_, node, expected) => {
    const answers = Object.values(pods).map((pod) => (isCompatible(node, pod) ? "Y" : "N"));
    expect(answers.join(" ")).toBe(expected);
  });

  it("is always given for an undefined key that may be undefined", () => {
    const lenient = new Set([key]);
    expect(Object.values(pods).every((pod) => isCompatible(noRequirements, pod, lenient))).toBe(true);
  });

  it("says so with a text exactly when it says no", () => {
    for (const [, node] of truth) {
      for (const pod of Object.values(pods)) {
        expect(compatibilityError(node, pod) === undefined).toBe(isCompatible(node, pod));
        expect(intersectionError(node, pod) === undefined).toBe(intersects(node, pod));
      }
    }
  });
});

describe("texts", () => {
  it("name the key and both sides", () => {
    expect(compatibilityError(set("In", "b"), set("In", "a"))).toBe(
      "key example.com/k, example.com/k In [a] not in example.com/k In [b]",
    );
  });

  it("join several faults in order of key", () => {
    const node = labelRequirements({ b: "1", a: "1" });
    const pod = labelRequirements({ b: "2", a: "2" });
    expect(intersectionError(node, pod)).toBe("key a, a In [2] not in a In [1]; key b, b In [2] not in b In [1]");
  });

  it.each([
    ["zone", "topology.kubernetes.io/zone"],
    ["topology.kubernetesio/zone", "topology.kubernetes.io/zone"],
    ["topology.kubernetes.io/regio", "topology.kubernetes.io/region"],
    ["node.io/capacity-type", "karpenter.sh/capacity-type"],
    ["topology.kubernetes.io/zoen", "topology.kubernetes.io/zone"],
    ["kubernetes.io/arc", "kubernetes.io/arch"],
  ])("[scheduling B36] guess what %s was meant to be", (typo, meant) => {
    expect(compatibilityError(noRequirements, labelRequirements({ [typo]: "x" }), wellKnownLabels)).toBe(
      `label "${typo}" does not have known values (typo of "${meant}"?)`,
    );
  });

  it("guess among the node's own labels after the well-known ones", () => {
    const node = labelRequirements({ "example.com/team": "a" });
    expect(compatibilityError(node, labelRequirements({ team: "a" }), wellKnownLabels)).toBe(
      'label "team" does not have known values (typo of "example.com/team"?)',
    );
  });

  it("guess by edits among the node's own labels too, but not for short keys", () => {
    const node = labelRequirements({ "example.com/team": "a", team: "a" });
    const textOf = (key: string) => compatibilityError(node, labelRequirements({ [key]: "a" }), wellKnownLabels);
    expect([textOf("exmple.com/taem"), textOf("example.com/teams"), textOf("taem")]).toEqual([
      'label "exmple.com/taem" does not have known values',
      'label "example.com/teams" does not have known values (typo of "example.com/team"?)',
      'label "taem" does not have known values',
    ]);
  });

  it("make no guess where nothing is close", () => {
    expect(compatibilityError(noRequirements, set("In", "a"), wellKnownLabels)).toBe(
      'label "example.com/k" does not have known values',
    );
  });
});

describe("[scheduling B23] a custom label that the pool does not define", () => {
  it.each([
    ["In", ["a"], false],
    ["Exists", [], false],
    ["NotIn", ["a"], true],
    ["DoesNotExist", [], true],
  ] as const)("asked for with %s %s: %s", (operator, values, expected) => {
    expect(isCompatible(noRequirements, set(operator, ...values), wellKnownLabels)).toBe(expected);
  });
});
