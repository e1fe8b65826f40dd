import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { podDisruptionGuard } from "./annotations.ts";
import { awsLabels, kwokLabels, labels, nodeClassLabelKey } from "./names.ts";
import { normaliseLabelKey, normaliseLabelValue } from "./normalisation.ts";
import {
  admissionKeyProblem,
  isKubeletSettableLabel,
  isRestrictedAtRuntime,
  runtimeKeyProblem,
} from "./restrictions.ts";
import { awsLabelRules, coreLabelRules, kwokLabelRules, wellKnownLabels } from "./rule-set.ts";
import { isLabelValue, isQualifiedName } from "./syntax.ts";
import { isRestrictedTagAtAdmission, isRestrictedTagAtRuntime } from "./tags.ts";
import { isKnownEphemeralTaint, taintText } from "./taints.ts";

describe("normalisation", () => {
  test.each([
    ["failure-domain.beta.kubernetes.io/zone", labels.zone],
    ["failure-domain.beta.kubernetes.io/region", labels.region],
    ["beta.kubernetes.io/arch", labels.arch],
    ["beta.kubernetes.io/os", labels.os],
    ["beta.kubernetes.io/instance-type", labels.instanceType],
    ["topology.ebs.csi.aws.com/zone", labels.zone],
  ])("%s is %s", (alias, key) => {
    expect(normaliseLabelKey(alias)).toBe(key);
  });

  test("the EBS alias is the AWS provider's own", () => {
    expect(normaliseLabelKey("topology.ebs.csi.aws.com/zone", coreLabelRules)).toBe("topology.ebs.csi.aws.com/zone");
  });

  test("values go through a table that ships empty", () => {
    const rules = { ...coreLabelRules, valueAliases: new Map([[labels.arch, new Map([["x86_64", "amd64"]])]]) };
    expect(normaliseLabelValue(labels.arch, "x86_64", rules)).toBe("amd64");
    expect(normaliseLabelValue(labels.arch, "x86_64")).toBe("x86_64");
  });

  test("is idempotent", () => {
    const anyKey = fc.oneof(fc.constantFrom(...awsLabelRules.aliases.keys(), ...wellKnownLabels), fc.string());
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(normaliseLabelKey(normaliseLabelKey(key))).toBe(normaliseLabelKey(key));
      }),
    );
  });
});

describe("well-known labels", () => {
  test("are those of core and AWS together", () => {
    expect(wellKnownLabels.size).toBe(coreLabelRules.wellKnown.size + Object.keys(awsLabels).length - 1);
  });

  test.each([labels.hostname, labels.registered, awsLabels.ec2NodeClass, "karpenter.k8s.aws/instance-pods"])(
    "%s is not one",
    (key) => {
      expect(wellKnownLabels.has(key)).toBe(false);
    },
  );

  test("of KWOK are its four instance labels", () => {
    expect([...kwokLabelRules.wellKnown].filter((key) => !coreLabelRules.wellKnown.has(key))).toEqual([
      kwokLabels.instanceSize,
      kwokLabels.instanceFamily,
      kwokLabels.instanceCpu,
      kwokLabels.instanceMemory,
    ]);
  });
});

describe("restricted keys", () => {
  test.each<[key: string, admission: boolean, runtime: boolean]>([
    ["example.com/team", false, false],
    ["kubernetes.io/arch", false, false],
    ["example.k8s.io/x", false, false],
    ["kubernetes.io/hostname", true, true],
    ["karpenter.sh/capacity-type", false, false],
    ["karpenter.sh/registered", true, true],
    ["compatibility.karpenter.sh/provider", true, true],
    ["notkarpenter.sh/x", true, false],
    ["mykarpenter.sh", true, false],
    ["karpenter.k8s.aws/instance-family", false, false],
    ["karpenter.k8s.aws/ec2nodeclass", false, true],
    ["karpenter.k8s.aws/instance-pods", true, true],
    ["topology.k8s.aws/zone-id", false, false],
  ])("%s: refused at admission %s, at runtime %s", (key, admission, runtime) => {
    expect(admissionKeyProblem(key, "nodepool-requirement") !== undefined).toBe(admission);
    expect(isRestrictedAtRuntime(key)).toBe(runtime);
  });

  test("the KWOK domain is restricted by its own provider alone", () => {
    expect(isRestrictedAtRuntime("karpenter.kwok.sh/x", kwokLabelRules)).toBe(true);
    expect(isRestrictedAtRuntime("karpenter.kwok.sh/x", awsLabelRules)).toBe(false);
  });

  test("the text names the well-known labels that could be meant", () => {
    expect(runtimeKeyProblem("karpenter.sh/zone")).toContain("topology.kubernetes.io/zone");
  });
});

test.each([
  ["a", true],
  ["example.com/A_b.c-1", true],
  ["a/b/c", false],
  ["/a", false],
  ["Example.com/a", false],
  ["a b", false],
  ["", false],
  [`${"p".repeat(253)}/${"n".repeat(63)}`, true],
  [`${"p".repeat(254)}/n`, false],
  ["n".repeat(64), false],
])("qualified name %j: %s", (key, ok) => {
  expect(isQualifiedName(key)).toBe(ok);
});

test.each([
  ["", true],
  ["a_B.1-c", true],
  ["-a", false],
  ["a b", false],
  ["v".repeat(63), true],
  ["v".repeat(64), false],
])("label value %j: %s", (value, ok) => {
  expect(isLabelValue(value)).toBe(ok);
});

test.each([
  ["karpenter.k8s.aws/instance-cpu", true],
  ["kubernetes.io/arch", false],
  ["node.kubernetes.io/instance-type", false],
  ["topology.k8s.io/x", false],
  ["node-restriction.kubernetes.io/x", false],
  ["team", true],
])("the kubelet may set %s itself: %s", (key, ok) => {
  expect(isKubeletSettableLabel(key)).toBe(ok);
});

test.each([
  ["node.kubernetes.io/not-ready", "NoExecute", true],
  ["node.kubernetes.io/unreachable", "NoExecute", false],
  ["node.kubernetes.io/unreachable", "NoSchedule", true],
  ["node.cloudprovider.kubernetes.io/uninitialized", "NoSchedule", true],
  ["karpenter.sh/unregistered", "NoExecute", true],
  ["readiness.k8s.io/network", "NoSchedule", true],
  ["dedicated", "NoSchedule", false],
] as const)("taint %s:%s is ephemeral: %s", (key, effect, ok) => {
  expect(isKnownEphemeralTaint({ key, effect, value: "any" })).toBe(ok);
});

test("a taint's text leaves an absent value out", () => {
  expect([
    taintText({ key: "a", effect: "NoSchedule" }),
    taintText({ key: "a", value: "b", effect: "NoExecute" }),
  ]).toEqual(["a:NoSchedule", "a=b:NoExecute"]);
});

test.each([
  [undefined, { kind: "none" }],
  ["true", { kind: "always" }],
  ["1h30m", { kind: "for", millis: 5_400_000 }],
  ["0s", { kind: "invalid", value: "0s" }],
  ["-5m", { kind: "invalid", value: "-5m" }],
  ["false", { kind: "invalid", value: "false" }],
])("do-not-disrupt %j on a pod", (value, guard) => {
  expect(podDisruptionGuard(value)).toEqual(guard);
});

test.each<[key: string, admission: boolean, runtime: boolean]>([
  ["kubernetes.io/cluster/demo", true, true],
  ["kubernetes.io/cluster/", true, false],
  ["kubernetes.io/clusters", true, false],
  ["eks:eks-cluster-name", true, true],
  ["karpenter.sh/nodeclaim", true, true],
  ["Name", false, false],
])("tag %s: refused at admission %s, at runtime %s", (key, admission, runtime) => {
  expect([isRestrictedTagAtAdmission(key), isRestrictedTagAtRuntime(key)]).toEqual([admission, runtime]);
});

test("the node class label is group and lower-case kind", () => {
  expect(nodeClassLabelKey({ group: "karpenter.k8s.aws", kind: "EC2NodeClass" })).toBe(awsLabels.ec2NodeClass);
});
