import { describe, expect, it } from "vitest";
import { disrupt, movesIn } from "../../../test/builders/disrupt.ts";
import { layout, layoutPool, machineType } from "../../../test/builders/layout.ts";
import { keyText } from "../cluster/keys.ts";
import { poolViewOf } from "../cluster/views.ts";
import { type BalancedScoring, balancedScore, balancedScoring } from "./balanced.ts";
import type { Candidate } from "./candidate.ts";
import type { DisruptionMethod } from "./method.ts";
import { singleNodeConsolidation } from "./upstream-consolidation.ts";

const poolOf = (name: string, consolidationPolicy: "Balanced" | "WhenEmptyOrUnderutilized" = "Balanced") =>
  poolViewOf(layoutPool(name, { disruption: { consolidateAfter: "0s", consolidationPolicy } }));

/** Only what scoring looks at. */
const candidate = (price: number, rescheduleCost: number, pool = poolOf("p")): Candidate =>
  ({ price, rescheduleCost, pool }) as Candidate;

const scoring = (totals: Readonly<Record<string, readonly [cost: number, disruption: number]>>): BalancedScoring =>
  balancedScoring(
    new Map(
      Object.entries(totals).map(([name, [cost, disruption]]) => [
        keyText({ kind: "NodePool", name }),
        { cost, disruption },
      ]),
    ),
  );

describe("Balanced", () => {
  it.each([
    [20, 5, 4],
    [10, 10, 1],
    [5, 50, 0.1],
    [10, 0, Infinity],
    [0, 10, 0],
    [-5, 10, 0],
    [0, 0, 0],
  ])("[lifecycle Z1] %s saved for %s disrupted scores %s", (saved, disrupted, score) => {
    expect(balancedScore(saved / 100, disrupted / 100)).toBeCloseTo(score);
  });

  it("[lifecycle Z2] a pool without cost approves nothing", () => {
    expect(scoring({ p: [0, 10] }).judge([candidate(1, 1)], 1).approved).toBe(false);
  });

  it.each([
    ["2xl with 3 pods to large", 7.26, 4, 90, 2.81, true],
    ["delete xl with 4 pods", 4.84, 5, 90, 1.5, true],
    ["xl with 8 pods to large", 2.42, 9, 90, 0.42, false],
    ["same price", 0, 11, 90, 0, false],
    ["delete xl with one cheap and three dear pods", 4.84, 32, 117, 0.3, false],
  ])("[lifecycle Z3] %s", (_, saving, disruption, total, score, approved) => {
    for (const scale of [1, 10]) {
      const scored = scoring({ p: [58.08 * scale, total * scale] }).judge([candidate(9.68, disruption)], saving);
      expect(scored.pools[0]?.score).toBeCloseTo(score, 1);
      expect(scored.approved).toBe(approved);
    }
  });

  it("[lifecycle Z3] in a uniform pool the exchange for half the price is on the line", () => {
    expect(scoring({ p: [48.4, 90] }).judge([candidate(4.84, 9)], 2.42).approved).toBe(true);
  });

  it("[lifecycle Z4] other pools are not scored, a pool without totals is refused, and so is nothing", () => {
    const other = poolOf("q", "WhenEmptyOrUnderutilized");
    const judged = scoring({ p: [10, 10] }).judge([candidate(1, 1), candidate(1, 100, other)], 2);
    expect(judged.approved).toBe(true);
    expect(scoring({}).judge([candidate(1, 1)], 1).approved).toBe(false);
    expect(scoring({}).judge([], 0).approved).toBe(false);
  });

  it("[lifecycle Z5] the saving is shared by what the pools' nodes cost", () => {
    const judged = scoring({ p: [1, 2], q: [1, 2] }).judge([candidate(1, 2), candidate(1, 2, poolOf("q"))], 2);
    expect(judged.pools.map(({ score }) => score)).toEqual([1, 1]);
  });

  it("[lifecycle Z6] one pool that refuses refuses the whole move", () => {
    const judged = scoring({ p: [3, 45], q: [10, 10] }).judge([candidate(1, 41), candidate(1, 1, poolOf("q"))], 2);
    expect(judged.pools[0]?.score).toBeCloseTo(0.37, 1);
    expect(judged.approved).toBe(false);
  });

  it("[lifecycle Z7] every pool is in the verdict, also behind one that refuses", () => {
    const judged = scoring({ p: [3, 45], q: [10, 10] }).judge([candidate(1, 41), candidate(1, 1, poolOf("q"))], 2);
    expect(judged.pools.map(({ pool }) => pool.key.name)).toEqual(["p", "q"]);
  });

  it("[lifecycle Z10] deleting the only node of a pool scores exactly 1", () => {
    expect(scoring({ p: [2, 7] }).judge([candidate(2, 7)], 2)).toMatchObject({ approved: true, pools: [{ score: 1 }] });
  });
});

describe("prices that moves are scored by", () => {
  it("[lifecycle Z8] a node costs what its own offering costs, available or not; of an unknown type, nothing", () => {
    const odd = machineType("odd", {
      cpu: "2",
      offerings: [
        ["a", "on-demand", 1, false],
        ["b", "on-demand", 5],
      ],
    });
    const { kept } = disrupt(
      layout({ types: [odd], nodes: { a: { type: "odd", pods: [{ cpu: "2" }] }, b: { type: "gone", pods: [{}] } } }),
    );
    expect(kept.map(({ price }) => price)).toEqual([1, 0]);
  });

  it("[lifecycle Z9] in a pool of on-demand machines the saving is by on-demand prices", () => {
    const node = machineType("node", { cpu: "8", offerings: [["a", "on-demand", 1]] });
    const other = machineType("other", {
      cpu: "2",
      offerings: [
        ["a", "on-demand", 0.9],
        ["a", "spot", 0.3],
      ],
    });
    const requirements = [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] } as const];
    const snapshot = layout({
      types: [node, other],
      nodes: { a: { type: "node", pods: [{}] } },
      pools: [layoutPool("default", { requirements })],
    });
    expect(disrupt(snapshot).commands[0]?.savingPerHour).toBeCloseTo(0.1);
  });

  it("[lifecycle Z12] candidates stand in order of price for what moving their pods costs", () => {
    const types = [
      machineType("x", { cpu: "64", price: 16 }),
      machineType("y", { cpu: "32", price: 8 }),
      machineType("z", { cpu: "9", price: 1.2 }),
    ];
    const pods = (count: number) => Array.from({ length: count }, () => ({}));
    const nodes = {
      a: { type: "x", pods: pods(10) },
      b: { type: "y", pods: pods(1) },
      c: { type: "z", pods: pods(8) },
    };
    const seen: string[] = [];
    const spy: DisruptionMethod = {
      ...singleNodeConsolidation,
      *choose(candidates) {
        yield 0;
        seen.push(...candidates.map((each) => each.node.name));
        return { commands: [], passedOver: [], limitedByBudget: false };
      },
    };
    disrupt(layout({ types, nodes }), { methods: [spy] });
    expect(seen).toEqual(["b", "a", "c"]);
  });
});

describe("a Balanced pool in a pass", () => {
  const types = [machineType("small", { cpu: "2", price: 0.5 }), machineType("large", { cpu: "8", price: 2 })];
  const balanced = (budget = "100%") =>
    layoutPool("default", {
      disruption: { consolidateAfter: "0s", consolidationPolicy: "Balanced", budgets: [{ nodes: budget }] },
    });
  const packed = { type: "large", pods: Array.from({ length: 8 }, () => ({})) };

  it("[lifecycle Z11] an oversized node is exchanged and one that is packed well stays", () => {
    const nodes = { a: { type: "large", pods: [{}] }, b: packed };
    expect(movesIn(disrupt(layout({ types, nodes, pools: [balanced()] })))).toEqual(["a -> small"]);
    expect(movesIn(disrupt(layout({ types, nodes: { b: packed }, pools: [balanced()] })))).toEqual([]);
  });

  it("[lifecycle Z11] a budget of nothing allows nothing", () => {
    const nodes = { a: { type: "large", pods: [{}] } };
    expect(movesIn(disrupt(layout({ types, nodes, pools: [balanced("0%")] })))).toEqual([]);
  });

  it("[lifecycle Z11] with a budget of one the empty node goes first", () => {
    const nodes = { a: { type: "large", pods: [{}] }, e: { type: "large" } };
    expect(movesIn(disrupt(layout({ types, nodes, pools: [balanced("1")] })))).toEqual(["e -> nothing"]);
  });
});
