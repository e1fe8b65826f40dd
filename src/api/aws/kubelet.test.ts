import { describe, expect, test } from "vitest";
import { kubeletFinding, tagFinding } from "../validation/ec2-node-class.ts";
import { parseAmiAlias, resolveAmiFamily, unsupportedAliasProblem } from "./ami-alias.ts";
import type { AmiFamily, EC2NodeClassSpec, KubeletConfiguration } from "./ec2-node-class.ts";
import { kubeletCauses, kubeletExpressions, unsupportedKubeletCauses } from "./kubelet-rules.ts";

const fieldsOf = (kubelet: KubeletConfiguration): string[] => kubeletCauses(kubelet).map((cause) => cause.field);

describe("kubelet configuration", () => {
  test.each<[string, KubeletConfiguration]>([
    ["nothing", {}],
    ["what Karpenter reads", { maxPods: 110, podsPerCore: 0, clusterDNS: ["10.0.0.10"], cpuCFSQuota: false }],
    [
      "fields of the kubelet that it does not read",
      { serializeImagePulls: false, topologyManagerPolicy: "restricted" },
    ],
    ["nested objects", { authentication: { webhook: { enabled: true, cacheTTL: "2m0s" } }, featureGates: { X: true } }],
    ["percentages and quantities", { evictionHard: { "memory.available": "5%", "nodefs.available": "10Gi" } }],
    [
      "soft eviction with grace",
      { evictionSoft: { "pid.available": "100%" }, evictionSoftGracePeriod: { "pid.available": "1m30s" } },
    ],
    ["expressions", { maxPods: "max_pods - 2", kubeReserved: { memory: "memory_mib * 0.05" } }],
    ["thresholds in order", { imageGCHighThresholdPercent: 85, imageGCLowThresholdPercent: 80 }],
    ["null, which is no value", { podsPerCore: null as unknown as number }],
  ])("takes %s", (_, kubelet) => {
    expect(kubeletCauses(kubelet)).toEqual([]);
  });

  test.each<[string, KubeletConfiguration, readonly string[]]>([
    ["an unknown field", { maxPod: 110 }, ["spec.kubelet.maxPod"]],
    ["an unknown nested field", { memorySwap: { behaviour: "x" } }, ["spec.kubelet.memorySwap.behaviour"]],
    ["a field of the prototype", { constructor: 1 }, ["spec.kubelet.constructor"]],
    ["a wrong type", { podsPerCore: "2" as unknown as number }, ["spec.kubelet.podsPerCore"]],
    ["a duration without unit", { syncFrequency: "60" }, ["spec.kubelet.syncFrequency"]],
    ["registerWithTaints", { registerWithTaints: [] }, ["spec.kubelet.registerWithTaints"]],
    ["an unknown signal", { evictionHard: { "cpu.available": "1" } }, ["spec.kubelet.evictionHard[cpu.available]"]],
    ["101 percent", { evictionHard: { "memory.available": "101%" } }, ["spec.kubelet.evictionHard[memory.available]"]],
    [
      "a negative threshold",
      { evictionHard: { "memory.available": "-1Gi" } },
      ["spec.kubelet.evictionHard[memory.available]"],
    ],
    [
      "a threshold that is neither",
      { evictionHard: { "memory.available": "some" } },
      ["spec.kubelet.evictionHard[memory.available]"],
    ],
    [
      "a bad reclaim",
      { evictionMinimumReclaim: { "memory.available": "x" } },
      ["spec.kubelet.evictionMinimumReclaim[memory.available]"],
    ],
    [
      "soft eviction without grace",
      { evictionSoft: { "pid.available": "5%" } },
      ["spec.kubelet.evictionSoft[pid.available]"],
    ],
    [
      "grace without soft eviction",
      { evictionSoftGracePeriod: { "pid.available": "1m" } },
      ["spec.kubelet.evictionSoftGracePeriod[pid.available]"],
    ],
    [
      "a negative grace",
      { evictionSoft: { "pid.available": "5%" }, evictionSoftGracePeriod: { "pid.available": "-1m" } },
      ["spec.kubelet.evictionSoftGracePeriod[pid.available]"],
    ],
    ["an unknown reserved resource", { kubeReserved: { gpu: "1" } }, ["spec.kubelet.kubeReserved[gpu]"]],
    ["a negative reservation", { systemReserved: { cpu: "-100m" } }, ["spec.kubelet.systemReserved[cpu]"]],
    ["a threshold above 100", { imageGCHighThresholdPercent: 101 }, ["spec.kubelet.imageGCHighThresholdPercent"]],
    [
      "thresholds that are equal",
      { imageGCHighThresholdPercent: 80, imageGCLowThresholdPercent: 80 },
      ["spec.kubelet.imageGCHighThresholdPercent"],
    ],
    ["a negative podsPerCore", { podsPerCore: -1 }, ["spec.kubelet.podsPerCore"]],
    ["a negative grace period", { evictionMaxPodGracePeriod: -1 }, ["spec.kubelet.evictionMaxPodGracePeriod"]],
    ["a negative maxPods", { maxPods: -1 }, ["spec.kubelet.maxPods"]],
  ])("refuses %s", (_, kubelet, fields) => {
    expect(fieldsOf(kubelet)).toEqual(fields);
  });

  test("a type error hides all other errors", () => {
    expect(fieldsOf({ unknown: 1, maxPods: true as unknown as number, podsPerCore: -1 })).toEqual([
      "spec.kubelet.maxPods",
    ]);
  });

  test("expressions are texts in maxPods, and reserved values that are no quantity", () => {
    expect(
      kubeletExpressions({
        maxPods: "110",
        kubeReserved: { cpu: "100m", memory: "1 + 1" },
        systemReserved: { pid: "vcpus" },
      }),
    ).toEqual([
      { field: "maxPods", text: "110" },
      { field: "kubeReserved", resource: "memory", text: "1 + 1" },
      { field: "systemReserved", resource: "pid", text: "vcpus" },
    ]);
  });

  test.each<[AmiFamily, KubeletConfiguration, readonly string[]]>([
    ["AL2", { maxPods: 1, podsPerCore: 1 }, []],
    ["AL2", { serializeImagePulls: true }, ["spec.kubelet.serializeImagePulls"]],
    ["AL2023", { serializeImagePulls: true, clusterDNS: ["a", "b"] }, []],
    ["Bottlerocket", { podsPerCore: 1 }, ["spec.kubelet.podsPerCore"]],
    ["Windows2022", { podsPerCore: 1, clusterDNS: ["a", "b"] }, ["spec.kubelet.clusterDNS"]],
    ["Custom", { serializeImagePulls: true, clusterDNS: ["a", "b"] }, []],
  ])("%s with %j", (family, kubelet, fields) => {
    expect(unsupportedKubeletCauses(family, kubelet).map((cause) => cause.field)).toEqual(fields);
  });
});

const nodeClass = (spec: Partial<EC2NodeClassSpec>): { spec: EC2NodeClassSpec } => ({
  spec: {
    subnetSelectorTerms: [],
    securityGroupSelectorTerms: [],
    amiSelectorTerms: [{ alias: "al2@latest" }],
    ...spec,
  },
});

test.each<[string, KubeletConfiguration, boolean, string | undefined]>([
  ["a broken field before an expression", { podsPerCore: -1, maxPods: "1" }, false, "InvalidKubeletConfiguration"],
  [
    "an expression while the gate is off",
    { maxPods: "1", serializeImagePulls: true },
    false,
    "KubeletExpressionsDisabled",
  ],
  [
    "a field that the family lacks",
    { maxPods: "1", serializeImagePulls: true },
    true,
    "UnsupportedKubeletConfiguration",
  ],
  ["nothing wrong", { maxPods: "1" }, true, undefined],
])("the finding is the first in the order of the conditions: %s", (_, kubelet, nodeClassCel, reason) => {
  expect(kubeletFinding(nodeClass({ kubelet }), { nodeClassCel })?.reason).toBe(reason);
});

test("a restricted tag is found at runtime", () => {
  expect(tagFinding(nodeClass({ tags: { team: "a" } }))).toBeUndefined();
  expect(tagFinding(nodeClass({ tags: { "kubernetes.io/cluster/demo": "owned" } }))?.reason).toBe(
    "TagValidationFailed",
  );
});

test("aliases imply their family; a written family wins", () => {
  expect(parseAmiAlias("windows2022@latest")).toEqual({ family: "Windows2022", version: "latest" });
  expect([parseAmiAlias("al2023"), parseAmiAlias("ubuntu@latest")]).toEqual([undefined, undefined]);
  expect(resolveAmiFamily({ amiSelectorTerms: [{ alias: "bottlerocket@1.20.4" }] })).toBe("Bottlerocket");
  expect(resolveAmiFamily({ amiSelectorTerms: [{ alias: "al2@latest" }], amiFamily: "Custom" })).toBe("Custom");
  expect(resolveAmiFamily({ amiSelectorTerms: [{ id: "ami-1" }] })).toBeUndefined();
});

test.each([
  ["al2@latest", 32, false],
  ["al2@latest", 33, true],
  ["windows2025@latest", 34, true],
  ["windows2025@latest", 35, false],
  ["al2023@latest", 40, false],
])("alias %s on 1.%i is unsupported: %s", (text, minor, unsupported) => {
  const alias = parseAmiAlias(text);
  expect(alias !== undefined && unsupportedAliasProblem(alias, minor) !== undefined).toBe(unsupported);
});
