import { describe, expect, it } from "vitest";
import type { LabelSelector, NodeSelectorRequirement, PodSpec } from "../../api/index.ts";
import { compileSelector, matchesSelector } from "./label-selector.ts";
import { matchesNodeAffinity } from "./node-affinity.ts";

describe("a label selector", () => {
  it.each<readonly [string, LabelSelector | undefined, boolean]>([
    ["absent", undefined, false],
    ["empty", {}, true],
    ["with the right label", { matchLabels: { app: "x" } }, true],
    ["with the wrong value", { matchLabels: { app: "y" } }, false],
    ["In", { matchExpressions: [{ key: "app", operator: "In", values: ["x", "y"] }] }, true],
    ["NotIn", { matchExpressions: [{ key: "app", operator: "NotIn", values: ["x"] }] }, false],
    ["NotIn of an absent label", { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["x"] }] }, true],
    ["Exists", { matchExpressions: [{ key: "app", operator: "Exists" }] }, true],
    ["DoesNotExist", { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] }, false],
    ["both", { matchLabels: { app: "x" }, matchExpressions: [{ key: "tier", operator: "Exists" }] }, false],
    ["invalid", { matchExpressions: [{ key: "app", operator: "In", values: [] }] }, false],
  ])("%s", (_, selector, expected) => {
    expect(matchesSelector(selector, { app: "x" })).toBe(expected);
  });

  it.each<readonly [LabelSelector, string]>([
    [{ matchExpressions: [{ key: "app", operator: "In" }] }, "operator In needs at least one value"],
    [{ matchExpressions: [{ key: "app", operator: "Exists", values: ["x"] }] }, "operator Exists takes no values"],
    [{ matchExpressions: [{ key: "app", operator: "Like" as "In" }] }, '"Like" is not an operator'],
    [{ matchLabels: { "a/b/c": "x" } }, "matchLabels a/b/c=x"],
    [{ matchLabels: { app: "not a value" } }, "matchLabels app"],
  ])("says what is wrong with %j", (selector, message) => {
    expect(compileSelector(selector)).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining(message) },
    });
  });
});

describe("node affinity against a node", () => {
  const node = { name: "n1", labels: { zone: "a", cpu: "8" } };
  const pod = (...terms: readonly (readonly NodeSelectorRequirement[])[]): PodSpec => ({
    containers: [],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
        },
      },
    },
  });

  it.each<readonly [NodeSelectorRequirement, boolean]>([
    [{ key: "zone", operator: "In", values: ["a"] }, true],
    [{ key: "zone", operator: "NotIn", values: ["a"] }, false],
    [{ key: "none", operator: "NotIn", values: ["a"] }, true],
    [{ key: "none", operator: "Exists" }, false],
    [{ key: "none", operator: "DoesNotExist" }, true],
    [{ key: "cpu", operator: "Gt", values: ["7"] }, true],
    [{ key: "cpu", operator: "Gt", values: ["8"] }, false],
    [{ key: "cpu", operator: "Gte", values: ["8"] }, true],
    [{ key: "cpu", operator: "Lt", values: ["8"] }, false],
    [{ key: "cpu", operator: "Lte", values: ["8"] }, true],
    [{ key: "zone", operator: "Gt", values: ["1"] }, false],
  ])("%j: %s", (expression, expected) => {
    expect(matchesNodeAffinity(pod([expression]), node)).toBe(expected);
  });

  it("holds when any one term does, all its expressions together", () => {
    const wrong: NodeSelectorRequirement = { key: "zone", operator: "In", values: ["b"] };
    const right: NodeSelectorRequirement = { key: "zone", operator: "In", values: ["a"] };
    expect(matchesNodeAffinity(pod([wrong], [right]), node)).toBe(true);
    expect(matchesNodeAffinity(pod([wrong, right]), node)).toBe(false);
    expect(matchesNodeAffinity(pod([]), node)).toBe(false);
  });

  it("needs the node selector as well, and knows the node by name", () => {
    expect(matchesNodeAffinity({ nodeSelector: { zone: "b" } }, node)).toBe(false);
    const byName = { matchFields: [{ key: "metadata.name", operator: "In" as const, values: ["n1"] }] };
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [byName] } },
    };
    expect(matchesNodeAffinity({ affinity }, node)).toBe(true);
    expect(matchesNodeAffinity({ affinity }, { ...node, name: "n2" })).toBe(false);
  });
});
