import { describe, expect, test } from "vitest";
import type { EC2NodeClassSpec } from "../aws/ec2-node-class.ts";
import type { NodeClaimTemplate } from "../karpenter/node-pool.ts";
import { ec2NodeClassHash } from "./ec2-node-class-hash.ts";
import { goJson } from "./go-json.ts";
import { nodePoolHash } from "./node-pool-hash.ts";

const caBundle = "test-ca-bundle";

/** The base object of the vectors in api 0.5. */
const baseSpec: EC2NodeClassSpec = {
  subnetSelectorTerms: [],
  securityGroupSelectorTerms: [],
  amiSelectorTerms: [],
  role: "role-1",
  tags: { "keyTag-1": "valueTag-1", "keyTag-2": "valueTag-2" },
  context: "fake-context",
  detailedMonitoring: false,
  associatePublicIPAddress: false,
  metadataOptions: {
    httpEndpoint: "disabled",
    httpProtocolIPv6: "disabled",
    httpPutResponseHopLimit: 1,
    httpTokens: "optional",
  },
  userData: "userdata-test-1",
  blockDeviceMappings: [
    {
      deviceName: "map-device-1",
      ebs: {
        deleteOnTermination: false,
        encrypted: false,
        iops: 0,
        kmsKeyID: "fakeKMSKeyID",
        snapshotID: "fakeSnapshot",
        throughput: 0,
        volumeSize: "2G",
        volumeType: "standard",
      },
    },
    { deviceName: "map-device-2" },
  ],
};

const classHash = (changes: Partial<EC2NodeClassSpec> = {}, bundle = caBundle): string =>
  ec2NodeClassHash({ spec: { ...baseSpec, ...changes } }, bundle);

describe("EC2NodeClass hash", () => {
  test.each<[string, Partial<EC2NodeClassSpec>, string]>([
    ["base object", {}, "11148166120438674859"],
    ["other user data", { userData: "userdata-test-2" }, "11774429238106843388"],
    ["TCP established timeout", { connectionTracking: { tcpEstablishedTimeout: 300 } }, "1619669030802245540"],
    ["UDP timeout", { connectionTracking: { udpTimeout: 45 } }, "17941926745862994490"],
    ["nested virtualization", { cpuOptions: { nestedVirtualization: "enabled" } }, "6157846767212910604"],
  ])("vector: %s", (_, changes, hash) => {
    expect(classHash(changes)).toBe(hash);
  });

  test.each<[string, Partial<EC2NodeClassSpec>]>([
    ["subnet terms", { subnetSelectorTerms: [{ id: "subnet-1" }] }],
    ["security group terms", { securityGroupSelectorTerms: [{ id: "sg-1" }] }],
    ["image terms without alias", { amiSelectorTerms: [{ id: "ami-1" }] }],
    ["reservation terms", { capacityReservationSelectorTerms: [{ id: "cr-1" }] }],
    ["ipPrefixCount", { ipPrefixCount: 3 }],
    ["an empty kubelet block", { kubelet: {} }],
    ["the family that was implied", { amiFamily: "Custom" }],
  ])("is not moved by %s", (_, changes) => {
    expect(classHash(changes)).toBe(classHash());
  });

  test("writing out the family of the alias is no drift, switching to Custom is", () => {
    const amiSelectorTerms = [{ alias: "al2023@latest" }];
    const implied = classHash({ amiSelectorTerms });
    expect(classHash({ amiSelectorTerms, amiFamily: "AL2023" })).toBe(implied);
    expect(classHash({ amiSelectorTerms, amiFamily: "Custom" })).not.toBe(implied);
  });

  test.each<[string, Partial<EC2NodeClassSpec>]>([
    ["kubelet settings", { kubelet: { maxPods: 110 } }],
    ["a volume size", { blockDeviceMappings: [{ deviceName: "map-device-2" }] }],
    ["an explicit zero of a pointer", { connectionTracking: {} }],
    ["an empty tag map in place of none", { tags: {} }],
  ])("is moved by %s", (_, changes) => {
    expect(classHash(changes)).not.toBe(classHash());
  });

  test("is moved by the CA bundle of the cluster", () => {
    expect(classHash({}, "other")).not.toBe(classHash());
  });

  test("reads a volume size by its canonical quantity", () => {
    const of = (volumeSize: string): string => classHash({ blockDeviceMappings: [{ ebs: { volumeSize } }] });
    expect(of("1024Gi")).toBe(of("1Ti"));
    expect(of("1000G")).not.toBe(of("1Ti"));
  });

  test("does not depend on the order of kubelet keys", () => {
    expect(classHash({ kubelet: { podsPerCore: 2, maxPods: 9 } })).toBe(
      classHash({ kubelet: { maxPods: 9, podsPerCore: 2 } }),
    );
  });
});

const ref = { kind: "EC2NodeClass", name: "default", group: "karpenter.k8s.aws" };

const poolHash = (spec: Partial<NodeClaimTemplate["spec"]>, metadata?: NodeClaimTemplate["metadata"]): string =>
  nodePoolHash({
    spec: { template: { ...(metadata ? { metadata } : {}), spec: { requirements: [], nodeClassRef: ref, ...spec } } },
  });

describe("NodePool hash", () => {
  test("vector: reference and expireAfter only", () => {
    expect(poolHash({ expireAfter: "720h" })).toBe("6821555240594823858");
  });

  test("vector: every member", () => {
    const hash = poolHash(
      {
        taints: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }],
        startupTaints: [{ key: "boot", effect: "NoExecute" }],
        terminationGracePeriod: "30m",
        expireAfter: "Never",
      },
      { labels: { team: "a" }, annotations: { note: "b" } },
    );
    expect(hash).toBe("9700818347840590431");
  });

  /** Computed with the hash library on types of the same names, beside the two vectors of the chapter. */
  test.each<[string, Partial<NodeClaimTemplate["spec"]>, NodeClaimTemplate["metadata"], string]>([
    ["reference only", {}, undefined, "17369979337536258260"],
    ["empty labels", {}, { labels: {} }, "12535157163608646278"],
    ["labels beyond ASCII", {}, { labels: { a: "", b: "é✓😀" } }, "14006089170026175937"],
    ["empty taints", { taints: [] }, undefined, "12366373110665249880"],
    ["zero grace period", { terminationGracePeriod: "0s" }, undefined, "17858683486241353230"],
    ["zero expiry", { expireAfter: "0s" }, undefined, "15640125381500602090"],
    [
      "taint with a time",
      { taints: [{ key: "a", effect: "NoSchedule", timeAdded: "2026-08-20T10:00:00Z" }] },
      undefined,
      "7546375249309743379",
    ],
  ])("vector: %s", (_, spec, metadata, hash) => {
    expect(poolHash(spec, metadata)).toBe(hash);
  });

  test.each([
    ["24h", "1440m"],
    ["1h30m", "90m"],
  ])("%s and %s hash alike", (a, b) => {
    expect(poolHash({ expireAfter: a })).toBe(poolHash({ expireAfter: b }));
  });

  test("requirements are not part of it", () => {
    expect(poolHash({ requirements: [{ key: "a", operator: "Exists" }] })).toBe(poolHash({}));
  });

  test("two identical taints cancel out, but stay apart from no list at all", () => {
    const taint = { key: "a", effect: "NoSchedule" } as const;
    expect(poolHash({ taints: [taint, taint] })).toBe(poolHash({ taints: [] }));
    expect(poolHash({ taints: [] })).not.toBe(poolHash({}));
  });

  test("an empty label map is not an absent one", () => {
    expect(poolHash({}, { labels: {} })).not.toBe(poolHash({}));
    expect(poolHash({}, {})).toBe(poolHash({}));
  });

  test("a zero grace period counts, and so does a zero expiry", () => {
    expect(poolHash({ terminationGracePeriod: "0s" })).not.toBe(poolHash({}));
    expect(poolHash({ expireAfter: "0s" })).not.toBe(poolHash({ expireAfter: "Never" }));
  });
});

test.each<[unknown, string]>([
  [{ b: 1, a: [true, null, "x"] }, '{"a":[true,null,"x"],"b":1}'],
  [{ maxPods: "a < b && c > d" }, '{"maxPods":"a \\u003c b \\u0026\\u0026 c \\u003e d"}'],
  [{ "\u{1f600}": 1, "\uffff": 2 }, '{"\uffff":2,"\u{1f600}":1}'],
])("Go's JSON of %j", (value, text) => {
  expect(goJson(value)).toBe(text);
});
