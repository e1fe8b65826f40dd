import { describe, expect, it } from "vitest";
import { provision } from "../provisioning/provision.ts";
import { requirementIn } from "../requirements/requirement.ts";
import type { ClusterEvent } from "../cluster/events.ts";
import { multiNodeConsolidation } from "./upstream-consolidation.ts";
import { bothWays, disrupt, keptBecause, movesIn, upstreamMethods } from "../../../test/builders/disrupt.ts";
import {
  everything,
  layout,
  layoutNow,
  layoutPool,
  type LayoutParts,
  machineType,
  podBudget,
} from "../../../test/builders/layout.ts";

const reservationKey = "karpenter.k8s.aws/capacity-reservation-id";
const small = machineType("small", { cpu: "2", price: 0.5 });
const large = machineType("large", { cpu: "8", price: 2 });

const of = (nodes: LayoutParts["nodes"], parts: Partial<LayoutParts> = {}) =>
  layout({ types: [small, large], nodes, ...parts });

const oversized = { type: "large", pods: [{}] };

/** `count` spot types from s00 on, each a cent dearer, and a large one. */
const spotTypes = (count: number) => [
  ...Array.from({ length: count }, (_, i) =>
    machineType(`s${String(i).padStart(2, "0")}`, { cpu: "2", offerings: [["a", "spot", 0.1 + i / 100]] }),
  ),
  machineType("large", { cpu: "8", offerings: [["a", "spot", 2]] }),
];

const onSpot = { type: "large", capacityType: "spot", pods: [{}] };
const withGate = { settings: { spotToSpot: true } };

describe.each(bothWays)("%s: nodes that something cheaper can replace", (_, methods) => {
  it("[lifecycle R1] a large machine with a small pod is exchanged, never for its own type", () => {
    const plan = disrupt(of({ a: oversized }), { methods });
    expect(movesIn(plan)).toEqual(["a -> small"]);
    expect(plan.commands[0]?.replacements[0]?.instanceTypes).toEqual(["small"]);
  });

  it("[lifecycle R1] with the gate, so is a spot machine with cheaper types enough", () => {
    const plan = disrupt(of({ a: onSpot }, { types: spotTypes(20) }), { methods, ...withGate });
    expect(movesIn(plan)).toEqual(["a -> s00"]);
  });

  it("[lifecycle R2] without the gate a spot machine stays, and it is told", () => {
    const plan = disrupt(of({ a: onSpot }, { types: spotTypes(20) }), { methods });
    expect(movesIn(plan)).toEqual([]);
    expect(keptBecause(plan, "a").texts).toContain("SpotToSpotConsolidation");
  });

  it("[lifecycle R2] with the gate, fewer than 15 cheaper types are told with their number", () => {
    const plan = disrupt(of({ a: onSpot }, { types: spotTypes(14) }), { methods, ...withGate });
    expect(movesIn(plan)).toEqual([]);
    expect(keptBecause(plan, "a").texts).toMatch(/15 cheaper .*14/);
  });

  it("[lifecycle R3] a machine among the 15 cheapest stays", () => {
    const on = { ...onSpot, type: "s14" };
    expect(movesIn(disrupt(of({ a: on }, { types: spotTypes(20) }), { methods, ...withGate }))).toEqual([]);
  });

  it("[lifecycle R4] the 15 cheapest are kept, in order of price", () => {
    const [command] = disrupt(of({ a: onSpot }, { types: spotTypes(20) }), { methods, ...withGate }).commands;
    const expected = Array.from({ length: 15 }, (__, i) => `s${String(i).padStart(2, "0")}`);
    expect(command?.replacements[0]?.instanceTypes).toEqual(expected);
  });

  it.each([
    [16, 16],
    [5, 15],
  ])("[lifecycle R5] minValues %s keeps %s types", (minValues, kept) => {
    const requirements = [{ key: "node.kubernetes.io/instance-type", operator: "Exists", minValues } as const];
    const parts = { types: spotTypes(20), pools: [layoutPool("default", { requirements })] };
    const [command] = disrupt(of({ a: onSpot }, parts), { methods, ...withGate }).commands;
    expect(command?.replacements[0]?.instanceTypes.length).toBe(kept);
  });

  it.each(["Strict", "BestEffort"] as const)(
    "[lifecycle R6] minValues that the price filter breaks hold under %s",
    (minValuesPolicy) => {
      const requirements = [{ key: "node.kubernetes.io/instance-type", operator: "Exists", minValues: 2 } as const];
      const plan = disrupt(of({ a: oversized }, { pools: [layoutPool("default", { requirements })] }), {
        methods,
        settings: { provisioning: { minValuesPolicy } },
      });
      expect(movesIn(plan)).toEqual([]);
      expect(keptBecause(plan, "a").texts).toContain("node.kubernetes.io/instance-type");
    },
  );

  it("[lifecycle R9] in a pool of on-demand machines a type that is cheaper as spot alone does not replace", () => {
    const dear = machineType("dear", {
      cpu: "2",
      offerings: [
        ["a", "on-demand", 2.4],
        ["a", "spot", 0.2],
      ],
    });
    const requirements = [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] } as const];
    const parts = { types: [dear, large], pools: [layoutPool("default", { requirements })] };
    expect(movesIn(disrupt(of({ a: oversized }, parts), { methods }))).toEqual([]);
  });

  it("[lifecycle R12] with one pod of a zonal spread in each zone the replacement stays in its zone", () => {
    const constraint = {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "spread" } },
    } as const;
    const pods = [{ labels: { app: "spread" }, spec: { topologySpreadConstraints: [constraint] } }];
    const nodes = { a: { type: "small", zone: "a", pods }, b: { type: "large", zone: "b", pods } };
    const plan = disrupt(of(nodes), { methods });
    expect(movesIn(plan)).toEqual(["b -> small"]);
    expect(plan.commands[0]?.replacements[0]?.cheapest.zone).toBe("b");
  });

  it("[lifecycle R14] windows close destinations that exist, not new nodes", () => {
    const pools = [layoutPool("default", { disruption: { consolidateAfter: "1m", budgets: [{ nodes: "100%" }] } })];
    expect(movesIn(disrupt(of({ a: oversized }, { pools }), { methods }))).toEqual(["a -> small"]);
  });

  it("[lifecycle R38] a pool at its limit replaces, since what goes is not counted", () => {
    const pools = [layoutPool("default", { spec: { limits: { cpu: "8" } } })];
    expect(movesIn(disrupt(of({ a: oversized }, { pools }), { methods }))).toEqual(["a -> small"]);
  });

  it("[lifecycle E7] a pending pod that needs the room keeps the machine", () => {
    const huge = machineType("huge", { cpu: "64", price: 6 });
    const snapshot = of({ a: { type: "huge", pods: [{}] } }, { types: [small, huge], pending: [{ cpu: "62" }] });
    expect(movesIn(disrupt(snapshot, { methods }))).toEqual([]);
  });
});

describe("reservations, volumes and pods that come meanwhile", () => {
  it.each([
    ["1", 0],
    ["2", 1],
  ])("[lifecycle R18] a pod of %s CPU that comes while a replacement starts asks for %s machines", (cpu, machines) => {
    const snapshot = of({ a: oversized, r: { type: "small", initialized: false } }, { pending: [{ cpu }] });
    const nodes = snapshot.nodes.map((node) => (node.name === "a" ? { ...node, markedForDeletion: true } : node));
    expect(provision({ ...snapshot, nodes }, { now: layoutNow }).claims.length).toBe(machines);
  });

  const reserved = (name: string, id: string, price: number) => {
    const type = machineType(name, { cpu: "2", offerings: [["a", "reserved", price]] });
    return {
      ...type,
      offerings: type.offerings.map((offering) => ({
        ...offering,
        reservationId: id,
        reservationCapacity: 1,
        requirements: new Map([...offering.requirements, [reservationKey, requirementIn(reservationKey, id)] as const]),
      })),
      requirements: new Map([...type.requirements, [reservationKey, requirementIn(reservationKey, id)] as const]),
    };
  };

  it.each(["on-demand", "spot"])(
    "[lifecycle R10] a reservation with room replaces a machine that is %s",
    (capacityType) => {
      const held = { ...oversized, capacityType };
      const both = machineType("large", {
        cpu: "8",
        offerings: [
          ["a", "on-demand", 2],
          ["a", "spot", 1],
        ],
      });
      const [command] = disrupt(of({ a: held }, { types: [reserved("r", "cr-1", 0.0001), both] })).commands;
      expect(command?.replacements[0]?.cheapest).toMatchObject({ capacityType: "reserved", price: 0.0001 });
    },
  );

  it("[lifecycle R11] a cheaper reservation replaces a reserved machine", () => {
    const types = [reserved("r", "cr-1", 0.0001), reserved("big", "cr-2", 0.0002)];
    const [command] = disrupt(of({ a: { type: "big", capacityType: "reserved", pods: [{}] } }, { types })).commands;
    expect(command?.replacements[0]?.cheapest.instanceType).toBe("r");
  });

  it("[lifecycle R13] a volume of the node itself does not hold its pod there", () => {
    const volume = {
      metadata: { name: "local" },
      apiVersion: "v1",
      kind: "PersistentVolume",
      spec: {
        local: { path: "/x" },
        capacity: {},
        accessModes: [],
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["a"] }] },
            ],
          },
        },
      },
    };
    const claim = {
      metadata: { name: "data", namespace: "default", annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      spec: { volumeName: "local", accessModes: [] },
    };
    const events = [
      { type: "upsert", kind: "PersistentVolume", object: volume },
      { type: "upsert", kind: "PersistentVolumeClaim", object: claim },
    ] as unknown as readonly ClusterEvent[];
    const pods = [{ spec: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] } }];
    expect(movesIn(disrupt(of({ a: { type: "large", pods } }, { events })))).toEqual(["a -> small"]);
  });

  it("[lifecycle E11] a node with a pod is not empty, and is replaced where that is cheaper", () => {
    const plan = disrupt(of({ a: oversized }));
    expect(plan.commands.map(({ method }) => method)).toEqual(["consolidation"]);
    expect(movesIn(plan)).toEqual(["a -> small"]);
  });

  it("[lifecycle R7] minValues that dropping the same types would break refuse the set, and nothing breaks", () => {
    const requirements = [{ key: "node.kubernetes.io/instance-type", operator: "Exists", minValues: 2 } as const];
    const parts = { pools: [layoutPool("default", { requirements })] };
    const nodes = { a: { type: "small", pods: [{ cpu: "900m" }] }, b: { type: "large", pods: [{ cpu: "900m" }] } };
    expect(movesIn(disrupt(of(nodes, parts), { methods: [multiNodeConsolidation] }))).toEqual([]);
  });

  it("[lifecycle R19] a node that pods of a leaving node are expected on is left alone", () => {
    const gone = { claim: { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } } };
    const nodes = { a: oversized, b: { type: "large", pods: [{ cpu: "6" }], ...gone } };
    const plan = disrupt(of(nodes));
    expect(movesIn(plan)).toEqual([]);
    expect(keptBecause(plan, "a").code).toBe("expected");
  });
});

describe("prices of launches", () => {
  const spotPrices = machineType("mixed", {
    cpu: "2",
    offerings: [
      ["a", "spot", 1],
      ["b", "spot", 0.2],
      ["c", "spot", 0.4],
    ],
  });
  const half = machineType("half", { cpu: "8", offerings: [["a", "on-demand", 0.5]] });
  const snapshot = of({ a: { type: "half", pods: [{}] } }, { types: [spotPrices, half] });

  it("[lifecycle R8] upstream drops a type that may launch too dear in some zone", () => {
    expect(movesIn(disrupt(snapshot, { methods: upstreamMethods }))).toEqual([]);
  });

  it("[lifecycle 8.7] [lifecycle O7] ours narrows the claim to the zones in which it is cheaper", () => {
    const [command] = disrupt(snapshot).commands;
    const zones = command?.replacements[0]?.claim.spec.requirements.find(
      ({ key }) => key === "topology.kubernetes.io/zone",
    );
    expect(zones?.values).toEqual(["b", "c"]);
  });

  it("[lifecycle 8.8] where spot is sold out, cheaper on-demand is bought", () => {
    const types = [
      machineType("small", {
        cpu: "2",
        offerings: [
          ["a", "on-demand", 0.5],
          ["a", "spot", 3],
        ],
      }),
      large,
    ];
    const [command] = disrupt(of({ a: oversized }, { types })).commands;
    expect(command?.replacements[0]?.cheapest).toMatchObject({ capacityType: "on-demand", price: 0.5 });
    const allowed = command?.replacements[0]?.claim.spec.requirements.find(
      ({ key }) => key === "karpenter.sh/capacity-type",
    );
    expect(allowed?.values).toEqual(["on-demand"]);
  });
});

it("[lifecycle M8] a pod budget without room keeps a machine from being replaced", () => {
  const snapshot = of(
    { a: { type: "large", pods: [{ labels: { app: "x" } }] } },
    { budgets: [podBudget("x", { maxUnavailable: 0 }, 0)], pools: [layoutPool("default", { disruption: everything })] },
  );
  expect(keptBecause(disrupt(snapshot), "a").code).toBe("budget-blocks-pod");
});
