import { describe, expect, it } from "vitest";
import { labels, type ResourceQuantities } from "../../api/index.ts";
import { instanceType, ladderTypes, offering } from "../../../test/builders/instance-types.ts";
import { daemonSet, pod, podsOf } from "../../../test/builders/pods.ts";
import { managedNode, nodePool, snapshot, type SnapshotParts, testOptions } from "../../../test/builders/snapshot.ts";
import { verifyPlan } from "../../../test/oracle/verify-plan.ts";
import type { ProvisioningOptions } from "./options.ts";
import { provision } from "./provision.ts";

function planOf(parts: SnapshotParts, options: ProvisioningOptions = {}) {
  const taken = snapshot(parts);
  const plan = provision(taken, { ...testOptions, ...options });
  expect(verifyPlan(taken, plan)).toEqual([]);
  return plan;
}

const sizesOf = (plan: ReturnType<typeof planOf>) => plan.claims.map(({ pods }) => pods.length).sort((a, b) => a - b);
const launched = (plan: ReturnType<typeof planOf>) => plan.claims.map(({ cheapest }) => cheapest.instanceType).sort();
const asking = (requests: ResourceQuantities) => pod("web", { requests });
const agent = (requests: ResourceQuantities, spec = {}) =>
  ({ type: "upsert", kind: "DaemonSet", object: daemonSet("agent", requests, spec) }) as const;

describe("requests against machines", () => {
  it.each([
    ["E75", { memory: "100M" }, "small-instance-type"],
    ["E75", { memory: "2000M" }, "small-instance-type"],
    ["E81", { memory: "10Mi", "example.com/unknown": "0" }, "small-instance-type"],
  ])("[scheduling %s] %o launches %s", (_, requests, type) => {
    expect(launched(planOf({ pods: [asking(requests)] }))).toEqual([type]);
  });

  it("[scheduling E76] counts the overhead of the runtime class", () => {
    const spec = { overhead: { cpu: "2" } };
    expect(
      launched(
        planOf({
          pods: [
            pod("web", {
              requests: { cpu: "1" },
              spec: { ...spec, containers: [{ name: "app", resources: { requests: { cpu: "1" } } }] },
            }),
          ],
        }),
      ),
    ).toEqual(["default-instance-type"]);
  });

  it("[scheduling E77] packs small pods on one small machine", () => {
    expect(launched(planOf({ pods: podsOf(5, "web", { requests: { memory: "10M" } }) }))).toEqual([
      "small-instance-type",
    ]);
  });

  const amd64 = { spec: { nodeSelector: { [labels.arch]: "amd64" } } };
  it("[scheduling E78] [scheduling E79] leaves no more machines than the pods need", () => {
    const large = podsOf(40, "large", { requests: { memory: "1.8G" }, ...amd64 });
    const small = podsOf(20, "small", { requests: { memory: "400M" }, ...amd64 });
    const types = [instanceType("default-instance-type")];
    expect([
      planOf({ types, pods: large }).claims.length,
      planOf({ types, pods: [...large, ...small] }).claims.length,
    ]).toEqual([20, 20]);
  });

  it("[scheduling E80] mixes sizes where that is cheaper", () => {
    const pods = [pod("a", { requests: { cpu: "4.5" } }), pod("b", { requests: { cpu: "1" } })];
    expect(launched(planOf({ types: ladderTypes(5), pods }))).toEqual(["fake-it-1", "fake-it-4"]);
  });

  it("[scheduling E82] leaves a pod that no machine holds", () => {
    const [left] = planOf({ pods: [asking({ memory: "2Ti" })] }).unplaced;
    expect(left?.message).toBe(
      'Failed to schedule pod, incompatible with nodepool "default", daemonset overhead={}, no instance type has enough resources, requirements=karpenter.sh/initialized In [true], karpenter.sh/nodepool In [default], karpenter.sh/registered In [true], karpenter.test.sh/testnodeclass In [default], resources={"memory":"2Ti","pods":"1"}',
    );
  });

  it("[scheduling D56] [scheduling D57] hints at a missing m", () => {
    const [left] = planOf({ pods: [asking({ cpu: "10000000" })] }).unplaced;
    expect(left?.message).toMatch(
      /no instance type has enough resources.* \(CPU request >= 1 Million, m vs M typo\?\)$/,
    );
  });

  it("[scheduling E83] [scheduling E90] keeps the number of pods that a machine takes", () => {
    const five = [instanceType("five")];
    const one = [instanceType("one", { pods: "1" })];
    const pods = podsOf(25, "web", { requests: { cpu: "1m" } });
    expect([
      planOf({ types: five, pods }).claims.length,
      planOf({ types: one, pods: pods.slice(0, 3) }).claims.length,
    ]).toEqual([5, 3]);
  });

  it("[scheduling E84] sizes for the largest init container", () => {
    const withInit = (cpu: string, memory = "1Mi") =>
      pod("web", {
        spec: {
          containers: [{ name: "app", resources: { requests: { cpu: "1" } } }],
          initContainers: [{ name: "init", resources: { requests: { cpu, memory } } }],
        },
      });
    expect([launched(planOf({ pods: [withInit("2")] })), launched(planOf({ pods: [withInit("1", "1Ti")] }))]).toEqual([
      ["default-instance-type"],
      [],
    ]);
  });

  it("[scheduling E85] runs init containers beside the sidecars before them", () => {
    const at = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory } } });
    const spec = {
      initContainers: [
        { name: "init", ...at("10", "4Gi") },
        { name: "sidecar", restartPolicy: "Always" as const, ...at("4.9", "2.9Gi") },
      ],
      containers: [{ name: "app", ...at("6", "2Gi") }],
    };
    const types = ["10", "11", "12"].map((cpu) => instanceType(`cpu-${cpu}`, { cpu, memory: "5Gi" }));
    expect(launched(planOf({ types, pods: [pod("web", { spec })] }))).toEqual(["cpu-11"]);
  });

  it("[scheduling E87] takes pod-level requests over those of containers", () => {
    const spec = {
      resources: { requests: { cpu: "9.9", memory: "3.9Gi" } },
      containers: [{ name: "app", resources: { requests: { cpu: "15", memory: "15Gi" } } }],
    };
    expect(
      launched(planOf({ types: [instanceType("ten", { cpu: "10", memory: "4Gi" })], pods: [pod("web", { spec })] })),
    ).toEqual(["ten"]);
  });

  it("[scheduling D62] [scheduling D63] finds machines by their devices", () => {
    const a = pod("a", { requests: { "fake.com/vendor-a": "1" } });
    const b = pod("b", { requests: { "fake.com/vendor-b": "1" } });
    const both = pod("c", { requests: { "fake.com/vendor-a": "1", "fake.com/vendor-b": "1" } });
    expect([launched(planOf({ pods: [a, b] })), launched(planOf({ pods: [both] }))]).toEqual([
      ["gpu-vendor-b-instance-type", "gpu-vendor-instance-type"],
      [],
    ]);
  });

  it("[scheduling Q220] counts what a running container holds, not what was asked since", () => {
    const status = {
      phase: "Pending" as const,
      conditions: [{ type: "PodScheduled", status: "False" as const, reason: "Unschedulable" }],
      containerStatuses: [{ name: "app", resources: { requests: { cpu: "2" } } }],
    };
    const plan = planOf({ types: ladderTypes(5), pods: [pod("web", { requests: { cpu: "1" }, status })] });
    expect(plan.claims[0]?.claim.spec.resources?.requests?.["cpu"]).toBe("2");
  });
});

describe("daemons", () => {
  it("[scheduling G109] take their share of every new machine", () => {
    const pods = [asking({ cpu: "1", memory: "1Gi" })];
    const fits = planOf({ pods, events: [agent({ cpu: "1", memory: "1Gi" })] });
    const tooLarge = planOf({ pods, events: [agent({ cpu: "10000", memory: "10000Gi" })] });
    expect([launched(fits), launched(tooLarge)]).toEqual([["default-instance-type"], []]);
  });

  it("[scheduling E89] are part of the claim's requests, pods included", () => {
    const plan = planOf({ pods: podsOf(2, "web", { requests: { cpu: "500m" } }), events: [agent({ cpu: "100m" })] });
    expect(plan.claims.map(({ claim }) => claim.spec.resources?.requests)).toEqual([{ cpu: "1100m", pods: "3" }]);
  });

  it.each([
    ["a taint that they do not tolerate", { taints: [{ key: "team", effect: "NoSchedule" }] }, false],
    ["a taint that goes at start", { startupTaints: [{ key: "team", effect: "NoSchedule" }] }, true],
    ["a taint that only prefers", { taints: [{ key: "team", effect: "PreferNoSchedule" }] }, true],
  ] as const)("[scheduling G110] [scheduling G115] before %s are counted: %s", (_, pool, counted) => {
    const spec = { tolerations: [{ key: "team", operator: "Exists" as const }] };
    const plan = planOf({
      pools: [nodePool("default", pool)],
      pods: [
        pod("web", {
          requests: { cpu: "1" },
          spec: { ...spec, containers: [{ name: "app", resources: { requests: { cpu: "1" } } }] },
        }),
      ],
      events: [agent({ cpu: "100m" })],
    });
    expect(plan.claims[0]?.claim.spec.resources?.requests?.["cpu"]).toBe(counted ? "1100m" : "1");
  });

  it("[scheduling G111] cost nothing on types where they do not run, and the least of all is reported", () => {
    const spec = { nodeSelector: { size: "large" } };
    const plan = planOf({ types: ladderTypes(10), pods: [asking({ cpu: "1" })], events: [agent({ cpu: "3" }, spec)] });
    expect([plan.claims[0]?.cheapest.instanceType, plan.claims[0]?.claim.spec.resources?.requests]).toEqual([
      "fake-it-1",
      { cpu: "1", pods: "1" },
    ]);
  });

  it("[scheduling G112] that select a label of the pool are counted, and so are those that avoid one nobody has", () => {
    const avoids = {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: "foo", operator: "NotIn" as const, values: ["bar"] }] }],
          },
        },
      },
    };
    const requestsWith = (spec: object) =>
      planOf({
        pools: [nodePool("default", { labels: { team: "a" } })],
        pods: [asking({ cpu: "1" })],
        events: [agent({ cpu: "100m" }, spec)],
      }).claims[0]?.claim.spec.resources?.requests?.["cpu"];
    expect([
      requestsWith({ nodeSelector: { team: "a" } }),
      requestsWith({ nodeSelector: { team: "b" } }),
      requestsWith(avoids),
    ]).toEqual(["1100m", "1", "1100m"]);
  });

  it("[scheduling G115] run where any of their terms matches", () => {
    const term = (value: string) => ({
      matchExpressions: [{ key: labels.arch, operator: "In" as const, values: [value] }],
    });
    const spec = {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term("riscv"), term("amd64")] },
        },
      },
    };
    const plan = planOf({
      types: [instanceType("only")],
      pods: [asking({ cpu: "1" })],
      events: [agent({ cpu: "100m" }, spec)],
    });
    expect(plan.claims[0]?.claim.spec.resources?.requests?.["cpu"]).toBe("1100m");
  });

  it("[scheduling G116] keep pods with their port off their machines, and off those alone", () => {
    const ports = [{ containerPort: 80, hostPort: 8080 }];
    const spec = { nodeSelector: { size: "large" }, containers: [{ name: "agent", ports }] };
    const plan = planOf({
      types: ladderTypes(10),
      pods: [pod("web", { spec: { containers: [{ name: "app", ports }] } })],
      events: [agent({}, spec)],
    });
    expect(plan.claims[0]?.instanceTypes).toEqual(["fake-it-0", "fake-it-1", "fake-it-2", "fake-it-3"]);
  });

  it("[scheduling G119] that wait for initialised nodes are counted, and the label stays out of the claim", () => {
    const plan = planOf({
      pods: [asking({ cpu: "1" })],
      events: [agent({ cpu: "100m" }, { nodeSelector: { "karpenter.sh/initialized": "true" } })],
    });
    expect(plan.claims[0]?.claim.spec.resources?.requests?.["cpu"]).toBe("1100m");
    expect(JSON.stringify(plan.claims[0]?.claim)).not.toMatch(/karpenter\.sh\/(initialized|registered)/);
  });
});

describe("limits", () => {
  it.each([
    ["1.75", 1],
    ["2.1", 0],
  ])("[scheduling H121] of 2 cpus let a pod of %s in: %i", (cpu, claims) => {
    expect(
      planOf({ pools: [nodePool("default", { limits: { cpu: "2" } })], pods: [asking({ cpu })] }).claims.length,
    ).toBe(claims);
  });

  it("[scheduling H121] count the nodes that there are", () => {
    const managed = [
      managedNode("old", {
        allocatable: { cpu: "100", memory: "100Mi", pods: "1" },
        taints: [{ key: "full", effect: "NoSchedule" }],
      }),
    ];
    const [left] = planOf({
      pools: [nodePool("default", { limits: { cpu: "20" } })],
      managed,
      pods: [asking({ cpu: "1" })],
    }).unplaced;
    expect(left?.message).toBe(
      'Failed to schedule pod, all available instance types exceed limits for nodepool (NodePool=default), limits={"cpu":"20"}, usage={"cpu":"100"}',
    );
  });

  it("[scheduling H122] hold within one pass", () => {
    const types = [2, 3].map((cpu) => instanceType(`cpu-${cpu}`, { cpu: String(cpu) }));
    const plan = planOf({
      types,
      pools: [nodePool("default", { limits: { cpu: "3" } })],
      pods: podsOf(2, "web", { requests: { cpu: "1.5" } }),
    });
    expect([sizesOf(plan), plan.unplaced.length]).toEqual([[1], 1]);
  });

  it("[scheduling H123] count nodes, within one pass too", () => {
    const types = [instanceType("one", { pods: "1" })];
    const plan = planOf({ types, pools: [nodePool("default", { limits: { nodes: "2" } })], pods: podsOf(3, "web") });
    expect([plan.claims.length, plan.unplaced.map(({ message }) => message)]).toEqual([
      2,
      [
        'Failed to schedule pod, node limits have been exhausted for nodepool (NodePool=default), limits={"nodes":"2"}, usage={"nodes":"2"}',
      ],
    ]);
  });

  it("[scheduling H124] below the only machine leave its pods", () => {
    const pools = [nodePool("default", { limits: { "fake.com/vendor-a": "1" } })];
    expect(planOf({ pools, pods: [asking({ "fake.com/vendor-a": "1" })] }).claims).toEqual([]);
  });

  it("[scheduling Q215] that are passed already leave nothing, whatever the pod asks for", () => {
    const managed = [
      managedNode("old", {
        allocatable: { cpu: "1", memory: "100Gi", pods: "1" },
        taints: [{ key: "full", effect: "NoSchedule" }],
      }),
    ];
    const [left] = planOf({
      pools: [nodePool("default", { limits: { memory: "10Gi" } })],
      managed,
      pods: [asking({ cpu: "1" })],
    }).unplaced;
    expect(left?.message).toContain("all available instance types exceed limits");
  });

  it("leave a claim every type that holds its pods and fits in what is left of them", () => {
    const typesUnder = (cpu: string) =>
      planOf({ types: ladderTypes(8), pools: [nodePool("default", { limits: { cpu } })], pods: [asking({ cpu: "1" })] })
        .claims[0]?.instanceTypes.length;
    expect([typesUnder("100"), typesUnder("4")]).toEqual([7, 3]);
  });

  it("send what is over to a lighter pool", () => {
    const pools = [nodePool("heavy", { weight: 10, limits: { cpu: "4" } }), nodePool("light")];
    const plan = planOf({ types: [instanceType("only")], pools, pods: podsOf(2, "web", { requests: { cpu: "3" } }) });
    expect(plan.claims.map(({ poolKey }) => poolKey.name).sort()).toEqual(["heavy", "light"]);
  });
});

describe("weights", () => {
  const pools = [
    nodePool("w20", { weight: 20, labels: { team: "b" } }),
    nodePool("w100", { weight: 100, labels: { team: "a" } }),
    nodePool("none"),
  ];
  const poolOf = (nodeSelector: Readonly<Record<string, string>>) =>
    planOf({ pools, pods: [pod("web", { spec: { nodeSelector } })] }).claims[0]?.poolKey.name;

  it("[scheduling H125] choose the heaviest pool, or the one that is selected", () => {
    expect([poolOf({}), poolOf({ [labels.nodePool]: "none" }), poolOf({ team: "b" })]).toEqual(["w100", "none", "w20"]);
  });

  it("win at any price", () => {
    const dear = [instanceType("dear", { offerings: [offering("test-zone-1", "on-demand", 100)] })];
    const plan = planOf({
      pools: [nodePool("heavy", { weight: 1 }), nodePool("light")],
      typesOf: { heavy: dear },
      pods: [asking({ cpu: "1" })],
    });
    expect(plan.claims[0]?.poolKey.name).toBe("heavy");
  });

  it("that are equal leave the choice to the price", () => {
    const dear = [instanceType("dear", { offerings: [offering("test-zone-1", "on-demand", 100)] })];
    const plan = planOf({
      pools: [nodePool("z-dear"), nodePool("a-cheap")],
      typesOf: { "z-dear": dear },
      pods: [asking({ cpu: "1" })],
    });
    expect(plan.claims[0]?.poolKey.name).toBe("a-cheap");
  });
});

describe("minValues", () => {
  const typeKey = { key: labels.instanceType, operator: "Exists" as const };

  it("[scheduling H126] keep a second pod away that would leave too few types", () => {
    const types = [instanceType("one", { cpu: "1" }), instanceType("four", { cpu: "4" })];
    const requirements = [{ key: labels.instanceType, operator: "In" as const, values: ["one", "four"], minValues: 2 }];
    const plan = planOf({
      types,
      pools: [nodePool("default", { requirements })],
      pods: podsOf(2, "web", { requests: { cpu: "0.9" } }),
    });
    expect([sizesOf(plan), plan.claims.every(({ instanceTypes }) => instanceTypes.length >= 2)]).toEqual([
      [1, 1],
      true,
    ]);
  });

  it("[scheduling H129] that too few types can meet leave the pod", () => {
    const pools = [nodePool("default", { requirements: [{ ...typeKey, minValues: 11 }] })];
    expect(planOf({ types: ladderTypes(10), pools, pods: [pod("web")] }).claims).toEqual([]);
  });

  it("[scheduling H130] are broken by too short a list, which gives the claim up", () => {
    const pools = [nodePool("default", { requirements: [{ ...typeKey, minValues: 2 }] })];
    const plan = planOf({ types: ladderTypes(10), pools, pods: podsOf(2, "web") }, { maxInstanceTypes: 1 });
    expect(plan.unplaced[0]?.message).toBe(
      "Failed to schedule pod, pod didn’t schedule because NodePool couldn’t meet minValues requirements, validating minValues, minValues requirement is not met for label(s) (label(s)=[node.kubernetes.io/instance-type]) (NodePool=default)",
    );
  });

  it("[scheduling H132] are lowered under BestEffort and refused under Strict", () => {
    const requirements = [
      {
        key: labels.instanceType,
        operator: "In" as const,
        values: ["fake-it-0", "fake-it-1", "unknown"],
        minValues: 3,
      },
    ];
    const parts = { types: ladderTypes(3), pools: [nodePool("default", { requirements })], pods: [pod("web")] };
    const [claim] = planOf(parts, { minValuesPolicy: "BestEffort" }).claims;
    expect(claim?.claim.metadata.annotations?.["karpenter.sh/nodeclaim-min-values-relaxed"]).toBe("true");
    expect(claim?.claim.spec.requirements).toContainEqual({
      key: labels.instanceType,
      operator: "In",
      values: ["fake-it-0", "fake-it-1"],
      minValues: 2,
    });
    expect(planOf(parts).claims).toEqual([]);
  });

  it("[scheduling H132] are lowered for a pod that leaves too few types", () => {
    const requirements = [{ ...typeKey, minValues: 3 }];
    const parts = {
      types: ladderTypes(3),
      pools: [nodePool("default", { requirements })],
      pods: [asking({ cpu: "1.5" })],
    };
    const [claim] = planOf(parts, { minValuesPolicy: "BestEffort" }).claims;
    expect(claim?.claim.metadata.annotations?.["karpenter.sh/nodeclaim-min-values-relaxed"]).toBe("true");
    expect(planOf(parts).unplaced[0]?.message).toContain(
      "minValues requirement is not met for label(s) (label(s)=[node.kubernetes.io/instance-type])",
    );
  });

  it("[scheduling H133] are lowered on the heavier pool before the lighter one is tried", () => {
    const requirements = [{ ...typeKey, minValues: 3 }];
    const pools = [nodePool("heavy", { weight: 100, requirements }), nodePool("light", { weight: 10 })];
    const plan = planOf({ types: ladderTypes(2), pools, pods: [pod("web")] }, { minValuesPolicy: "BestEffort" });
    expect(plan.claims[0]?.poolKey.name).toBe("heavy");
  });
});

describe("the claim", () => {
  it("carries everything that the pool says and the pods need", () => {
    const pool = nodePool("default", {
      labels: { team: "a" },
      taints: [{ key: "team", effect: "NoSchedule" }],
      requirements: [{ key: "tier", operator: "In", values: ["x", "y"] }],
      template: { expireAfter: "720h", terminationGracePeriod: "48h" },
    });
    const spec = { tolerations: [{ operator: "Exists" as const }] };
    const [claim] = planOf({
      types: ladderTypes(2),
      pools: [pool],
      pods: [
        pod("web", {
          requests: { cpu: "1" },
          spec: { ...spec, containers: [{ name: "app", resources: { requests: { cpu: "1" } } }] },
        }),
      ],
    }).claims;
    expect(claim?.claim).toMatchObject({
      apiVersion: "karpenter.sh/v1",
      kind: "NodeClaim",
      metadata: {
        generateName: "default-",
        labels: {
          team: "a",
          tier: "x",
          "karpenter.sh/nodepool": "default",
          "karpenter.test.sh/testnodeclass": "default",
        },
        ownerReferences: [
          {
            apiVersion: "karpenter.sh/v1",
            kind: "NodePool",
            name: "default",
            uid: "uid-default",
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        taints: [{ key: "team", effect: "NoSchedule" }],
        nodeClassRef: { group: "karpenter.test.sh", kind: "TestNodeClass", name: "default" },
        expireAfter: "720h",
        terminationGracePeriod: "48h",
        resources: { requests: { cpu: "1", pods: "1" } },
        requirements: [
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand", "spot"] },
          { key: "karpenter.sh/nodepool", operator: "In", values: ["default"] },
          { key: "karpenter.test.sh/testnodeclass", operator: "In", values: ["default"] },
          { key: "node.kubernetes.io/instance-type", operator: "In", values: ["fake-it-1"] },
          { key: "team", operator: "In", values: ["a"] },
          { key: "tier", operator: "In", values: ["x", "y"] },
        ],
      },
    });
  });
});
