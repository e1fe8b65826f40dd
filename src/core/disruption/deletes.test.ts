import { describe, expect, it } from "vitest";
import { bothWays, disrupt, keptBecause, movesIn } from "../../../test/builders/disrupt.ts";
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
import { epochMillisOf } from "../time.ts";

const types = [machineType("m", { cpu: "4", price: 1 })];

const m = (count: number, given: Partial<NodeGiven> = {}): NodeGiven => ({
  type: "m",
  pods: Array.from({ length: count }, () => ({ labels: { app: "x" } })),
  ...given,
});

const of = (nodes: LayoutParts["nodes"], parts: Partial<LayoutParts> = {}) => layout({ types, nodes, ...parts });

describe.each(bothWays)("%s: nodes whose pods fit elsewhere", (_, methods) => {
  it("[lifecycle D1] the one with fewer pods goes", () => {
    expect(movesIn(disrupt(of({ a: m(2), b: m(1) }), { methods }))).toEqual(["b -> nothing"]);
  });

  it("[lifecycle D2] pods may go to nodes that nobody manages", () => {
    const snapshot = of({ a: m(2), own: m(0, { unmanaged: true }) });
    expect(movesIn(disrupt(snapshot, { methods }))).toEqual(["a -> nothing"]);
  });

  it("[lifecycle D3] a pod budget that blocks keeps the better node, and the other goes", () => {
    const guarded = m(1, { pods: [{ labels: { app: "guarded" } }] });
    const budgets = [podBudget("guarded", { minAvailable: 1 }, 0)];
    expect(movesIn(disrupt(of({ a: m(2), b: guarded }, { budgets }), { methods }))).toEqual(["a -> nothing"]);
  });

  it("[lifecycle D3] a pod budget of another namespace does not count", () => {
    const guarded = m(1, { pods: [{ labels: { app: "guarded" } }] });
    const budget = podBudget("guarded", { minAvailable: 1 }, 0);
    const elsewhere = { ...budget, metadata: { ...budget.metadata, namespace: "other" } };
    const snapshot = of({ a: m(2), b: guarded }, { budgets: [elsewhere] });
    expect(movesIn(disrupt(snapshot, { methods }))).toEqual(["b -> nothing"]);
  });

  it("[lifecycle D4] an unhealthy pod that its budget always lets go does not block", () => {
    const status = { phase: "Running", conditions: [{ type: "Ready", status: "False" }] } as const;
    const guarded = m(1, { pods: [{ labels: { app: "sick" }, status }] });
    const budgets = [podBudget("sick", { minAvailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" }, 0)];
    expect(movesIn(disrupt(of({ a: m(2), b: guarded }, { budgets }), { methods }))).toEqual(["b -> nothing"]);
  });

  it("[lifecycle D5] do-not-disrupt on node or pod keeps it, with a grace period too", () => {
    const annotations = { "karpenter.sh/do-not-disrupt": "true" };
    const byNode = of({ a: m(2), b: m(1, { annotations }) });
    const byPod = of({ a: m(2), b: m(1, { pods: [{ annotations }] }) });
    const withPeriod = of({
      a: m(2),
      b: m(1, { pods: [{ annotations }], claim: { spec: { terminationGracePeriod: "1h" } } }),
    });
    for (const snapshot of [byNode, byPod, withPeriod])
      expect(movesIn(disrupt(snapshot, { methods }))).toEqual(["a -> nothing"]);
  });

  it.each([
    ["an hour", "2h", "2025-12-31T23:00:00Z", "a -> nothing"],
    ["a day", "2h", "2025-12-31T00:00:00Z", "b -> nothing"],
    ["any time, when it cannot be read", "soon", "2025-12-31T23:00:00Z", "b -> nothing"],
  ])("[lifecycle D6] do-not-disrupt for two hours after %s", (_name, value, startTime, move) => {
    const guarded = {
      annotations: { "karpenter.sh/do-not-disrupt": value },
      status: { phase: "Running", startTime },
    } as const;
    expect(movesIn(disrupt(of({ a: m(2), b: m(1, { pods: [guarded] }) }), { methods }))).toEqual([move]);
  });

  it("[lifecycle D7] pods without an owner are moved", () => {
    expect(movesIn(disrupt(of({ a: m(2), b: m(1, { pods: [{ owner: "none" }] }) }), { methods }))).toEqual([
      "b -> nothing",
    ]);
  });

  it("[lifecycle D8] a node that may yet fail to come up is no destination", () => {
    const plan = disrupt(of({ a: m(2), new: m(0, { initialized: false }) }), { methods });
    expect(movesIn(plan)).toEqual([]);
    const told = plan.kept
      .find(({ node }) => node.name === "a")
      ?.reasons.some(({ event }) => event === "Unconsolidatable");
    expect(told).toBe(true);
  });

  it("[lifecycle D9] of a hundred nodes the one that is up takes the pods", () => {
    const unready = Object.fromEntries(
      Array.from({ length: 99 }, (__, i) => [`new-${i}`, m(0, { initialized: false })] as const),
    );
    const plan = disrupt(of({ ...unready, a: m(1), up: m(2) }), { methods });
    expect(movesIn(plan)).toEqual(["a -> nothing"]);
    expect(plan.commands[0]?.nominations?.map(({ node }) => node)).toEqual(["up"]);
  });

  it("[lifecycle D10] a node within its pool's consolidateAfter takes no pods until the time is over", () => {
    const quiet = layoutPool("default", { disruption: { consolidateAfter: "30s", budgets: [{ nodes: "100%" }] } });
    const fresh = (since: string) =>
      of(
        {
          a: m(1),
          b: m(2, {
            claim: { status: { lastPodEventTime: since } },
            annotations: { "karpenter.sh/do-not-disrupt": "true" },
          }),
        },
        { pools: [quiet] },
      );
    expect(movesIn(disrupt(fresh("2025-12-31T23:59:50Z"), { methods }))).toEqual([]);
    expect(movesIn(disrupt(fresh("2025-12-31T23:59:20Z"), { methods }))).toEqual(["a -> nothing"]);
  });

  it("[lifecycle D11] consolidateAfter Never does not keep pods off", () => {
    const never = layoutPool("never", { disruption: { consolidateAfter: "Never" } });
    const snapshot = of({ a: m(1), b: m(1, { pool: "never" }) }, { pools: [layoutPool(), never] });
    expect(movesIn(disrupt(snapshot, { methods }))).toEqual(["a -> nothing"]);
  });

  it("[lifecycle D12] a pod that can never be placed does not stop removals", () => {
    const pending = [{ spec: { nodeSelector: { nowhere: "true" } } }];
    expect(movesIn(disrupt(of({ a: m(2), b: m(1) }, { pending }), { methods }))).toEqual(["b -> nothing"]);
  });

  it("[lifecycle D13] nothing happens when a running pod would have to wait", () => {
    expect(movesIn(disrupt(of({ a: m(3), b: m(3) }), { methods }))).toEqual([]);
  });

  it("[lifecycle D14] a pool without types does not hinder another", () => {
    const snapshot = of(
      { a: m(2), b: m(1), c: m(4, { pool: "bare" }) },
      { pools: [layoutPool(), layoutPool("bare")], typesOf: { bare: [] } },
    );
    expect(movesIn(disrupt(snapshot, { methods }))).toEqual(["b -> nothing"]);
  });

  it("[lifecycle D15] required anti-affinity is kept", () => {
    const term = { labelSelector: { matchLabels: { app: "apart" } }, topologyKey: "kubernetes.io/hostname" };
    const apart = {
      labels: { app: "apart" },
      spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
    } as const;
    expect(movesIn(disrupt(of({ a: m(1, { pods: [apart] }), b: m(1, { pods: [apart] }) }), { methods }))).toEqual([]);
  });

  it("[lifecycle D16] preferred anti-affinity holds under Respect and gives way under Ignore", () => {
    const podAffinityTerm = { labelSelector: { matchLabels: { app: "apart" } }, topologyKey: "kubernetes.io/hostname" };
    const apart = {
      labels: { app: "apart" },
      spec: {
        affinity: {
          podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm }] },
        },
      },
    } as const;
    const snapshot = of({ a: m(1, { pods: [apart] }), b: m(1, { pods: [apart] }) });
    expect(
      movesIn(disrupt(snapshot, { methods, settings: { provisioning: { preferencePolicy: "Respect" } } })),
    ).toEqual([]);
    const ignored = disrupt(snapshot, { methods, settings: { provisioning: { preferencePolicy: "Ignore" } } });
    expect(ignored.commands.map(({ replacements }) => replacements.length)).toEqual([0]);
  });

  it("[lifecycle D17] budgets of three of ten nodes bound a command", () => {
    const pools = [layoutPool("default", { disruption: { ...everything, budgets: [{ nodes: "3" }] } })];
    const nodes = Object.fromEntries(Array.from({ length: 10 }, (__, i) => [`n${i}`, m(1)] as const));
    const [command] = disrupt(of(nodes, { pools }), { methods }).commands;
    expect(command?.candidates.length).toBe(3);
  });

  it.each([
    [
      "WhenEmpty",
      { pools: [layoutPool("default", { disruption: { ...everything, consolidationPolicy: "WhenEmpty" } })] },
      {},
      "only nodes that are empty",
    ],
    [
      "Never",
      { pools: [layoutPool("default", { disruption: { consolidateAfter: "Never" } })] },
      {},
      "consolidateAfter: Never",
    ],
    ["an unknown type", {}, { type: "gone" }, 'instance type "gone"'],
    ["no capacity type", {}, { labels: { "karpenter.sh/capacity-type": undefined } }, "karpenter.sh/capacity-type"],
    ["no zone", {}, { labels: { "topology.kubernetes.io/zone": undefined } }, "topology.kubernetes.io/zone"],
  ] as const)("[lifecycle D18] %s is told as Unconsolidatable", (_name, parts, given, text) => {
    const plan = disrupt(of({ a: m(1, given), b: m(2, given) }, parts), { methods });
    expect(movesIn(plan)).toEqual([]);
    const told = plan.kept[0]?.reasons.filter(({ event }) => event === "Unconsolidatable").map((reason) => reason.text);
    expect(told?.join()).toContain(text);
  });

  it("[lifecycle D19] pools of a fixed size are left alone", () => {
    const pools = [layoutPool("default", { spec: { replicas: 2 } })];
    const plan = disrupt(of({ a: m(1), b: m(1) }, { pools }), { methods });
    expect(movesIn(plan)).toEqual([]);
    expect(keptBecause(plan, "a").code).toBe("static-pool");
  });

  it.each([
    ["not ready", { ready: "False" as const }],
    ["static", { spec: { replicas: 1 } }],
  ])("[lifecycle D20] within its window a node of a pool that is %s still takes pods", (_name, given) => {
    const disruption = { consolidateAfter: "10m", budgets: [{ nodes: "100%" }] };
    const other = layoutPool("other", { ...given, disruption });
    const busy = { pool: "other", claim: { status: { lastPodEventTime: "2025-12-31T23:59:50Z" } }, conditions: [] };
    const snapshot = of({ a: m(1), b: m(2, busy) }, { pools: [layoutPool(), other] });
    expect(movesIn(disrupt(snapshot, { methods }))).toEqual(["a -> nothing"]);
  });
});

it("[lifecycle K10] a nominated node is no candidate until that lapses", () => {
  const later = epochMillisOf(layoutNow + 10_000);
  const events = [{ type: "nominate", node: "b", until: later } as const];
  expect(movesIn(disrupt(of({ a: m(2), b: m(1) }, { events })))).toEqual(["a -> nothing"]);
});
