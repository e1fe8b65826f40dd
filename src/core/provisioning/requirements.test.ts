import { describe, expect, it } from "vitest";
import type { NodeSelectorRequirement, PodSpec } from "../../api/index.ts";
import { labels } from "../../api/index.ts";
import { defaultTypes, instanceType, ladderTypes, offering } from "../../../test/builders/instance-types.ts";
import { pod } from "../../../test/builders/pods.ts";
import {
  nodePool,
  type PoolChange,
  snapshot,
  type SnapshotParts,
  testOptions,
} from "../../../test/builders/snapshot.ts";
import { verifyPlan } from "../../../test/oracle/verify-plan.ts";
import type { ProvisioningOptions } from "./options.ts";
import { provision } from "./provision.ts";

type Expression = NodeSelectorRequirement;

const required = (...terms: readonly (readonly Expression[])[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
      },
    },
  },
});

const preferred = (...terms: readonly (readonly [weight: number, expression: Expression])[]) =>
  terms.map(([weight, expression]) => ({ weight, preference: { matchExpressions: [expression] } }));

const prefers = (terms: ReturnType<typeof preferred>, also: Partial<PodSpec> = {}): Partial<PodSpec> => ({
  ...also,
  affinity: {
    ...also.affinity,
    nodeAffinity: { ...also.affinity?.nodeAffinity, preferredDuringSchedulingIgnoredDuringExecution: terms },
  },
});

const zoneIn = (...values: readonly string[]): Expression => ({ key: labels.zone, operator: "In", values });

/** Plans one pod and has the oracle look at it. */
function planOne(
  spec: Partial<PodSpec>,
  pool: PoolChange = {},
  more: SnapshotParts & { readonly options?: ProvisioningOptions } = {},
) {
  const taken = snapshot({ pools: [nodePool("default", pool)], pods: [pod("web", { spec })], ...more });
  const plan = provision(taken, { ...testOptions, ...more.options });
  expect(verifyPlan(taken, plan)).toEqual([]);
  return plan;
}

const zoneOf = (plan: ReturnType<typeof planOne>) => plan.claims[0]?.cheapest.zone;

describe.each([
  ["labels", { labels: { team: "a" } }],
  ["requirements", { requirements: [{ key: "team", operator: "In" as const, values: ["a"] }] }],
])("a pool that says team=a by its %s", (_, pool) => {
  const at = (operator: Expression["operator"], ...values: string[]) =>
    planOne(required([{ key: "team", operator, ...(values.length > 0 ? { values } : {}) }]), pool).claims[0]?.claim
      .metadata.labels?.["team"];

  it("[scheduling B21] labels the nodes of plain pods", () => {
    expect(planOne({}, pool).claims[0]?.claim.metadata.labels?.["team"]).toBe("a");
  });

  it("[scheduling B22] takes no pod of another team", () => {
    expect(planOne({ nodeSelector: { team: "b" } }, pool).unplaced[0]?.message).toContain(
      "incompatible requirements, key team, team In [b] not in team In [a]",
    );
  });

  it("[scheduling B25] [scheduling B26] judges every operator", () => {
    expect([at("NotIn", "a"), at("NotIn", "b"), at("Exists"), at("DoesNotExist")]).toEqual([
      undefined,
      "a",
      "a",
      undefined,
    ]);
  });
});

describe("labels that the pool does not define", () => {
  it.each([
    ["In", ["a"], 0],
    ["Exists", undefined, 0],
    ["NotIn", ["a"], 1],
    ["DoesNotExist", undefined, 1],
  ] as const)("[scheduling B23] %s gives %s, %i claims", (operator, values, claims) => {
    const expression = { key: "team", operator, ...(values === undefined ? {} : { values }) };
    expect(planOne(required([expression])).claims.length).toBe(claims);
  });

  it.each([
    ["DoesNotExist", undefined],
    ["NotIn", ["a"]],
  ] as const)(
    "are still asked for where %s stands beside Exists, alone and with other terms to go to",
    (operator, values) => {
      const wanted: Expression = { key: "team", operator: "Exists" };
      const other: Expression = { key: "team", operator, ...(values === undefined ? {} : { values }) };
      const plan = planOne(required([wanted, other]));
      expect(plan.unplaced[0]?.message).toContain('label "team" does not have known values');
      expect(planOne(required([other, wanted])).claims).toEqual([]);
      expect(planOne(required([wanted, other], [zoneIn("test-zone-2")])).claims.length).toBe(1);
    },
  );

  it("[scheduling B36] hints at the label that was meant", () => {
    expect(planOne({ nodeSelector: { zone: "test-zone-1" } }).unplaced[0]?.message).toContain(
      'label "zone" does not have known values (typo of "topology.kubernetes.io/zone"?)',
    );
  });

  it("[scheduling B35] takes the old name of the zone label for the new one", () => {
    expect(zoneOf(planOne({ nodeSelector: { "failure-domain.beta.kubernetes.io/zone": "test-zone-2" } }))).toBe(
      "test-zone-2",
    );
  });
});

describe("values of a pool's key", () => {
  const pool = { requirements: [{ key: "team", operator: "In" as const, values: ["a", "b"] }] };

  it("[scheduling B24] are narrowed by the pod", () => {
    expect(planOne({ nodeSelector: { team: "a" } }, pool).claims[0]?.claim.metadata.labels?.["team"]).toBe("a");
  });

  it.each([
    [["a", "b"], 2],
    [["a", "a"], 1],
  ])("[scheduling B27] pods of %s need %i nodes", (teams, nodes) => {
    const pods = teams.map((team, i) => pod(`web-${i}`, { spec: { nodeSelector: { team } } }));
    expect(provision(snapshot({ pools: [nodePool("default", pool)], pods }), testOptions).claims.length).toBe(nodes);
  });

  it("[scheduling B28] zones of the pool bind its pods", () => {
    const inZone2 = { requirements: [zoneIn("test-zone-2")] };
    expect([
      zoneOf(planOne({}, inZone2)),
      zoneOf(planOne({ nodeSelector: { [labels.zone]: "test-zone-1" } }, inZone2)),
    ]).toEqual(["test-zone-2", undefined]);
  });

  it("[scheduling B29] a zone that does not exist is none", () => {
    expect(planOne({ nodeSelector: { [labels.zone]: "unknown" } }).claims).toEqual([]);
  });

  it.each([
    ["Gt", "8", "16"],
    ["Lt", "8", "2"],
    ["Gte", "16", "16"],
    ["Lte", "2", "2"],
  ] as const)("[scheduling B30] integer %s %s launches %s cpus", (operator, bound, cpus) => {
    const plan = planOne({}, { requirements: [{ key: "integer", operator, values: [bound] }] });
    const type = defaultTypes().find(({ name }) => name === plan.claims[0]?.cheapest.instanceType);
    expect(String((type?.capacity["cpu"] ?? 0) / 1000)).toBe(cpus);
  });

  it("[scheduling B37] bounds are written as Gte and Lte", () => {
    const plan = planOne(
      {},
      {
        requirements: [
          { key: "integer", operator: "Gt", values: ["3"] },
          { key: "integer", operator: "Lt", values: ["9"] },
        ],
      },
    );
    expect(plan.claims[0]?.claim.spec.requirements.filter(({ key }) => key === "integer")).toEqual([
      { key: "integer", operator: "Gte", values: ["4"] },
      { key: "integer", operator: "Lte", values: ["8"] },
    ]);
  });
});

describe("required and preferred terms", () => {
  it.each([
    [
      "B31",
      prefers(preferred([1, zoneIn("test-zone-2")]), required([zoneIn("test-zone-1", "test-zone-2")])),
      "test-zone-2",
    ],
    ["B31", prefers(preferred([1, zoneIn("unknown")]), required([zoneIn("test-zone-1")])), "test-zone-1"],
    ["B32", required([{ key: labels.zone, operator: "NotIn", values: ["test-zone-1", "test-zone-2"] }]), "test-zone-3"],
    [
      "B32",
      required([{ key: labels.zone, operator: "NotIn", values: ["test-zone-1", "test-zone-2", "test-zone-3"] }]),
      undefined,
    ],
    [
      "B33",
      {
        ...prefers(
          preferred([1, zoneIn("test-zone-1", "test-zone-2", "test-zone-3", "unknown")]),
          required([zoneIn("test-zone-1", "test-zone-2", "test-zone-3")]),
        ),
        nodeSelector: { [labels.zone]: "test-zone-3" },
      },
      "test-zone-3",
    ],
    ["C43", required([zoneIn("unknown")]), undefined],
    [
      "C44",
      required([zoneIn("bad")], [zoneIn("worse")], [zoneIn("test-zone-1")], [zoneIn("test-zone-2")]),
      "test-zone-1",
    ],
    ["C46", prefers(preferred([50, zoneIn("unknown")], [1, zoneIn("test-zone-2")])), "test-zone-2"],
    ["C47", prefers(preferred([1, zoneIn("test-zone-1")]), required([zoneIn("test-zone-3")])), "test-zone-3"],
  ] as const)("[scheduling %s] settle the zone: %#", (_, spec, zone) => {
    expect(zoneOf(planOne(spec as Partial<PodSpec>))).toBe(zone);
  });

  it.each([
    ["C45", preferred([1, zoneIn("unknown")], [50, zoneIn("nowhere")])],
    ["C48", preferred([1, zoneIn("test-zone-1")], [1, zoneIn("test-zone-2")])],
  ])("[scheduling %s] are dropped one by one until the pod fits", (_, terms) => {
    expect(planOne(prefers(terms)).claims.length).toBe(1);
  });

  it("[scheduling C48] that contradict each other are tried one at a time, of equal weights the first as written", () => {
    const terms = preferred([1, zoneIn("test-zone-3")], [1, zoneIn("test-zone-2")]);
    expect(zoneOf(planOne(prefers(terms)))).toBe("test-zone-3");
  });

  it("[scheduling B34] hold together over zones and types", () => {
    const spec = {
      nodeSelector: { [labels.instanceType]: "default-instance-type" },
      ...prefers(preferred([1, zoneIn("test-zone-2")]), required([zoneIn("test-zone-1", "test-zone-2")])),
    };
    expect(planOne(spec).claims[0]?.cheapest).toMatchObject({
      instanceType: "default-instance-type",
      zone: "test-zone-2",
    });
  });

  it("[scheduling C51] are not looked at under the Ignore policy", () => {
    const offerings = [offering("test-zone-1", "on-demand", 1), offering("test-zone-2", "on-demand", 2)];
    const types = [instanceType("only", { offerings })];
    const spec = prefers(preferred([1, zoneIn("test-zone-2")]));
    const ignored = planOne(spec, {}, { types, options: { preferencePolicy: "Ignore" } });
    expect([zoneOf(ignored), zoneOf(planOne(spec, {}, { types }))]).toEqual(["test-zone-1", "test-zone-2"]);
  });
});

describe("taints", () => {
  const taints = [{ key: "team", value: "a", effect: "NoSchedule" }] as const;

  it.each([
    ["Exists", { key: "team", operator: "Exists" }, 1],
    ["Equal", { key: "team", operator: "Equal", value: "a" }, 1],
    ["Exists with effect", { key: "team", operator: "Exists", effect: "NoSchedule" }, 1],
    ["Equal to another value", { key: "team", operator: "Equal", value: "b" }, 0],
  ] as const)("[scheduling M187] of the pool let pods in by %s", (_, toleration, claims) => {
    expect(planOne({ tolerations: [toleration] }, { taints }).claims.length).toBe(claims);
  });

  it("[scheduling M187] of the pool keep pods out otherwise", () => {
    expect(planOne({}, { taints }).unplaced[0]?.message).toBe(
      'Failed to schedule pod, incompatible with nodepool "default", daemonset overhead={}, did not tolerate taint (taint=team=a:NoSchedule)',
    );
  });

  it("[scheduling M188] that go at start keep nobody out", () => {
    const plan = planOne({}, { startupTaints: taints });
    expect(plan.claims[0]?.claim.spec.startupTaints).toEqual(taints);
  });

  it("[scheduling Q214] are all named, without a value where there is none", () => {
    const two = [
      { key: "a", effect: "NoSchedule" },
      { key: "b", effect: "NoExecute" },
    ] as const;
    expect(planOne({}, { taints: two }).unplaced[0]?.message).toBe(
      'Failed to schedule pod, incompatible with nodepool "default", daemonset overhead={}, did not tolerate taint (taint=a:NoSchedule); did not tolerate taint (taint=b:NoExecute)',
    );
  });

  it("[scheduling C49] that only prefer are given way to last", () => {
    const soft = [{ key: "team", effect: "PreferNoSchedule" }] as const;
    expect(planOne(prefers(preferred([1, zoneIn("unknown")])), { taints: soft }).claims.length).toBe(1);
  });

  it("[scheduling C50] that only prefer send the pod to another pool first", () => {
    const pools = [
      nodePool("soft", { weight: 50, taints: [{ key: "team", effect: "PreferNoSchedule" }] }),
      nodePool("open"),
    ];
    const plan = provision(snapshot({ pools, pods: [pod("web")] }), testOptions);
    expect(plan.claims.map(({ poolKey }) => poolKey.name)).toEqual(["open"]);
  });
});

describe("instance types", () => {
  it.each([
    ["D59", { nodeSelector: { [labels.instanceType]: "arm-instance-type" } }],
    ["D60", { nodeSelector: { [labels.os]: "ios" } }],
  ])("[scheduling %s] are only those that the pod selects", (_, spec) => {
    expect(planOne(spec).claims[0]?.instanceTypes).toEqual(["arm-instance-type"]);
  });

  it("[scheduling D61] are only those that the pool allows", () => {
    expect(
      planOne({}, { requirements: [{ key: labels.arch, operator: "In", values: ["arm64"] }] }).claims[0]?.instanceTypes,
    ).toEqual(["arm-instance-type"]);
  });

  it.each([
    [labels.arch, "amd64", "arm64"],
    [labels.os, "linux", "windows"],
    [labels.zone, "test-zone-1", "test-zone-2"],
    [labels.instanceType, "small-instance-type", "default-instance-type"],
  ])("[scheduling D58] pods that select different values of %s get nodes of their own", (key, a, b) => {
    const pods = [a, b].map((value) => pod(value, { spec: { nodeSelector: { [key]: value } } }));
    expect(provision(snapshot({ pods }), testOptions).claims.length).toBe(2);
  });

  it.each([
    ["large", { size: "large" }, "arm-instance-type"],
    ["small", { size: "small" }, "small-instance-type"],
  ])("[scheduling D64] size %s filters them", (_, nodeSelector, cheapest) => {
    expect(planOne({ nodeSelector }).claims[0]?.cheapest.instanceType).toBe(cheapest);
  });

  it("[scheduling D64] [scheduling D65] that are large are special", () => {
    const special = (operator: Expression["operator"], more: Partial<PodSpec> = {}) =>
      planOne({ ...required([{ key: "special", operator }]), ...more }).claims.length;
    expect([
      special("Exists"),
      special("DoesNotExist"),
      special("DoesNotExist", { nodeSelector: { size: "large" } }),
    ]).toEqual([1, 1, 0]);
  });

  it("[scheduling D66] of a large catalogue are in order of price, all of them good", () => {
    const plan = planOne({}, {}, { types: ladderTypes(200).toReversed() });
    expect(plan.claims[0]?.instanceTypes.slice(0, 3)).toEqual(["fake-it-0", "fake-it-1", "fake-it-2"]);
  });

  it("[scheduling D70] are compared by what the pool may buy", () => {
    const types = [
      instanceType("a", { offerings: [offering("test-zone-1", "on-demand", 1), offering("test-zone-1", "spot", 0.2)] }),
      instanceType("b", {
        offerings: [offering("test-zone-1", "on-demand", 1.3), offering("test-zone-1", "spot", 0.1)],
      }),
    ];
    const onDemand = { requirements: [{ key: labels.capacityType, operator: "In" as const, values: ["on-demand"] }] };
    expect(planOne({}, onDemand, { types }).claims[0]?.cheapest).toMatchObject({ instanceType: "a", price: 1 });
  });

  it("[scheduling D71] that are larger and cheaper are launched", () => {
    const at = (price: number) => [offering("test-zone-1", "on-demand", price)];
    const types = [
      instanceType("large", { cpu: "16", offerings: at(1) }),
      instanceType("medium", { cpu: "8", offerings: at(2) }),
      instanceType("small", { offerings: at(3) }),
    ];
    expect(planOne({}, {}, { types }).claims[0]?.instanceTypes).toEqual(["large", "medium", "small"]);
  });

  it("[scheduling D74] that a pool's requirements leave none of are named so", () => {
    const pool = { requirements: [{ key: labels.instanceType, operator: "In" as const, values: ["unknown"] }] };
    expect(planOne({}, pool).unplaced[0]?.message).toBe(
      "Failed to schedule pod, nodepool requirements filtered out all available instance types",
    );
  });

  it("[scheduling Q217] without an offering in the zone are told as lacking resources or offering", () => {
    const offerings = [
      offering("test-zone-1", "on-demand", 1, { available: false }),
      offering("test-zone-2", "on-demand", 1),
    ];
    const types = [instanceType("only", { offerings })];
    const [left] = planOne({ nodeSelector: { [labels.zone]: "test-zone-1" } }, {}, { types }).unplaced;
    expect(left?.message).toMatch(
      /no instance type (met the scheduling requirements or had enough resources|had enough resources) or had a required offering/,
    );
  });
});

describe("offering overrides", () => {
  const deviceOffering = (available: boolean) =>
    offering("test-zone-2", "on-demand", 2, { available, capacityOverride: { "example.com/device": 1 } });
  const types = (available = true) => [
    instanceType("plain"),
    instanceType("special", { offerings: [offering("test-zone-1", "on-demand", 1), deviceOffering(available)] }),
  ];
  const wantsDevice: Partial<PodSpec> = {
    containers: [{ name: "app", resources: { requests: { "example.com/device": "1" } } }],
  };

  it("[scheduling D72] keep the types that have the resource in some offering", () => {
    const taken = snapshot({ types: types(), pods: [pod("web", { spec: wantsDevice })] });
    expect(provision(taken, testOptions).claims[0]?.instanceTypes).toEqual(["special"]);
  });

  it("[scheduling D73] do not help when that offering cannot be had", () => {
    const taken = snapshot({ types: types(false), pods: [pod("web", { spec: wantsDevice })] });
    expect(provision(taken, testOptions).claims).toEqual([]);
  });
});
