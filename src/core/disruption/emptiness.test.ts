import { describe, expect, it } from "vitest";
import type { NodeClaim, NodePool, NodePoolDisruption, Pod } from "../../api/index.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import type { ClusterEvent } from "../cluster/events.ts";
import { freezeSnapshot } from "../cluster/freeze.ts";
import { applyClusterEvents } from "../cluster/reducer.ts";
import { emptyClusterState } from "../cluster/state.ts";
import { claimViewOf, poolViewOf } from "../cluster/views.ts";
import { labelRequirements } from "../requirements/requirements.ts";
import { epochMillisOf } from "../time.ts";
import { consolidatableOf } from "./consolidatable.ts";
import { emptiness } from "./emptiness.ts";
import { openLedger } from "./ledger.ts";
import { type DisruptionOptions, planDisruption } from "./pipeline.ts";
import { poolBudgets } from "./budgets.ts";
import { revalidateRemoval } from "./validation.ts";

const now = epochMillisOf(1_767_225_600_000); // 2026-01-01T00:00:00Z

const pool = (disruption: NodePoolDisruption = {}, more: { name?: string; replicas?: number } = {}): ClusterEvent => {
  const { name = "default", ...rest } = more;
  const nodePool: NodePool = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name },
    spec: {
      ...rest,
      template: { spec: { requirements: [], nodeClassRef: { group: "g", kind: "EC2NodeClass", name: "c" } } },
      disruption: { consolidateAfter: "0s", budgets: [{ nodes: "100%" }], ...disruption },
    },
  };
  return { type: "pool", view: poolViewOf(nodePool) };
};

const m5: InstanceType = {
  name: "m5.large",
  requirements: labelRequirements({ "node.kubernetes.io/instance-type": "m5.large" }),
  capacity: { cpu: 2000 },
  overhead: { kubeReserved: {}, systemReserved: {}, evictionThreshold: {} },
  offerings: [
    { zone: "a", capacityType: "spot", requirements: labelRequirements({}), price: 0.03, available: true },
    { zone: "a", capacityType: "on-demand", requirements: labelRequirements({}), price: 0.1, available: false },
  ],
};

const typesOf = (name = "default"): ClusterEvent => ({
  type: "instance-types",
  pool: { kind: "NodePool", name },
  types: [m5],
});

interface Machine {
  readonly pool?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ready?: "True" | "False";
  readonly claim?: Partial<NodeClaim["metadata"]>;
  readonly spec?: Partial<NodeClaim["spec"]>;
  readonly conditions?: readonly string[];
}

/** A Node and its claim, both ready and quiet. */
function machine(name: string, given: Machine = {}): readonly ClusterEvent[] {
  const own = { "karpenter.sh/nodepool": given.pool ?? "default" };
  const conditions = (given.conditions ?? ["Initialized", "Consolidatable"]).map((type) => ({
    type,
    status: "True" as const,
    lastTransitionTime: "2025-12-31T00:00:00Z",
  }));
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name: `claim-${name}`, labels: own, creationTimestamp: "2025-12-31T00:00:00Z", ...given.claim },
    spec: { requirements: [], nodeClassRef: { group: "g", kind: "EC2NodeClass", name: "c" }, ...given.spec },
    status: { providerID: `id-${name}`, conditions },
  };
  const labels = {
    ...own,
    "karpenter.sh/registered": "true",
    "karpenter.sh/initialized": "true",
    "node.kubernetes.io/instance-type": "m5.large",
    "topology.kubernetes.io/zone": "a",
    "karpenter.sh/capacity-type": "on-demand",
    ...given.labels,
  };
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels, ...(given.annotations === undefined ? {} : { annotations: given.annotations }) },
    spec: { providerID: `id-${name}` },
    status: { conditions: [{ type: "Ready", status: given.ready ?? ("True" as const) }] },
  };
  return [
    { type: "claim", view: claimViewOf(claim) },
    { type: "upsert", kind: "Node", object: node },
  ];
}

const podOn = (
  nodeName: string,
  metadata: Partial<Pod["metadata"]> = {},
  spec: Partial<Pod["spec"]> = {},
): ClusterEvent => ({
  type: "upsert",
  kind: "Pod",
  object: {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `pod-${nodeName}`, namespace: "default", labels: { app: "x" }, ...metadata },
    spec: { nodeName, containers: [], ...spec },
    status: { phase: "Running" },
  },
});

const owner = (kind: string, apiVersion = "apps/v1") => ({
  ownerReferences: [{ apiVersion, kind, name: "o", uid: "o" }],
});
const guard = (value: string) => ({ annotations: { "karpenter.sh/do-not-disrupt": value } });

const snapshotOf = (...events: readonly (ClusterEvent | readonly ClusterEvent[])[]) =>
  freezeSnapshot(applyClusterEvents(emptyClusterState(), events.flat()), now);

const optionsWith = (more: Partial<DisruptionOptions> = {}): DisruptionOptions => ({
  now,
  methods: [emptiness],
  ...more,
});

function planOf(snapshot: ReturnType<typeof snapshotOf>, more: Partial<DisruptionOptions> = {}) {
  const plan = planDisruption(snapshot, optionsWith(more));
  if (!plan.ok) throw new Error(plan.failure.message);
  return plan.value;
}

const takenFrom = (snapshot: ReturnType<typeof snapshotOf>, more: Partial<DisruptionOptions> = {}) =>
  planOf(snapshot, more).commands.flatMap(({ candidates }) => candidates.map(({ node }) => node.name));

const codesOf = (snapshot: ReturnType<typeof snapshotOf>, more: Partial<DisruptionOptions> = {}) =>
  planOf(snapshot, more).kept.map(({ code }) => code);

const base = [pool(), typesOf()];

describe("emptiness", () => {
  it("[lifecycle E1] removes empty nodes, several in one command, and says what that saves", () => {
    const plan = planOf(
      snapshotOf(base, machine("b"), machine("a", { labels: { "karpenter.sh/capacity-type": "spot" } })),
    );
    expect(plan.commands).toMatchObject([
      { method: "emptiness", reason: "Empty", replacements: [], podsMoved: 0, savingPerHour: 0.13 },
    ]);
    expect(plan.commands[0]?.candidates.map(({ node, price }) => [node.name, price])).toEqual([
      ["b", 0.1],
      ["a", 0.03],
    ]);
    expect(plan.kept).toEqual([]);
  });

  it("[lifecycle E3] leaves a node whose claim is not Consolidatable", () => {
    expect(codesOf(snapshotOf(base, machine("a", { conditions: ["Initialized"] })))).toEqual(["not-quiet"]);
  });

  it("[lifecycle E5] leaves a node that runs a pod, and says how many", () => {
    expect(planOf(snapshotOf(base, machine("a"), podOn("a"))).kept).toMatchObject([
      { code: "not-empty", text: "it runs 1 pod that would have to move", price: 0.1 },
    ]);
  });

  it.each([
    ["a DaemonSet's pod", owner("DaemonSet"), ["a"]],
    ["a terminating pod", { deletionTimestamp: "2026-01-01T00:00:00Z" }, ["a"]],
    ["a StatefulSet's terminating pod", { deletionTimestamp: "2026-01-01T00:00:00Z", ...owner("StatefulSet") }, []],
  ])("[lifecycle E6] with only %s", (_, metadata, expected) => {
    expect(takenFrom(snapshotOf(base, machine("a"), podOn("a", metadata)))).toEqual(expected);
  });

  it("[lifecycle E9] leaves the nodes of a static pool", () => {
    expect(codesOf(snapshotOf(pool({}, { replicas: 1 }), typesOf(), machine("a")))).toEqual(["static-pool"]);
  });

  it("leaves the nodes of a pool that never consolidates, and tells users so", () => {
    expect(planOf(snapshotOf(pool({ consolidateAfter: "Never" }), typesOf(), machine("a"))).kept).toMatchObject([
      { code: "consolidation-off", reasons: [{ event: "Unconsolidatable", method: "emptiness" }] },
    ]);
  });

  it("[lifecycle E10] leaves a node that holds buffer pods", () => {
    const snapshot = snapshotOf(base, machine("a"), machine("b"));
    expect(takenFrom(snapshot, { bufferNodes: new Set(["a"]) })).toEqual(["b"]);
  });

  it("[lifecycle E13] takes a node whose only pod costs nothing to move", () => {
    const cheap = { annotations: { "controller.kubernetes.io/pod-deletion-cost": "-2147483647" } };
    expect(planOf(snapshotOf(base, machine("a"), podOn("a", cheap))).commands).toMatchObject([{ podsMoved: 1 }]);
  });
});

describe("candidates", () => {
  const pdb: ClusterEvent = {
    type: "upsert",
    kind: "PodDisruptionBudget",
    object: {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "pdb", namespace: "default" },
      spec: { selector: {}, maxUnavailable: 0 },
    },
  };
  const nominated: ClusterEvent = { type: "nominate", node: "a", until: epochMillisOf(now + 1) };
  const lapsed: ClusterEvent = { type: "nominate", node: "a", until: now };
  const marked: ClusterEvent = { type: "mark-for-deletion", providerIds: ["id-a"] };
  const daemon = owner("DaemonSet");

  it.each<readonly [string, readonly ClusterEvent[], string]>([
    [
      "[lifecycle K1] run a guarded daemon pod",
      [...machine("a"), podOn("a", { ...guard("true"), ...daemon })],
      "pod-do-not-disrupt",
    ],
    [
      "[lifecycle K1] run a guarded mirror pod",
      [...machine("a"), podOn("a", { ...guard("true"), ...owner("Node", "v1") })],
      "pod-do-not-disrupt",
    ],
    [
      "[lifecycle K2] have a deadline, for a graceful method",
      [...machine("a", { spec: { terminationGracePeriod: "0s" } }), podOn("a", guard("true"))],
      "pod-do-not-disrupt",
    ],
    [
      "[lifecycle K6] run a daemon pod behind a budget",
      [...machine("a"), podOn("a", daemon), pdb],
      "budget-blocks-pod",
    ],
    ["[lifecycle K8] are annotated", machine("a", guard("true")), "node-do-not-disrupt"],
    ["[lifecycle K9] have only a Node", machine("a").slice(1), "unmanaged"],
    ["[lifecycle K9] have only a claim", machine("a").slice(0, 1), "no-node"],
    ["[lifecycle K10] are nominated", [...machine("a"), nominated], "nominated"],
    ["[lifecycle K11] are deleting", machine("a", { claim: { deletionTimestamp: "2026-01-01T00:00:00Z" } }), "leaving"],
    ["[lifecycle K11] are marked", [...machine("a"), marked], "leaving"],
    [
      "[lifecycle K12] are not initialized",
      machine("a", { labels: { "karpenter.sh/initialized": "false" } }),
      "not-initialized",
    ],
    ["[lifecycle K13] belong to no pool", machine("a", { pool: "", claim: { labels: {} } }), "no-pool-label"],
    ["[lifecycle K13] belong to an unknown pool", machine("a", { pool: "other" }), "pool-unknown"],
  ])("are not nodes that %s", (_, events, code) => {
    expect(codesOf(snapshotOf(base, events))).toEqual([code]);
  });

  it.each<readonly [string, readonly ClusterEvent[]]>([
    [
      "[lifecycle K4] a guarded terminating pod",
      [...machine("a"), podOn("a", { ...guard("true"), deletionTimestamp: "2026-01-01T00:00:00Z" })],
    ],
    [
      "[lifecycle K5] a terminating pod behind a budget",
      [...machine("a"), podOn("a", { deletionTimestamp: "2026-01-01T00:00:00Z" }), pdb],
    ],
    ["[lifecycle K6] a mirror pod behind a budget", [...machine("a"), podOn("a", owner("Node", "v1")), pdb]],
    ["[lifecycle K8] the annotation with another value", machine("a", guard("false"))],
    ["[lifecycle K10] a nomination that has lapsed", [...machine("a"), lapsed]],
    ["[lifecycle K19] a guard that means nothing", [...machine("a"), podOn("a", { ...guard("invalid"), ...daemon })]],
  ])("are nodes with %s", (_, events) => {
    expect(takenFrom(snapshotOf(base, events))).toEqual(["a"]);
  });

  it("[lifecycle K14] are built without a known type, at no price", () => {
    const stray = machine("a", { labels: { "node.kubernetes.io/instance-type": "x9.huge" } });
    expect(planOf(snapshotOf(base, stray)).commands).toMatchObject([{ savingPerHour: 0, candidates: [{ price: 0 }] }]);
  });

  it("[lifecycle K15] are not nodes of a running command", () => {
    expect(codesOf(snapshotOf(base, machine("a")), { queued: new Set(["id-a"]) })).toEqual(["in-command"]);
  });

  it("are none without instance types of their pool", () => {
    expect(codesOf(snapshotOf(pool(), machine("a")))).toEqual(["pool-unknown"]);
  });

  it("are none at all while a budget cannot be read", () => {
    const selector = { matchExpressions: [{ key: "app", operator: "In" as const }] };
    const broken = {
      ...pdb,
      object: {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "bad", namespace: "default" },
        spec: { selector },
      },
    } as ClusterEvent;
    expect(planDisruption(snapshotOf(base, machine("a"), broken), optionsWith())).toMatchObject({
      ok: false,
      failure: { budget: "default/bad" },
    });
  });

  it("name pods and budgets in what is told to users", () => {
    const told = (...events: readonly ClusterEvent[]) =>
      planOf(snapshotOf(base, machine("a"), ...events)).kept[0]?.reasons[0];
    expect(told(podOn("a", guard("true")))).toEqual({
      code: "pod-do-not-disrupt",
      text: "pod default/pod-a carries the annotation karpenter.sh/do-not-disrupt",
      event: "DisruptionBlocked",
    });
    expect(told(podOn("a"), pdb)?.text).toBe(
      "PodDisruptionBudget default/pdb allows no eviction of pod default/pod-a now",
    );
  });
});

describe("budgets of pools", () => {
  const names = Array.from({ length: 10 }, (_, index) => `n${index}`);
  const ten = names.flatMap((name) => machine(name));

  it("[lifecycle B10] let three of ten go by 30 %", () => {
    const plan = planOf(snapshotOf(pool({ budgets: [{ nodes: "30%" }] }), typesOf(), ten));
    expect(plan.commands[0]?.candidates).toHaveLength(3);
    expect(plan.kept.map(({ code }) => code)).toEqual(Array.from({ length: 7 }, () => "budget"));
    expect(plan.reports).toMatchObject([{ eligible: 10, limitedByBudget: true }]);
  });

  it("[lifecycle B11] let none go by 0, which is not to be remembered as nothing to do", () => {
    const plan = planOf(snapshotOf(pool({ budgets: [{ nodes: "0" }] }), typesOf(), ten));
    expect([plan.commands, plan.reports[0]?.limitedByBudget, plan.reports[0]?.budgets?.[0]?.allowed]).toEqual([
      [],
      true,
      0,
    ]);
  });

  it("[lifecycle B12] are each pool's own", () => {
    const pools = names.flatMap((name) => [
      pool({ budgets: [{ nodes: "2" }] }, { name }),
      typesOf(name),
      ...["x", "y", "z"].flatMap((suffix) => machine(`${name}${suffix}`, { pool: name })),
    ]);
    expect(takenFrom(snapshotOf(pools))).toHaveLength(20);
  });

  it("[lifecycle B13] count nodes that are not Ready or leaving as disrupted", () => {
    const leaving: ClusterEvent = { type: "mark-for-deletion", providerIds: ["id-n0", "id-n1"] };
    const ledger = (snapshot: ReturnType<typeof snapshotOf>) =>
      openLedger(poolBudgets(snapshot, "Empty", now)).remaining({ kind: "NodePool", name: "default" });
    expect(ledger(snapshotOf(base, ten, leaving))).toBe(8);
    expect(ledger(snapshotOf(base, ten, machine("n0", { ready: "False" }), machine("n1", { ready: "False" })))).toBe(8);
  });

  it("[lifecycle B14] leave unmanaged, uninitialized and terminating nodes out", () => {
    const counted = poolBudgets(
      snapshotOf(
        base,
        machine("a"),
        machine("b").slice(1),
        machine("c", { labels: { "karpenter.sh/initialized": "false" } }),
        machine("d", { conditions: ["Initialized", "InstanceTerminating"] }),
      ),
      "Empty",
      now,
    );
    expect(counted).toMatchObject([{ nodes: 1, disrupting: 0 }]);
  });

  it("[lifecycle B15] never go below zero", () => {
    const all: ClusterEvent = { type: "mark-for-deletion", providerIds: names.map((name) => `id-${name}`) };
    const budgets = poolBudgets(snapshotOf(pool({ budgets: [{ nodes: "3" }] }), typesOf(), ten, all), "Empty", now);
    const ledger = openLedger(budgets);
    expect(ledger.remaining({ kind: "NodePool", name: "default" })).toBe(0);
    expect(ledger.take({ kind: "NodePool", name: "default" }).ok).toBe(false);
  });

  it("are not spent by a ledger that is given up", () => {
    const key = { kind: "NodePool", name: "default" } as const;
    const ledger = openLedger(
      poolBudgets(snapshotOf(pool({ budgets: [{ nodes: "1" }] }), typesOf(), ten), "Empty", now),
    );
    const next = ledger.take(key);
    expect([next.ok && next.value.remaining(key), ledger.remaining(key)]).toEqual([0, 1]);
  });
});

describe("validation after the wait", () => {
  const command = (snapshot: ReturnType<typeof snapshotOf>) => {
    const [first] = planOf(snapshot).commands;
    if (first === undefined) throw new Error("no command was found");
    return first;
  };
  const validated = (before: ReturnType<typeof snapshotOf>, after: ReturnType<typeof snapshotOf>) =>
    revalidateRemoval(emptiness, command(before), { snapshot: after, options: { now } });

  it("[lifecycle E8] drops candidates that were filled or annotated, and goes on with the others", () => {
    const before = snapshotOf(base, machine("a"), machine("b"), machine("c"));
    const after = snapshotOf(base, machine("a"), machine("b", guard("true")), machine("c"), podOn("a"));
    const result = validated(before, after);
    expect(result.ok && result.value.command.candidates.map(({ node }) => node.name)).toEqual(["c"]);
    expect(result.ok && result.value.droppedForBudget).toBe(0);
  });

  it("[lifecycle E12] drops what the budget does not allow any more, and counts it", () => {
    const before = snapshotOf(base, machine("a"), machine("b"));
    const after = snapshotOf(pool({ budgets: [{ nodes: "1" }] }), typesOf(), machine("a"), machine("b"));
    const result = validated(before, after);
    expect(result).toMatchObject({
      ok: true,
      value: { droppedForBudget: 1, command: { candidates: [{ node: { name: "a" } }] } },
    });
  });

  it("[lifecycle E12] is churn when the only candidate is nominated meanwhile", () => {
    const nominated: ClusterEvent = { type: "nominate", node: "a", until: epochMillisOf(now + 1) };
    expect(validated(snapshotOf(base, machine("a")), snapshotOf(base, machine("a"), nominated))).toMatchObject({
      ok: false,
      failure: { kind: "churn", candidates: 1 },
    });
  });

  it("fails for budget when none is left", () => {
    const after = snapshotOf(pool({ budgets: [{ nodes: "0" }] }), typesOf(), machine("a"));
    expect(validated(snapshotOf(base, machine("a")), after)).toMatchObject({
      ok: false,
      failure: { kind: "budget", candidates: 1 },
    });
  });
});

describe("Consolidatable", () => {
  const view = (lastPodEventTime?: string, initialized: "True" | "Unknown" = "True") =>
    claimViewOf({
      apiVersion: "karpenter.sh/v1",
      kind: "NodeClaim",
      metadata: { name: "c" },
      spec: { requirements: [], nodeClassRef: { group: "g", kind: "K", name: "c" } },
      status: {
        conditions: [{ type: "Initialized", status: initialized, lastTransitionTime: "2025-12-31T23:59:00Z" }],
        ...(lastPodEventTime === undefined ? {} : { lastPodEventTime }),
      },
    });
  const after = (consolidateAfter: string) => {
    const event = pool({ consolidateAfter });
    if (event.type !== "pool") throw new Error("not a pool");
    return event.view;
  };

  it("waits for quiet since the last pod event, or since initialization", () => {
    expect(consolidatableOf(view(), after("60s"), now)).toEqual({ status: "true" });
    expect(consolidatableOf(view(), after("61s"), now)).toEqual({ status: "wait", until: now + 1000 });
    expect(consolidatableOf(view("2025-12-31T23:59:30Z"), after("60s"), now)).toEqual({
      status: "wait",
      until: now + 30_000,
    });
    expect(consolidatableOf(view("2026-01-01T00:00:00Z"), after("0s"), now)).toEqual({ status: "true" });
  });

  it("is cleared before initialization, and for a pool that never consolidates", () => {
    expect(consolidatableOf(view(undefined, "Unknown"), after("0s"), now)).toEqual({
      status: "clear",
      reason: "not-initialized",
    });
    expect(consolidatableOf(view(), after("Never"), now)).toEqual({ status: "clear", reason: "never" });
  });
});
