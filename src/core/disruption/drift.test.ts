import { describe, expect, it } from "vitest";
import { disrupt, keptBecause, movesIn } from "../../../test/builders/disrupt.ts";
import {
  layout,
  layoutPool,
  type LayoutParts,
  machineType,
  type NodeGiven,
  podBudget,
} from "../../../test/builders/layout.ts";
import { drift } from "./drift.ts";
import { emptiness } from "./emptiness.ts";

const types = [machineType("small", { cpu: "2", price: 0.5 }), machineType("large", { cpu: "8", price: 2 })];
const of = (nodes: LayoutParts["nodes"], parts: Partial<LayoutParts> = {}) => layout({ types, nodes, ...parts });
const driftOnly = { methods: [drift] };

const drifted = (since: string, given: Partial<NodeGiven> = {}): NodeGiven => ({
  type: "small",
  pods: [{ cpu: "2" }],
  conditions: [{ type: "Drifted", since }],
  ...given,
});

const monday = "2025-12-29T00:00:00Z";
const tuesday = "2025-12-30T00:00:00Z";

describe("drift", () => {
  it("[lifecycle R31] where the older cannot be moved it is told, and the younger goes", () => {
    const stuck = { pods: [{ cpu: "2", spec: { nodeSelector: { only: "here" } } }] };
    const plan = disrupt(of({ old: drifted(monday, stuck), young: drifted(tuesday) }), driftOnly);
    expect(movesIn(plan)).toEqual(["young -> small"]);
    const told = plan.kept.find(({ node }) => node.name === "old")?.reasons.at(-1);
    expect(told).toMatchObject({ code: "stranded-pods", event: "DisruptionBlocked" });
  });

  it("[lifecycle R32] nodes without pods first, then the one that drifted first, one in a pass", () => {
    const nodes = { full: drifted(monday), later: drifted(tuesday), empty: drifted(tuesday, { pods: [] }) };
    expect(movesIn(disrupt(of(nodes), driftOnly))).toEqual(["empty -> nothing"]);
    expect(movesIn(disrupt(of({ full: drifted(monday), later: drifted(tuesday) }), driftOnly))).toEqual([
      "full -> small",
    ]);
  });

  it("[lifecycle R33] pods that fit elsewhere need no replacement", () => {
    const snapshot = of({ a: drifted(monday), roomy: { type: "large", pods: [{}] } });
    expect(movesIn(disrupt(snapshot, driftOnly))).toEqual(["a -> nothing"]);
  });

  it("[lifecycle R33] pods that need three machines get three", () => {
    const pods = [{ cpu: "2" }, { cpu: "2" }, { cpu: "2" }];
    const snapshot = of(
      { a: drifted(monday, { type: "large", pods }) },
      { typesOf: { default: types.slice(0, 1) }, types },
    );
    expect(movesIn(disrupt(snapshot, driftOnly))).toEqual(["a -> small, small, small"]);
  });

  it("[lifecycle R34] with consolidation off an empty drifted node goes by drift", () => {
    const pools = [layoutPool("default", { disruption: { consolidateAfter: "Never" } })];
    const plan = disrupt(of({ a: drifted(monday, { pods: [] }) }, { pools }), { methods: [emptiness, drift] });
    expect(plan.commands.map(({ method }) => method)).toEqual(["drift"]);
  });

  it("[lifecycle R36] a pod that must not be disrupted blocks, unless the claim has a grace period; then it gets no capacity", () => {
    const guarded = [{ cpu: "2", annotations: { "karpenter.sh/do-not-disrupt": "true" } }];
    const period = { claim: { spec: { terminationGracePeriod: "1h" } } };
    expect(movesIn(disrupt(of({ a: drifted(monday, { pods: guarded }) }), driftOnly))).toEqual([]);
    expect(movesIn(disrupt(of({ a: drifted(monday, { pods: guarded, ...period }) }), driftOnly))).toEqual([
      "a -> nothing",
    ]);
  });

  it("[lifecycle R36] [lifecycle K3] so does a budget that can never give way", () => {
    const budgets = [podBudget("x", { maxUnavailable: 0 }, 0)];
    const pods = [{ cpu: "2", labels: { app: "x" } }];
    const period = { claim: { spec: { terminationGracePeriod: "1h" } } };
    expect(movesIn(disrupt(of({ a: drifted(monday, { pods }) }, { budgets }), driftOnly))).toEqual([]);
    expect(movesIn(disrupt(of({ a: drifted(monday, { pods, ...period }) }, { budgets }), driftOnly))).toEqual([
      "a -> nothing",
    ]);
  });

  it("[lifecycle R40] with a grace period, pods whose budget has no room for now get capacity", () => {
    const budgets = [podBudget("x", { minAvailable: 1 }, 0)];
    const given = { pods: [{ cpu: "2", labels: { app: "x" } }], claim: { spec: { terminationGracePeriod: "1h" } } };
    expect(movesIn(disrupt(of({ a: drifted(monday, given) }, { budgets }), driftOnly))).toEqual(["a -> small"]);
  });

  it("[lifecycle R37] pools of a fixed size are not its business", () => {
    const pools = [layoutPool("default", { spec: { replicas: 1 } })];
    const plan = disrupt(of({ a: drifted(monday) }, { pools }), driftOnly);
    expect(keptBecause(plan, "a").code).toBe("static-pool");
  });

  it("budgets of nothing left are told as the reason", () => {
    const pools = [layoutPool("default", { disruption: { consolidateAfter: "0s", budgets: [{ nodes: "0" }] } })];
    const plan = disrupt(of({ a: drifted(monday) }, { pools }), driftOnly);
    expect(movesIn(plan)).toEqual([]);
    expect(keptBecause(plan, "a").code).toBe("budget");
  });
});
