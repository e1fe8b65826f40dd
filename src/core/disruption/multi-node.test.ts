import { describe, expect, it } from "vitest";
import {
  bothWays,
  disrupt,
  keptBecause,
  movesIn,
  ourMethods,
  upstreamMethods,
} from "../../../test/builders/disrupt.ts";
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
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { DisruptionMethod } from "./method.ts";
import { multiNodeConsolidation, singleNodeConsolidation } from "./upstream-consolidation.ts";
import { revalidateRemoval } from "./validation.ts";

const s = machineType("s", { cpu: "2", price: 0.5 });
const l = machineType("l", { cpu: "4", price: 0.9 });
const many = (count: number, given: NodeGiven): LayoutParts["nodes"] =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, given]));

describe.each(bothWays)("%s: sets of nodes", (_, methods) => {
  it("[lifecycle M1] three nodes become one cheaper machine", () => {
    const snapshot = layout({ types: [s, l], nodes: many(3, { type: "l", pods: [{ cpu: "500m" }] }) });
    expect(movesIn(disrupt(snapshot, { methods }))).toEqual(["n0, n1, n2 -> s"]);
  });

  it("[lifecycle M2] two of the cheapest type that fit on one: one goes, and none comes", () => {
    const snapshot = layout({ types: [s], nodes: many(2, { type: "s", pods: [{ cpu: "1" }] }) });
    const [move] = movesIn(disrupt(snapshot, { methods }));
    expect(move).toMatch(/^n[01] -> nothing$/);
  });

  it("[lifecycle M4] a search without work to spend finds no set", () => {
    const snapshot = layout({ types: [s, l], nodes: many(3, { type: "l", pods: [{ cpu: "500m" }] }) });
    const sets = methods.filter(({ name }) => name !== "single-node-consolidation" && name !== "emptiness");
    expect(
      movesIn(disrupt(snapshot, { methods: sets.slice(0, 1), settings: { workUnits: 0, maxPodsMoved: 0 } })),
    ).toEqual([]);
  });

  it("[lifecycle M11] nodes that are all empty are emptiness' own", () => {
    const snapshot = layout({ types: [s, l], nodes: many(3, { type: "l" }) });
    const plan = disrupt(snapshot, { methods });
    expect(plan.commands.map(({ method }) => method)).toEqual(["emptiness"]);
    expect(movesIn(plan)).toEqual(["n0, n1, n2 -> nothing"]);
  });

  it("[lifecycle M10] what a budget leaves out is not remembered as settled, what finds nothing is", () => {
    const pools = [layoutPool("default", { disruption: { ...everything, budgets: [{ nodes: "0" }] } })];
    const nodes = many(2, { type: "s", pods: [{ cpu: "2" }] });
    const limited = disrupt(layout({ types: [s, l], nodes, pools }), { methods }).reports.at(-1);
    const free = disrupt(layout({ types: [s, l], nodes }), { methods }).reports.at(-1);
    expect([limited?.limitedByBudget, free?.limitedByBudget]).toEqual([true, false]);
  });
});

it("[lifecycle M15] the search of single nodes has no deadline to miss: with no work to spend it still looks at every pool", () => {
  const pools = [layoutPool("one"), layoutPool("two")];
  const full = { type: "s", pods: [{ cpu: "2" }] };
  const nodes = { a: { ...full, pool: "one" }, b: { ...full, pool: "two" } };
  const plan = disrupt(layout({ types: [s, l], pools, nodes }), {
    methods: [singleNodeConsolidation],
    settings: { workUnits: 0 },
  });
  expect(["a", "b"].map((name) => keptBecause(plan, name).code)).toEqual([
    "no-cheaper-replacement",
    "no-cheaper-replacement",
  ]);
});

it("a search of sets that runs out of work says so", () => {
  const snapshot = layout({ types: [s, l], nodes: many(3, { type: "l", pods: [{ cpu: "500m" }] }) });
  const plan = disrupt(snapshot, { methods: [multiNodeConsolidation], settings: { workUnits: 0 } });
  expect([plan.commands, plan.reports[0]?.unfinished]).toEqual([[], true]);
});

describe("savings and order", () => {
  it("[lifecycle M12] a command saves what goes less the cheapest that may come", () => {
    const replace = disrupt(layout({ types: [s, l], nodes: { a: { type: "l", pods: [{}] } } }), {
      methods: upstreamMethods,
    });
    expect(replace.commands[0]?.savingPerHour).toBeCloseTo(0.4);
    const nodes = { a: { type: "l", pods: [{}] }, b: { type: "l", pods: [{}, {}] } };
    const remove = disrupt(layout({ types: [l], nodes }), { methods: upstreamMethods });
    expect(remove.commands[0]?.savingPerHour).toBeCloseTo(0.9);
  });

  it("[lifecycle M14] at one price the node that costs least to move comes first", () => {
    const pods = (count: number) => Array.from({ length: count }, () => ({ cpu: "10m" }));
    const nodes = {
      a: { type: "l", pods: pods(20) },
      b: { type: "l", pods: pods(1) },
      c: { type: "l", pods: pods(5) },
    };
    const plan = disrupt(layout({ types: [l], nodes }), { methods: [singleNodeConsolidation] });
    expect(movesIn(plan)).toEqual(["b -> nothing"]);
  });

  it("[lifecycle R39] a prefix whose own type could come back without an offering for its labels is refused", () => {
    const odd = { type: "s", zone: "nowhere", pods: [{ cpu: "1" }] };
    const nodes = { a: odd, b: { type: "s", pods: [{ cpu: "1" }] } };
    expect(movesIn(disrupt(layout({ types: [s], nodes }), { methods: [multiNodeConsolidation] }))).toEqual([]);
  });
});

describe("the second look", () => {
  const nodes = { a: { type: "l", pods: [{ cpu: "1" }] } };
  const before = layout({ types: [s, l], nodes });

  const look = (methods: readonly DisruptionMethod[], first: ClusterSnapshot, then: ClusterSnapshot) => {
    const [command] = disrupt(first, { methods }).commands;
    if (command === undefined) throw new Error("nothing was found");
    const method = methods.find(({ name }) => name === command.method);
    const outcome = revalidateRemoval(method!, command, { snapshot: then, options: { now: layoutNow } });
    return outcome.ok ? "ok" : outcome.failure.kind;
  };

  it.each([
    [
      "[lifecycle M6] a pod that filled the destination",
      { a: { type: "l", pods: [{}] }, b: { type: "l", pods: [{}, {}, {}] } },
      { a: { type: "l", pods: [{}] }, b: { type: "l", pods: [{}, {}, {}, {}] } },
      "scheduling",
    ],
  ] as const)("%s rejects as scheduling", (_, was, is, kind) => {
    for (const methods of [upstreamMethods, ourMethods])
      expect(look(methods, layout({ types: [l], nodes: was }), layout({ types: [l], nodes: is }))).toBe(kind);
  });

  it("[lifecycle M7] types that are not to be had any more reject as scheduling", () => {
    const gone = machineType("s", { cpu: "2", offerings: [["a", "on-demand", 0.5, false]] });
    for (const methods of [upstreamMethods, ourMethods])
      expect(look(methods, before, layout({ types: [gone, l], nodes }))).toBe("scheduling");
  });

  it("[lifecycle M8] a guard that appeared rejects as churn, for removals and replacements", () => {
    const guarded = { a: { type: "l", pods: [{ annotations: { "karpenter.sh/do-not-disrupt": "true" } }] } };
    const labelled = { a: { type: "l", pods: [{ labels: { app: "x" } }] } };
    const budgets = [podBudget("x", { maxUnavailable: 0 }, 0)];
    for (const methods of [upstreamMethods, ourMethods]) {
      expect(look(methods, before, layout({ types: [s, l], nodes: guarded }))).toBe("churn");
      expect(
        look(methods, layout({ types: [s, l], nodes: labelled }), layout({ types: [s, l], nodes: labelled, budgets })),
      ).toBe("churn");
    }
  });

  it("[lifecycle M9] a budget that shrank rejects as budget, a nomination as churn", () => {
    const pools = [layoutPool("default", { disruption: { ...everything, budgets: [{ nodes: "0" }] } })];
    const events = [{ type: "nominate", node: "a", until: (layoutNow + 10_000) as typeof layoutNow } as const];
    for (const methods of [upstreamMethods, ourMethods]) {
      expect(look(methods, before, layout({ types: [s, l], nodes, pools }))).toBe("budget");
      expect(look(methods, before, layout({ types: [s, l], nodes, events }))).toBe("churn");
    }
  });

  it("[lifecycle M13] every refusal has one of three classes", () => {
    const guarded = { a: { type: "l", pods: [{ annotations: { "karpenter.sh/do-not-disrupt": "true" } }] } };
    const pools = [layoutPool("default", { disruption: { ...everything, budgets: [{ nodes: "0" }] } })];
    const gone = machineType("s", { cpu: "2", offerings: [["a", "on-demand", 0.5, false]] });
    const after = [
      layout({ types: [s, l], nodes, pools }),
      layout({ types: [gone, l], nodes }),
      layout({ types: [s, l], nodes: guarded }),
    ];
    expect(after.map((then) => look(ourMethods, before, then))).toEqual(["budget", "scheduling", "churn"]);
  });

  it("[lifecycle O12] what changes elsewhere does not reject ours", () => {
    const more = { ...nodes, other: { type: "s", pods: [{ cpu: "2" }] } };
    expect(look(ourMethods, before, layout({ types: [s, l], nodes: more }))).toBe("ok");
  });

  it("[lifecycle M5] upstream's methods wait 15 seconds for it, ours five for empty nodes, and else act at once", () => {
    const waits = (methods: readonly DisruptionMethod[]) =>
      methods.map(({ name, validationDelayMillis }) => [name, validationDelayMillis]);
    expect(waits(upstreamMethods)).toEqual([
      ["emptiness", 15_000],
      ["multi-node-consolidation", 15_000],
      ["single-node-consolidation", 15_000],
    ]);
    expect(waits(ourMethods)).toEqual([
      ["emptiness", 5_000],
      ["consolidation", 0],
    ]);
  });
});
