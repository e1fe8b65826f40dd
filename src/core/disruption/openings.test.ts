/** What repacking finds that upstream cannot (lifecycle 8). */
import { describe, expect, it } from "vitest";
import { disrupt, keptBecause, movesIn, ourMethods, upstreamMethods } from "../../../test/builders/disrupt.ts";
import {
  everything,
  layout,
  layoutNow,
  layoutPool,
  type LayoutParts,
  machineType,
  type NodeGiven,
  podBudget,
} from "../../../test/builders/layout.ts";
import { noMoves, rememberMoves } from "./move-memory.ts";
import { planDisruption } from "./pipeline.ts";
import { multiNodeConsolidation } from "./upstream-consolidation.ts";

/** Types of the chapter's calculation: allocatable of vCPU - 0.12 and memory x 0.93 - 0.6 GiB. */
const model = (
  [
    ["c7i.xlarge", 4, 8, 0.1785],
    ["c7i.2xlarge", 8, 16, 0.357],
    ["m7i.2xlarge", 8, 32, 0.4032],
    ["m7i.4xlarge", 16, 64, 0.8064],
    ["r7i.large", 2, 16, 0.1323],
    ["r7i.xlarge", 4, 32, 0.2646],
  ] as const
).map(([name, cpu, memory, price]) =>
  machineType(name, { cpu: `${cpu * 1000 - 120}m`, memory: `${Math.floor((memory * 0.93 - 0.6) * 1024)}Mi`, price }),
);

const a = { cpu: "1500m", memory: "13Gi" };
const b = { cpu: "3800m", memory: "6656Mi" };
const c7i = { cpu: "2600m", memory: "4618Mi" };

const of = (nodes: LayoutParts["nodes"], parts: Partial<LayoutParts> = {}) => layout({ types: model, nodes, ...parts });
const many = (count: number, given: (index: number) => NodeGiven): LayoutParts["nodes"] =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${String(i).padStart(2, "0")}`, given(i)]));

describe("moves that upstream never finds", () => {
  it("[lifecycle 8.1] one machine becomes two that cost less", () => {
    const snapshot = of({ n: { type: "m7i.2xlarge", pods: [a, b] } });
    expect(movesIn(disrupt(snapshot, { methods: upstreamMethods }))).toEqual([]);
    expect(movesIn(disrupt(snapshot))).toEqual(["n -> c7i.xlarge, r7i.large"]);
  });

  it("[lifecycle 8.2] [lifecycle O4] two become two others", () => {
    const snapshot = of(many(2, () => ({ type: "m7i.2xlarge", pods: [a, b] })));
    expect(movesIn(disrupt(snapshot, { methods: upstreamMethods }))).toEqual([]);
    const [command] = disrupt(snapshot).commands;
    expect(command?.savingPerHour).toBeCloseTo(0.8064 - 0.6216, 2);
  });

  it.each([3, 5, 6, 7, 12, 13, 14, 15])(
    "[lifecycle 8.3] [lifecycle O1] of %s equal machines the set that pays is found",
    (count) => {
      const snapshot = of(
        many(count, () => ({ type: "c7i.xlarge", pods: [c7i] })),
        {
          types: model.filter(({ name }) => name.startsWith("c7i") || name.startsWith("m7i")),
        },
      );
      const upstream = disrupt(snapshot, { methods: [multiNodeConsolidation] }).commands[0]?.savingPerHour ?? 0;
      const ours = disrupt(snapshot).commands[0]?.savingPerHour ?? 0;
      expect(ours).toBeGreaterThan(0);
      expect(ours).toBeGreaterThanOrEqual(upstream - 1e-9);
    },
  );

  it("[lifecycle 8.4] [lifecycle O2] groups that cannot mix are merged each by itself", () => {
    const types = ["amd64", "arm64"].flatMap((arch) => [
      machineType(`${arch}-s`, { cpu: "4", arch, price: 1 }),
      machineType(`${arch}-l`, { cpu: "8", arch, price: 2 }),
    ]);
    const snapshot = layout({
      types,
      nodes: many(6, (i) => {
        const arch = i % 2 === 0 ? "amd64" : "arm64";
        return { type: `${arch}-s`, pods: [{ cpu: "2600m", spec: { nodeSelector: { "kubernetes.io/arch": arch } } }] };
      }),
    });
    expect(movesIn(disrupt(snapshot, { methods: upstreamMethods }))).toEqual([]);
    expect(disrupt(snapshot).commands[0]?.savingPerHour).toBeCloseTo(2);
  });

  it("[lifecycle 8.5] [lifecycle O3] [lifecycle O5] a budget of two finds the two that merge", () => {
    const pools = [layoutPool("default", { disruption: { ...everything, budgets: [{ nodes: "2" }] } })];
    const types = [machineType("s", { cpu: "4", price: 1 }), machineType("l", { cpu: "8", price: 1.5 })];
    const snapshot = layout({
      types,
      pools,
      nodes: many(10, (i) => ({
        type: "s",
        pods: [{ cpu: i === 3 || i === 7 ? "3900m" : "4", memory: i === 3 || i === 7 ? "1Gi" : "501Gi" }],
      })),
    });
    const [command] = disrupt(snapshot).commands;
    expect(command?.candidates.map(({ node }) => node.name).sort()).toEqual(["n03", "n07"]);
  });

  it("[lifecycle 8.6] [lifecycle O6] equal prices merge once a machine costs something by itself", () => {
    const types = [machineType("s", { cpu: "4", price: 1 }), machineType("l", { cpu: "8", price: 2 })];
    const snapshot = layout({ types, nodes: many(2, () => ({ type: "s", pods: [{ cpu: "3" }] })) });
    expect(movesIn(disrupt(snapshot))).toEqual([]);
    const charged = { settings: { provisioning: { nodeChargePerHour: 0.01 } } };
    expect(movesIn(disrupt(snapshot, charged))).toEqual(["n00, n01 -> l"]);
  });
});

describe("spot for spot", () => {
  const sizes = [1, 2, 4, 8, 16, 32];
  const families = ["c", "m"];
  const spotTypes = sizes.flatMap((size) =>
    families.map((family, at) => {
      const price = size * (1 + at * 0.05) * 0.02;
      const offerings = ["a", "b", "z"].map((zone) => [zone, "spot", price] as const);
      return machineType(`${family}${String(size).padStart(2, "0")}`, { cpu: `${size * 4}`, offerings });
    }),
  );
  const idle = (type: string) =>
    layout({ types: spotTypes, nodes: { a: { type, capacityType: "spot", pods: [{ cpu: "15" }] } } });
  const risk = { settings: { spotToSpot: true, spotChoice: "risk" } } as const;

  it("[lifecycle 8.9] [lifecycle O8] in a pool of 12 types an idle machine goes once, and what comes does not go again", () => {
    expect(spotTypes.length).toBe(12);
    expect(movesIn(disrupt(idle("m32"), { settings: { spotToSpot: true } }))).toEqual([]);
    const [command] = disrupt(idle("m32"), risk).commands;
    expect(command?.replacements[0]?.instanceTypes).toEqual(["c04", "m04"]);
    for (const type of command?.replacements[0]?.instanceTypes ?? [])
      expect(movesIn(disrupt(idle(type), risk))).toEqual([]);
  });

  it("[lifecycle O8] a saving that is not worth the risk is none: too little, from too few pools, or with pods too dear to lose", () => {
    const stays = (snapshot: ReturnType<typeof layout>, given: object = risk) =>
      keptBecause(disrupt(snapshot, given), "a");
    expect(stays(idle("m04"))).toMatchObject({ code: "spot-to-spot" });
    const lone = machineType("lone", { cpu: "16", offerings: [["a", "spot", 0.01]] });
    const many = layout({
      types: [...spotTypes, lone],
      nodes: { a: { type: "c08", capacityType: "spot", pods: [{ cpu: "15" }] } },
    });
    expect(stays(many)).toMatchObject({ code: "spot-to-spot", texts: expect.stringContaining("capacity pools") });
    const dear = { settings: { ...risk.settings, moveCostPerHour: 1_000 } };
    expect(movesIn(disrupt(idle("m32"), dear))).toEqual([]);
  });
});

describe("preferences", () => {
  const podAffinityTerm = { labelSelector: { matchLabels: { app: "apart" } }, topologyKey: "kubernetes.io/hostname" };
  const term = { weight: 1, podAffinityTerm };
  const affinity = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [term] } };
  const apart = { labels: { app: "apart" }, spec: { affinity } };
  const types = [machineType("s", { cpu: "4", price: 0.5 })];
  const snapshot = layout({ types, nodes: many(2, () => ({ type: "s", pods: [apart] })) });

  it.each([
    ["hold whatever they cost unless they have a price", {}, 0],
    ["yield to a saving that is worth their price", { preferencePricePerHour: 0.4 }, 1],
    ["hold against one that is not", { preferencePricePerHour: 0.5 }, 0],
  ])("[lifecycle 8.10] %s", (_case, settings, commands) => {
    const plan = disrupt(snapshot, { settings });
    expect(plan.commands.map(({ savingPerHour }) => savingPerHour)).toEqual(Array(commands).fill(0.5));
  });
});

describe("time and scale", () => {
  const types = [machineType("l", { cpu: "8", price: 2 })];
  const full = (count: number) => layout({ types, nodes: many(count, () => ({ type: "l", pods: [{ cpu: "5" }] })) });

  it("[lifecycle 8.12] [lifecycle O9] every one of 300 nodes has an answer, counted in work and not by a clock", () => {
    const { kept } = disrupt(full(300), { settings: { workUnits: 5_000 } });
    expect(new Set(kept.map(({ code }) => code))).toEqual(new Set(["no-cheaper-replacement"]));
  });

  it("[lifecycle 8.15] [lifecycle O10] what was settled is not looked at again, and anything new is", () => {
    const snapshot = full(3);
    const settled = new Set(["consolidation"] as const);
    const again = planDisruption(snapshot, { now: layoutNow, methods: ourMethods, settled });
    expect(again.ok && again.value.kept.map(({ code }) => code)).toEqual(["settled", "settled", "settled"]);
  });

  it("[lifecycle 8.13] [lifecycle O11] as many nodes as budgets allow go in one command", () => {
    const snapshot = layout({
      types,
      nodes: { ...many(5, () => ({ type: "l", pods: [{}] })), big: { type: "l", pods: [{}, {}, {}] } },
    });
    expect(disrupt(snapshot).commands[0]?.candidates.length).toBe(5);
  });

  it("[lifecycle 8.11] what admits a move and what it says to save are one price", () => {
    const mixed = machineType("mixed", {
      cpu: "2",
      offerings: [
        ["a", "on-demand", 1.5],
        ["b", "on-demand", 0.5],
      ],
    });
    const [command] = disrupt(layout({ types: [mixed, ...types], nodes: { a: { type: "l", pods: [{}] } } })).commands;
    const cheapest = command?.replacements[0]?.cheapest.price ?? 0;
    expect(command?.savingPerHour).toBeCloseTo(2 - cheapest);
  });
});

describe("pods that wait, and pods that moved", () => {
  const types = [machineType("s", { cpu: "2", price: 0.5 }), machineType("l", { cpu: "8", price: 2 })];

  it("[lifecycle 8.14] [lifecycle O13] a pod that waits for a machine of its own does not hinder a removal", () => {
    const snapshot = layout({
      types: types.slice(1),
      nodes: { a: { type: "l", pods: [{ cpu: "4" }] }, b: { type: "l", pods: [{}, {}] } },
      pending: [{ cpu: "8" }],
    });
    expect(movesIn(disrupt(snapshot, { methods: upstreamMethods }))).toEqual([]);
    expect(movesIn(disrupt(snapshot))).toEqual(["a -> nothing"]);
  });

  it("[lifecycle 8.18] [lifecycle O16] a pod that was moved twice within the hour stays", () => {
    const snapshot = layout({ types, nodes: { a: { type: "l", pods: [{}] } } });
    const { pods } = snapshot.nodes[0]!;
    const now = snapshot.takenAt!;
    const once = rememberMoves(noMoves, pods, now);
    const twice = rememberMoves(once, pods, now);
    expect(movesIn(disrupt(snapshot, { settings: { memory: once } }))).toEqual(["a -> s"]);
    const plan = disrupt(snapshot, { settings: { memory: twice } });
    expect(keptBecause(plan, "a").code).toBe("moved-before");
  });

  it("a saving below the price of moving is made as upstream makes it, but not with pods that moved already", () => {
    const dear = machineType("dear", { cpu: "2", price: 0.5003 });
    const snapshot = layout({
      types: [machineType("s", { cpu: "2", price: 0.5 }), dear],
      nodes: { a: { type: "dear", pods: [{}] } },
    });
    const once = rememberMoves(noMoves, snapshot.nodes[0]!.pods, snapshot.takenAt!);
    expect(movesIn(disrupt(snapshot))).toEqual(["a -> s"]);
    expect(movesIn(disrupt(snapshot, { settings: { memory: once } }))).toEqual([]);
  });

  it("[lifecycle 8.19] [lifecycle O17] of two nodes alike the one goes whose pods need not queue behind their budget", () => {
    const queued = Array.from({ length: 6 }, () => ({ labels: { app: "queue" } }));
    const free = Array.from({ length: 6 }, () => ({ labels: { app: "free" } }));
    const snapshot = layout({
      types: [machineType("l", { cpu: "12", price: 2 })],
      nodes: { a: { type: "l", pods: queued }, b: { type: "l", pods: free } },
      budgets: [podBudget("queue", { maxUnavailable: 1 }, 1)],
    });
    expect(movesIn(disrupt(snapshot))).toEqual(["b -> nothing"]);
  });

  it("[lifecycle 8.17] [lifecycle O22] a node whose pods cost nothing to move is not emptied without a place for them", () => {
    const idle = { pods: [{ cpu: "2", annotations: { "controller.kubernetes.io/pod-deletion-cost": "-2147483647" } }] };
    const snapshot = layout({ types, nodes: { a: { type: "s", ...idle } } });
    expect(movesIn(disrupt(snapshot, { methods: upstreamMethods }))).toEqual(["a -> nothing"]);
    expect(movesIn(disrupt(snapshot))).toEqual([]);
  });

  it("[lifecycle O15] pods go to nodes that last: not to drifted ones, nor to those about to expire", () => {
    const guard = { annotations: { "karpenter.sh/do-not-disrupt": "true" } };
    const nodes = {
      a: { type: "l", pods: [{}], conditions: ["Drifted"], ...guard },
      b: { type: "l", pods: [{}], claim: { spec: { expireAfter: "24h30m" } }, ...guard },
      c: { type: "l", pods: [{}], ...guard },
      x: { type: "l", pods: [{}] },
    };
    const [command] = disrupt(layout({ types: types.slice(1), nodes })).commands;
    expect(command?.nominations?.map(({ node }) => node)).toEqual(["c"]);
  });

  it("[lifecycle 8.24] [lifecycle O23] every node that stays has a reason with its price and what is in the way", () => {
    const snapshot = layout({
      types,
      nodes: { a: { type: "s", pods: [{ cpu: "2" }] }, b: { type: "s", pods: [{ cpu: "2" }] } },
    });
    const { kept } = disrupt(snapshot);
    expect(kept.map(({ code, price }) => [code, price])).toEqual([
      ["no-cheaper-replacement", 0.5],
      ["no-cheaper-replacement", 0.5],
    ]);
    expect(kept[0]?.text).toContain("0.5 $/h");
  });

  it("types that are to be avoided are not bought, except by pools that name them", () => {
    const t = machineType("t", { cpu: "2", price: 0.1 });
    const avoidTypes = { name: "burstable", avoids: ({ name }: { readonly name: string }) => name === "t" };
    const nodes = { a: { type: "l", pods: [{}] } };
    const asks = [{ key: "node.kubernetes.io/instance-type", operator: "In", values: ["t", "l"] } as const];
    const named = layout({ types: [t, ...types], nodes, pools: [layoutPool("default", { requirements: asks })] });
    expect(movesIn(disrupt(layout({ types: [t, ...types], nodes })))).toEqual(["a -> t"]);
    expect(movesIn(disrupt(layout({ types: [t, ...types], nodes }), { settings: { avoidTypes } }))).toEqual(["a -> s"]);
    expect(movesIn(disrupt(named, { settings: { avoidTypes } }))).toEqual(["a -> t"]);
  });
});
