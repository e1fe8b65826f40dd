import { describe, expect, test } from "vitest";
import type { NodeClaim, NodePool, RequirementSpec } from "../../api/index.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import { claimViewOf, poolViewOf } from "../cluster/views.ts";
import { labelRequirements } from "../requirements/requirements.ts";
import { isTypeOffered, templateDrift } from "./drift.ts";

const nodeClassRef = { group: "test.sh", kind: "TestNodeClass", name: "default" };

const claimOf = (labels: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>> = {}) =>
  claimViewOf({
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name: "a", labels, annotations },
    spec: { requirements: [], nodeClassRef },
  } satisfies NodeClaim);

const poolOf = (requirements: readonly RequirementSpec[], annotations: Readonly<Record<string, string>> = {}) =>
  poolViewOf({
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "default", annotations },
    spec: { template: { spec: { requirements, nodeClassRef } } },
  } satisfies NodePool);

const stamp = (hash: string | undefined, version: string | undefined): Readonly<Record<string, string>> => ({
  ...(hash === undefined ? {} : { "karpenter.sh/nodepool-hash": hash }),
  ...(version === undefined ? {} : { "karpenter.sh/nodepool-hash-version": version }),
});

describe("the template of a pool", () => {
  test("another hash of the same version is drift, before requirements are looked at", () => {
    const pool = poolOf([{ key: "size", operator: "In", values: ["large"] }], stamp("2", "v3"));
    expect(templateDrift(claimOf({ size: "small" }, stamp("1", "v3")), pool)).toBe("NodePoolDrifted");
  });

  test.each([
    ["the claim has no hash", stamp(undefined, "v3"), stamp("2", "v3")],
    ["the claim has no version", stamp("1", undefined), stamp("2", "v3")],
    ["the pool has no hash", stamp("1", "v3"), stamp(undefined, "v3")],
    ["the pool has no version", stamp("1", "v3"), stamp("2", undefined)],
    ["the versions differ", stamp("1", "v2"), stamp("2", "v3")],
  ])("[lifecycle R28] no static drift where %s", (_case, claim, pool) => {
    expect(templateDrift(claimOf({}, claim), poolOf([], pool))).toBeUndefined();
  });

  const linux = { "kubernetes.io/os": "linux", "karpenter.sh/capacity-type": "on-demand" };
  const capacity = (...values: readonly string[]): RequirementSpec => ({
    key: "karpenter.sh/capacity-type",
    operator: "In",
    values: [...values],
  });
  const numeric = (operator: "Gt" | "Lt" | "Gte" | "Lte", value: string): RequirementSpec => ({
    key: "cpu",
    operator,
    values: [value],
  });
  const drifted = "RequirementsDrifted";

  test.each([
    ["widened", linux, [capacity("on-demand", "spot")], undefined],
    ["changed so that it excludes the claim", linux, [capacity("spot")], drifted],
    ["In on a key that the claim lacks", linux, [{ key: "team", operator: "In", values: ["a"] }], drifted],
    ["NotIn on a key that the claim lacks", linux, [{ key: "team", operator: "NotIn", values: ["a"] }], undefined],
    ["NotIn the claim's value", linux, [{ key: "kubernetes.io/os", operator: "NotIn", values: ["linux"] }], drifted],
    ["DoesNotExist on a key that is there", linux, [{ key: "kubernetes.io/os", operator: "DoesNotExist" }], drifted],
    ["DoesNotExist on a key that is not", linux, [{ key: "team", operator: "DoesNotExist" }], undefined],
    ["Exists on a key that is there", linux, [{ key: "kubernetes.io/os", operator: "Exists" }], undefined],
    ["Exists on a key that is not", linux, [{ key: "team", operator: "Exists" }], drifted],
    ["5 under Gt 2", { cpu: "5" }, [numeric("Gt", "2")], undefined],
    ["5 under Gt 10", { cpu: "5" }, [numeric("Gt", "10")], drifted],
    ["5 under Gt 5", { cpu: "5" }, [numeric("Gt", "5")], drifted],
    ["5 under Gte 5", { cpu: "5" }, [numeric("Gte", "5")], undefined],
    ["2 under Lt 5", { cpu: "2" }, [numeric("Lt", "5")], undefined],
    ["2 under Lt 1", { cpu: "2" }, [numeric("Lt", "1")], drifted],
    ["no number under Lt 5", {}, [numeric("Lt", "5")], drifted],
  ] as const)("[lifecycle R24] a requirement %s", (_case, labels, requirements, reason) => {
    expect(templateDrift(claimOf(labels), poolOf(requirements))).toBe(reason);
  });
});

describe("the type of a claim", () => {
  const typeOf = (
    ...offerings: readonly { readonly capacityType: string; readonly zone?: string; readonly reservation?: string }[]
  ): InstanceType => ({
    name: "small",
    requirements: labelRequirements({ "node.kubernetes.io/instance-type": "small" }),
    capacity: { cpu: 1000 },
    overhead: { kubeReserved: {}, systemReserved: {}, evictionThreshold: {} },
    offerings: offerings.map(({ capacityType, zone = "z1", reservation }) => ({
      zone,
      capacityType,
      price: 1,
      available: false,
      requirements: labelRequirements({
        "topology.kubernetes.io/zone": zone,
        "karpenter.sh/capacity-type": capacityType,
        ...(reservation === undefined ? {} : { "karpenter.k8s.aws/capacity-reservation-id": reservation }),
      }),
    })),
  });
  const labelsOf = (capacityType: string, more: Readonly<Record<string, string>> = {}) => ({
    "node.kubernetes.io/instance-type": "small",
    "topology.kubernetes.io/zone": "z1",
    "karpenter.sh/capacity-type": capacityType,
    ...more,
  });

  test("[lifecycle R21] sold in the claim's zone and capacity type, available or not: offered", () => {
    expect(isTypeOffered(claimOf(labelsOf("spot")), [typeOf({ capacityType: "spot" })])).toBe(true);
  });

  test.each([
    ["the type label is missing", {}, [typeOf({ capacityType: "spot" })]],
    ["the type is not in the list", labelsOf("spot"), []],
    ["the type has no offerings", labelsOf("spot"), [typeOf()]],
    ["it is sold as on-demand only", labelsOf("spot"), [typeOf({ capacityType: "on-demand" })]],
    ["it is sold in another zone only", labelsOf("spot"), [typeOf({ capacityType: "spot", zone: "z2" })]],
  ])("[lifecycle R21] not offered: %s", (_case, labels, types) => {
    expect(isTypeOffered(claimOf(labels), types)).toBe(false);
  });

  const reserved = labelsOf("reserved", { "karpenter.k8s.aws/capacity-reservation-id": "cr-1" });

  test.each([
    ["the same reservation", [{ capacityType: "reserved", reservation: "cr-1" }], true],
    ["another reservation", [{ capacityType: "reserved", reservation: "cr-2" }], true],
    ["on-demand", [{ capacityType: "on-demand" }], true],
    ["reserved and on-demand", [{ capacityType: "reserved" }, { capacityType: "on-demand" }], true],
    ["spot only", [{ capacityType: "spot" }], false],
    ["on-demand in another zone", [{ capacityType: "on-demand", zone: "z2" }], false],
    ["nothing", [], false],
  ] as const)("[lifecycle R29] a reserved claim whose type is sold as %s", (_case, offerings, offered) => {
    expect(isTypeOffered(claimOf(reserved), [typeOf(...offerings)])).toBe(offered);
  });
});
