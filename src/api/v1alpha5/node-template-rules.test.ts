import { describe, expect, test } from "vitest";
import type { AWSNodeTemplate, NodeTemplateSpec } from "./node-template.ts";
import { nodeTemplateErrors } from "./node-template-rules.ts";
import { volumeGibibytes } from "./volume-size.ts";

const selectors = { subnetSelector: { team: "a" }, securityGroupSelector: { team: "a" } };

const messages = (spec: unknown): readonly string[] =>
  nodeTemplateErrors({
    apiVersion: "karpenter.k8s.aws/v1alpha1",
    kind: "AWSNodeTemplate",
    metadata: { name: "default" },
    spec: spec as NodeTemplateSpec,
  } satisfies AWSNodeTemplate).map(({ message }) => message);

describe("rules of an AWSNodeTemplate", () => {
  test.each([
    ["A1", { securityGroupSelector: { team: "a" } }, "missing field(s): spec.subnetSelector"],
    ["A2", { subnetSelector: { team: "a" } }, "missing field(s): spec.securityGroupSelector"],
    ["A3", { ...selectors, subnetSelector: { MyTag: "" } }, "invalid value: \"\": spec.subnetSelector['MyTag']"],
    [
      "A4",
      { ...selectors, subnetSelector: { "aws-ids": "subnet-1, vpc-2" } },
      "invalid value: vpc-2: spec.subnetSelector['aws-ids']\nmust be a valid id (regex: subnet-[0-9a-z]+)",
    ],
    [
      "A5",
      { ...selectors, amiSelector: { "aws::ids": "ami-1", team: "a" } },
      "invalid value: ami-1: spec.amiSelector['aws::ids']\n\"aws::ids\" filter is mutually exclusive, cannot be set with a combination of other filters",
    ],
    [
      "A6",
      { ...selectors, launchTemplate: "lt" },
      "expected exactly one, got both: spec.launchTemplate, spec.securityGroupSelector",
    ],
    ["A8", { ...selectors, amiFamily: "AL2023" }, /^invalid value: AL2023: spec.amiFamily\nnot in AL2, /],
    ["A9", { ...selectors, amiFamily: "Custom" }, "missing field(s): spec.amiSelector"],
    [
      "A10",
      { ...selectors, metadataOptions: { httpPutResponseHopLimit: 65 } },
      "expected 1 <= 65 <= 64: spec.metadataOptions.httpPutResponseHopLimit",
    ],
    [
      "A11",
      { ...selectors, blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: "65T" } }] },
      "expected 1G <= 65T <= 64T: spec.blockDeviceMappings[0].ebs.volumeSize",
    ],
    ["A12", { ...selectors, tags: { "": "a" } }, /empty tag keys/],
    [
      "A13",
      { ...selectors, tags: { "kubernetes.io/cluster/demo": "owned" } },
      /^invalid key name "kubernetes.io\/cluster/,
    ],
  ])("%s", (_, spec, expected) => {
    const found = messages(spec);
    expect(found).toHaveLength(1);
    if (typeof expected === "string") expect(found[0]).toBe(expected);
    else expect(found[0]).toMatch(expected);
  });

  test("[R22] A6 and A7: a launch template excludes everything that it holds itself", () => {
    const spec = {
      subnetSelector: { team: "a" },
      launchTemplate: "lt",
      metadataOptions: {},
      amiFamily: "AL2",
      instanceProfile: "p",
      blockDeviceMappings: [{ deviceName: "a", ebs: { volumeSize: "20Gi" } }],
      userData: "x",
      amiSelector: { team: "a" },
    };
    expect(messages(spec).filter((text) => text.includes("got both"))).toHaveLength(6);
    expect(messages({ subnetSelector: { team: "a" }, launchTemplate: "lt", blockDeviceMappings: [] })).toEqual([]);
  });

  test.each([
    ["20Gi", "20Gi"],
    ["20G", "19Gi"],
    ["1500M", "2Gi"],
    [10_737_418_240, "10Gi"],
  ])("a volume of %s is asked of EC2 as %s, rounded up to whole GiB", (size, whole) => {
    expect(volumeGibibytes(size)).toBe(whole);
  });
});
