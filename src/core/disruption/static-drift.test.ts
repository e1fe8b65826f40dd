import { describe, expect, it } from "vitest";
import { disrupt, keptBecause, movesIn } from "../../../test/builders/disrupt.ts";
import { layout, layoutPool, machineType, type NodeGiven } from "../../../test/builders/layout.ts";
import { staticDrift, staticDriftWithinLimits } from "./static-drift.ts";

const types = [machineType("s", { cpu: "2", price: 0.5 })];

const pool = (name: string, given: { readonly replicas: number; readonly limit?: number; readonly budget?: string }) =>
  layoutPool(name, {
    disruption: { budgets: [{ nodes: given.budget ?? "100%" }] },
    spec: {
      replicas: given.replicas,
      ...(given.limit === undefined ? {} : { limits: { nodes: String(given.limit) } }),
    },
  });

const drifted = (count: number, name = "default", given: Partial<NodeGiven> = {}) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i): [string, NodeGiven] => [
      `${name}-${i}`,
      { type: "s", pool: name, conditions: ["Drifted"], ...given },
    ]),
  );

const commands = (pools: ReturnType<typeof pool>[], nodes: Readonly<Record<string, NodeGiven>>, method = staticDrift) =>
  disrupt(layout({ types, pools, nodes }), { methods: [method] });

describe("drift of pools of a fixed size", () => {
  it("[lifecycle S10] at its limit of nodes a pool never drifts by upstream's rules", () => {
    const plan = commands([pool("default", { replicas: 5, limit: 5 })], drifted(5));
    expect(movesIn(plan)).toEqual([]);
    expect(keptBecause(plan, "default-0").code).toBe("node-limit");
  });

  it.each([
    [2, 2, 5, 2],
    [5, 5, 7, 2],
  ])(
    "[lifecycle S10] %s drifted of %s replicas under a limit of %s start %s replacements",
    (running, replicas, limit, starts) => {
      const plan = commands([pool("default", { replicas, limit })], drifted(running));
      expect(plan.commands.map(({ candidates, replacements }) => [candidates.length, replacements.length])).toEqual(
        Array.from({ length: starts }, () => [1, 1]),
      );
    },
  );

  it("[lifecycle S11] a pool with more nodes than replicas scales down first", () => {
    const plan = commands([pool("default", { replicas: 2 })], drifted(3));
    expect(movesIn(plan)).toEqual([]);
    expect(keptBecause(plan, "default-0").code).toBe("scaling-down");
  });

  it.each(["3", "30%"])("[lifecycle S12] a budget of %s of ten nodes starts three", (budget) => {
    expect(commands([pool("default", { replicas: 10, budget })], drifted(10)).commands.length).toBe(3);
  });

  it("[lifecycle S12] pools are independent, and nodes that have not drifted or must not be disrupted stay", () => {
    const guard = { annotations: { "karpenter.sh/do-not-disrupt": "true" } };
    const nodes = {
      ...drifted(2, "a"),
      ...drifted(2, "b"),
      ...drifted(1, "c", { conditions: [] }),
      ...drifted(1, "d", guard),
    };
    const pools = ["a", "b", "c", "d"].map((name) => pool(name, { replicas: 2, budget: "1" }));
    const out = commands(pools, nodes).commands.flatMap(({ candidates }) => candidates.map(({ node }) => node.name));
    expect(out.map((name) => name.slice(0, 1)).sort()).toEqual(["a", "b"]);
  });

  it("[lifecycle 8.22] [lifecycle O20] ours lets a pool at its limit drift node by node: one goes first and is made anew", () => {
    const plan = commands([pool("default", { replicas: 5, limit: 5 })], drifted(5), staticDriftWithinLimits);
    expect(movesIn(plan)).toEqual(["default-0 -> nothing"]);
  });
});
