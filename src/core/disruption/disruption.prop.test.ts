import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodePool } from "../../api/index.ts";
import type { ClusterEvent } from "../cluster/events.ts";
import { freezeSnapshot } from "../cluster/freeze.ts";
import { keyText } from "../cluster/keys.ts";
import { applyClusterEvents } from "../cluster/reducer.ts";
import { emptyClusterState } from "../cluster/state.ts";
import { claimViewOf, poolViewOf } from "../cluster/views.ts";
import { epochMillisOf } from "../time.ts";
import { poolBudgets } from "./budgets.ts";
import { emptiness } from "./emptiness.ts";
import { planDisruption } from "./pipeline.ts";

const now = epochMillisOf(1_767_225_600_000);
const names = ["p0", "p1"];

const poolEvents = (budgets: readonly string[]): readonly ClusterEvent[] =>
  names.flatMap((name, index) => {
    const nodePool: NodePool = {
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: { name },
      spec: {
        template: { spec: { requirements: [], nodeClassRef: { group: "g", kind: "K", name: "c" } } },
        disruption: { consolidateAfter: "0s", budgets: [{ nodes: budgets[index] ?? "10%" }] },
      },
    };
    const type = {
      name: "t",
      requirements: new Map(),
      capacity: {},
      overhead: { kubeReserved: {}, systemReserved: {}, evictionThreshold: {} },
      offerings: [],
    };
    return [
      { type: "pool", view: poolViewOf(nodePool) },
      { type: "instance-types", pool: { kind: "NodePool", name }, types: [type] },
    ];
  });

interface Machine {
  readonly pool: number;
  readonly ready: boolean;
  readonly quiet: boolean;
  readonly busy: boolean;
}

function machineEvents({ pool, ready, quiet, busy }: Machine, index: number): readonly ClusterEvent[] {
  const labels = { "karpenter.sh/nodepool": names[pool] ?? "" };
  const providerID = `id-${index}`;
  const conditions = ["Initialized", ...(quiet ? ["Consolidatable"] : [])].map((type) => ({
    type,
    status: "True" as const,
  }));
  const claim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name: `c${index}`, labels },
    spec: { requirements: [], nodeClassRef: { group: "g", kind: "K", name: "c" } },
    status: { providerID, conditions },
  };
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: `n${index}`,
      labels: { ...labels, "karpenter.sh/registered": "true", "karpenter.sh/initialized": "true" },
    },
    spec: { providerID },
    status: { conditions: [{ type: "Ready", status: ready ? ("True" as const) : ("False" as const) }] },
  };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `p${index}`, namespace: "default" },
    spec: { nodeName: `n${index}`, containers: [] },
  };
  const events: ClusterEvent[] = [
    { type: "claim", view: claimViewOf(claim) },
    { type: "upsert", kind: "Node", object: node },
  ];
  return busy ? [...events, { type: "upsert", kind: "Pod", object: pod }] : events;
}

const cluster = fc.record({
  budgets: fc.array(fc.constantFrom("0", "1", "3", "10%", "50%", "100%"), { minLength: 2, maxLength: 2 }),
  machines: fc.array(
    fc.record({ pool: fc.nat({ max: 1 }), ready: fc.boolean(), quiet: fc.boolean(), busy: fc.boolean() }),
    { maxLength: 12 },
  ),
});

const eventsOf = (given: { readonly budgets: readonly string[]; readonly machines: readonly Machine[] }) => [
  ...poolEvents(given.budgets),
  ...given.machines.flatMap(machineEvents),
];

function planOf(events: readonly ClusterEvent[]) {
  const snapshot = freezeSnapshot(applyClusterEvents(emptyClusterState(), events), now);
  const plan = planDisruption(snapshot, { now, methods: [emptiness] });
  if (!plan.ok) throw new Error(plan.failure.message);
  return { snapshot, plan: plan.value };
}

describe("a disruption plan", () => {
  it("never takes more of a pool than its budget has left", () => {
    fc.assert(
      fc.property(cluster, (given) => {
        const { snapshot, plan } = planOf(eventsOf(given));
        const candidates = plan.commands.flatMap((command) => command.candidates);
        for (const { pool, allowed, disrupting } of poolBudgets(snapshot, "Empty", now)) {
          const taken = candidates.filter((candidate) => keyText(candidate.pool.key) === keyText(pool.key)).length;
          expect(taken).toBeLessThanOrEqual(Math.max(0, allowed - disrupting));
        }
      }),
    );
  });

  it("takes a node or says why not, and takes only what is empty and quiet", () => {
    fc.assert(
      fc.property(cluster, (given) => {
        const { snapshot, plan } = planOf(eventsOf(given));
        const taken = plan.commands.flatMap(({ candidates }) => candidates.map(({ node }) => node.name));
        const kept = plan.kept.map(({ node }) => node.name);
        expect([...taken, ...kept].sort()).toEqual(snapshot.nodes.map(({ name }) => name));
        expect(plan.kept.every(({ text, reasons }) => text !== "" && reasons.length > 0)).toBe(true);
        for (const name of taken)
          expect(given.machines[Number(name.slice(1))]).toMatchObject({ busy: false, quiet: true });
      }),
    );
  });

  it("does not depend on the order in which the cluster was seen", () => {
    fc.assert(
      fc.property(cluster, (given) => {
        const events = eventsOf(given);
        expect(planOf(events.toReversed()).plan).toEqual(planOf(events).plan);
      }),
    );
  });
});
