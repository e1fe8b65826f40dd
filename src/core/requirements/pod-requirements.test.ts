import { describe, expect, it } from "vitest";
import type { NodeSelectorTerm } from "../../api/index.ts";
import { satisfiesMinValues, relaxMinValues } from "./min-values.ts";
import { podRequirements, strictPodRequirements } from "./pod-requirements.ts";
import { requirementsText } from "./requirement-text.ts";
import { requirementsSpecs } from "./requirement-specs.ts";
import { labelRequirements, requirementFor, specRequirements, withoutRequirement } from "./requirements.ts";

const term = (key: string, ...values: readonly string[]): NodeSelectorTerm => ({
  matchExpressions: [{ key, operator: "In", values }],
});

const pod = {
  spec: {
    containers: [],
    nodeSelector: { a: "1" },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term("b", "1", "2"), term("c", "1")] },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: term("d", "light") },
          { weight: 50, preference: term("d", "first heavy") },
          { weight: 50, preference: term("d", "second heavy") },
        ],
      },
    },
  },
};

describe("requirements of a pod", () => {
  it("are the selector, the first required term and the heaviest preference", () => {
    expect(requirementsText(podRequirements(pod))).toBe("a In [1], b In [1 2], d In [first heavy]");
  });

  it("leave the preference out when strict", () => {
    expect(requirementsText(strictPodRequirements(pod))).toBe("a In [1], b In [1 2]");
  });

  it("are none for a plain pod", () => {
    expect(podRequirements({ spec: { containers: [] } }).size).toBe(0);
  });

  it("intersect where selector and term name one key", () => {
    const both = { spec: { ...pod.spec, nodeSelector: { b: "2" } } };
    expect(requirementsText(strictPodRequirements(both))).toBe("b In [2]");
  });
});

describe("a set", () => {
  it("means Exists by an absent key", () => {
    expect(requirementFor(labelRequirements({ a: "1" }), "z")).toMatchObject({ key: "z", complement: true });
  });

  it("is left alone when a key is taken out", () => {
    const labels = labelRequirements({ a: "1", b: "1" });
    expect([withoutRequirement(labels, "a").size, labels.size, withoutRequirement(labels, "z") === labels]).toEqual([
      1,
      2,
      true,
    ]);
  });

  it("serialises in order of key", () => {
    expect(requirementsSpecs(labelRequirements({ b: "1", a: "2" })).map((spec) => spec.key)).toEqual(["a", "b"]);
  });
});

describe("minValues", () => {
  const types = ["a", "b", "b", "c"].map((value) => ({
    requirements: labelRequirements({ family: value, arch: "x" }),
  }));
  const atLeast = (minValues: number, key = "family") => specRequirements([{ key, operator: "Exists", minValues }]);

  it("say how many types were needed", () => {
    expect(satisfiesMinValues(types, atLeast(3))).toEqual({ ok: true, needed: 4 });
    expect(satisfiesMinValues(types, atLeast(2))).toEqual({ ok: true, needed: 2 });
  });

  it("name the keys that fall short and what was reached", () => {
    const wanted = specRequirements([
      { key: "family", operator: "Exists", minValues: 4 },
      { key: "arch", operator: "Exists", minValues: 2 },
    ]);
    expect(satisfiesMinValues(types, wanted)).toEqual({
      ok: false,
      achieved: new Map([
        ["arch", 1],
        ["family", 3],
      ]),
      text: "minValues requirement is not met for label(s) (label(s)=[arch family])",
    });
  });

  it("are no fault when there are no types at all", () => {
    expect(satisfiesMinValues([], atLeast(2))).toEqual({ ok: true, needed: 0 });
  });

  it("can be lowered to what was reached", () => {
    expect(requirementsText(relaxMinValues(atLeast(4), new Map([["family", 3]])))).toBe("family Exists minValues 3");
  });
});
