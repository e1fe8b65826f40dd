import { describe, expect, test } from "vitest";
import type { NodePool, RequirementSpec } from "../karpenter/node-pool.ts";
import type { Taint } from "../kubernetes/core.ts";
import { coreLabelRules } from "../labels/rule-set.ts";
import { nodeOverlayCauses } from "./node-overlay.ts";
import { nodePoolCauses, runtimeMessage } from "./node-pool.ts";
import { requirementProblems } from "./requirement.ts";

type Template = NodePool["spec"]["template"];

const pool = (
  spec: Partial<Template["spec"]>,
  labels: Readonly<Record<string, string>> = {},
): Pick<NodePool, "spec"> => ({
  spec: {
    template: {
      metadata: { labels },
      spec: { requirements: [], nodeClassRef: { group: "g", kind: "k", name: "n" }, ...spec },
    },
  },
});

const messages = (candidate: Pick<NodePool, "spec">): string => runtimeMessage(nodePoolCauses(candidate));

const inList = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });

describe("a requirement at runtime", () => {
  test.each<[string, RequirementSpec]>([
    ["a well-known key", inList("topology.kubernetes.io/zone", "a")],
    ["a custom key", inList("example.com/team", "a")],
    ["a beta key that stands for a well-known one", inList("beta.kubernetes.io/arch", "arm64")],
    ["the pool's key, which pods may select", inList("karpenter.sh/nodepool", "default")],
    ["NotIn without values", { key: "a", operator: "NotIn" }],
    ["0 as a bound", { key: "a", operator: "Gt", values: ["0"] }],
    ["an unknown capacity type beside a known one", inList("karpenter.sh/capacity-type", "spot", "magic")],
    [
      "an unknown capacity type with NotIn",
      { key: "karpenter.sh/capacity-type", operator: "NotIn", values: ["magic"] },
    ],
    ["an empty label value", inList("karpenter.k8s.aws/instance-hypervisor", "")],
  ])("accepts %s", (_, requirement) => {
    expect(requirementProblems(requirement)).toEqual([]);
  });

  test.each<[string, RequirementSpec, string]>([
    ["an unknown operator", { key: "a", operator: "Equals" as "In" }, "unsupported operator Equals"],
    ["the host name", inList("kubernetes.io/hostname", "n"), 'label "kubernetes.io/hostname" is restricted'],
    [
      "a key of Karpenter's domain",
      inList("karpenter.sh/initialized", "true"),
      "karpenter.sh/initialized is restricted",
    ],
    ["the node class label", inList("karpenter.k8s.aws/ec2nodeclass", "x"), "ec2nodeclass is restricted"],
    ["a label that the code no longer knows", inList("karpenter.k8s.aws/instance-pods", "9"), "is restricted"],
    ["a name part of 64 characters", inList("k".repeat(64), "v"), "no more than 63 characters"],
    ["a value that is no label value", inList("a", "not a value!"), "invalid value not a value! for key a"],
    [
      "capacity types that are all unknown",
      inList("karpenter.sh/capacity-type", "Spot"),
      "no valid values found in Spot",
    ],
    ["tenancies that are all unknown", inList("karpenter.k8s.aws/instance-tenancy", "host"), "no valid values found"],
    [
      "minValues above the known values",
      { ...inList("karpenter.sh/capacity-type", "spot", "magic"), minValues: 2 },
      "minValues 2",
    ],
    ["two bounds", { key: "a", operator: "Lte", values: ["1", "2"] }, "must have a single positive integer value"],
    ["a negative bound", { key: "a", operator: "Lt", values: ["-1"] }, "must have a single positive integer value"],
  ])("refuses %s", (_, requirement, text) => {
    expect(requirementProblems(requirement).join("; ")).toContain(text);
  });

  test("knows tenancies only where the provider does", () => {
    expect(requirementProblems(inList("karpenter.k8s.aws/instance-tenancy", "host"), coreLabelRules)).toEqual([]);
  });
});

describe("a NodePool at runtime", () => {
  test("is fine with custom and well-known labels", () => {
    expect(messages(pool({}, { team: "a", "karpenter.sh/capacity-type": "spot" }))).toBe("");
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ["a key with spaces", { "a key": "v" }, 'invalid key name "a key" in labels, '],
    ["a value with spaces", { a: "a value" }, "invalid value: a value for label[a], "],
    [
      "the pool's own key",
      { "karpenter.sh/nodepool": "x" },
      'invalid key name "karpenter.sh/nodepool" in labels, restricted',
    ],
    [
      "the node class label",
      { "karpenter.k8s.aws/ec2nodeclass": "x" },
      "in labels, label karpenter.k8s.aws/ec2nodeclass is restricted",
    ],
  ])("is told of %s", (_, labels, text) => {
    expect(messages(pool({}, labels))).toContain(text);
  });

  const taint = (change: Partial<Taint>): Taint => ({ key: "a", effect: "NoSchedule", ...change });

  test("is told of bad taints, each in its list", () => {
    const text = messages(pool({ taints: [taint({ key: "a b" })], startupTaints: [taint({ value: "-" })] }));
    expect(text).toMatch(/^invalid value: key "a b".* in taints; invalid value: value "-".* in startupTaints$/);
  });

  test("is told of a key and effect that stand twice, over both lists", () => {
    const candidate = pool({ taints: [taint({ value: "x" })], startupTaints: [taint({ value: "y" })] });
    expect(messages(candidate)).toBe("duplicate taint Key/Effect pair a=NoSchedule");
    expect(messages(pool({ taints: [taint({}), taint({ effect: "NoExecute" })] }))).toBe("");
  });

  test("joins labels, taints, requirements and the nodepool key in this order", () => {
    const candidate = pool(
      {
        taints: [taint({ effect: "Never" as "NoExecute" })],
        requirements: [inList("karpenter.sh/nodepool", "x"), { key: "b", operator: "Gt", values: [] }],
      },
      { "a b": "v" },
    );
    expect(nodePoolCauses(candidate).map((cause) => cause.field)).toEqual([
      "spec.template.metadata.labels[a b]",
      "spec.template.spec.taints[0]",
      "spec.template.spec.requirements[1]",
      "spec.template.spec.requirements[0].key",
    ]);
    expect(messages(candidate)).toMatch(
      /^invalid key name "a b" in labels, .*; invalid value: effect "Never".* in taints; invalid value: key b .* in requirements, restricted; invalid key: "karpenter.sh\/nodepool" in requirements, restricted$/,
    );
  });
});

describe("a NodeOverlay at runtime", () => {
  test("may set extended resources and GPUs", () => {
    expect(
      nodeOverlayCauses({ spec: { requirements: [], capacity: { "smarter-devices/fuse": 1, "nvidia.com/gpu": 1 } } }),
    ).toEqual([]);
  });

  test.each([
    "cpu",
    "pods",
    "vpc.amazonaws.com/pod-eni",
    "vpc.amazonaws.com/efa",
    "aws.amazon.com/neuron",
    "aws.amazon.com/neuroncore",
    "habana.ai/gaudi",
  ])("may not set %s", (resource) => {
    const causes = nodeOverlayCauses({ spec: { requirements: [], capacity: { [resource]: "1" } } });
    expect(causes.map((cause) => cause.field)).toEqual([`spec.capacity[${resource}]`]);
  });

  test("is held to the rules of requirements", () => {
    expect(
      runtimeMessage(nodeOverlayCauses({ spec: { requirements: [inList("kubernetes.io/hostname", "x")] } })),
    ).toContain("restricted");
  });
});
