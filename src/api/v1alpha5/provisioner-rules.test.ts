import { describe, expect, test } from "vitest";
import { denialText } from "./field-error.ts";
import type { Provisioner, ProvisionerSpec } from "./provisioner.ts";
import { provisionerErrors } from "./provisioner-rules.ts";

const provisioner = (spec: unknown, name = "gpu"): Provisioner => ({
  apiVersion: "karpenter.sh/v1alpha5",
  kind: "Provisioner",
  metadata: { name },
  spec: spec as ProvisionerSpec,
});

const messages = (spec: unknown): readonly string[] =>
  provisionerErrors(provisioner(spec)).map(({ message }) => message);
const paths = (spec: unknown): readonly string[] =>
  provisionerErrors(provisioner(spec)).flatMap((error) => error.paths);

describe("rules of a Provisioner", () => {
  test.each([
    ["P2", { ttlSecondsUntilExpired: -1 }, "invalid value: -1: spec.ttlSecondsUntilExpired\ncannot be negative"],
    ["P3", { ttlSecondsAfterEmpty: -1 }, "invalid value: -1: spec.ttlSecondsAfterEmpty\ncannot be negative"],
    [
      "P4",
      { ttlSecondsAfterEmpty: 0, consolidation: { enabled: true } },
      "expected exactly one, got both: spec.ttlSecondsAfterEmpty, spec.consolidation.enabled",
    ],
    [
      "P5",
      {
        provider: { subnetSelector: { a: "b" }, securityGroupSelector: { a: "b" } },
        providerRef: { name: "default" },
      },
      "expected exactly one, got both: spec.provider, spec.providerRef",
    ],
    [
      "P7",
      { labels: { "karpenter.sh/provisioner-name": "a" } },
      'invalid key name "karpenter.sh/provisioner-name": spec.labels\nrestricted',
    ],
    [
      "P12",
      { taints: [{ key: "a", effect: "NoExecute" }], startupTaints: [{ key: "a", effect: "NoExecute" }] },
      "duplicate taint Key/Effect pair a=NoExecute: spec.taints[0]",
    ],
    ["P20", { weight: 101 }, "expected 1 <= 101 <= 100: spec.weight"],
  ])("%s in the old words", (_, spec, text) => {
    expect(messages(spec)).toEqual([text]);
  });

  test.each([
    ["P8", { labels: { "a b": "c" } }, "spec.labels"],
    ["P8 value", { labels: { a: "b c" } }, "spec.labels[a]"],
    ["P9", { labels: { "mykarpenter.sh/x": "a" } }, "spec.labels"],
    ["P10", { taints: [{ key: "", effect: "NoSchedule" }] }, "spec.taints[0]"],
    ["P11", { startupTaints: [{ key: "a", effect: "Evict" }] }, "spec.startupTaints[0].effect"],
    ["P13", requirement("karpenter.sh/provisioner-name", "In", "a"), "spec.requirements[0]"],
    ["P14", requirement("a", "Gte", "1"), "spec.requirements[0]"],
    ["P15", requirement("kubernetes.io/hostname", "In", "a"), "spec.requirements[0]"],
    ["P16", requirement("a", "In"), "spec.requirements[0]"],
    ["P17", requirement("a", "Gt", "1", "2"), "spec.requirements[0]"],
    [
      "P18",
      { kubeletConfiguration: { evictionSoft: { "memory.available": "5%" } } },
      "spec.kubeletConfiguration.evictionSoft",
    ],
    [
      "P19",
      { provider: { subnetSelector: { a: "b" }, securityGroupSelector: { a: "b" }, userData: "x" } },
      "spec.provider",
    ],
  ])("%s at its place", (_, spec, path) => {
    expect(paths(spec)).toContain(path);
  });

  test.each([
    ["an empty effect", { taints: [{ key: "a", effect: "" }] }],
    ["Gt 0", requirement("karpenter.k8s.aws/instance-generation", "Gt", "0")],
    ["an alias", requirement("beta.kubernetes.io/arch", "In", "arm64")],
    ["an exception of a restricted domain", { labels: { "node.kubernetes.io/team": "a" } }],
    [
      "no values for NotIn and Exists",
      {
        requirements: [
          { key: "a", operator: "NotIn" },
          { key: "b", operator: "Exists" },
        ],
      },
    ],
    ["equal thresholds", { kubeletConfiguration: { imageGCHighThresholdPercent: 50, imageGCLowThresholdPercent: 50 } }],
    ["nothing at all", undefined],
  ])("%s passes", (_, spec) => {
    expect(messages(spec)).toEqual([]);
  });

  test("[R45] D3: neither provider nor providerRef is refused only where asked to be strict", () => {
    const strict = provisionerErrors(provisioner({}), { providerValidation: "strict" });
    expect(strict.map(({ message }) => message)).toEqual([
      "expected exactly one, got neither: spec.provider, spec.providerRef",
    ]);
    expect(provisionerErrors(provisioner({}), { providerValidation: "lenient" })).toEqual([]);
  });

  test("the denial lists every error", () => {
    const errors = provisionerErrors(provisioner({ weight: 0, ttlSecondsAfterEmpty: -5 }));
    expect(denialText("validation.webhook.karpenter.sh", errors)).toBe(
      'admission webhook "validation.webhook.karpenter.sh" denied the request: validation failed: invalid value: -5: spec.ttlSecondsAfterEmpty\ncannot be negative\nexpected 1 <= 0 <= 100: spec.weight',
    );
  });
});

function requirement(key: string, operator: string, ...values: readonly string[]): unknown {
  return { requirements: [{ key, operator, values }] };
}
