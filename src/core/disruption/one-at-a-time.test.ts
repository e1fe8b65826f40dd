import { describe, expect, test } from "vitest";
import type { NodeClaim, NodePool } from "../../api/index.ts";
import type { ClusterEvent } from "../cluster/events.ts";
import { freezeSnapshot } from "../cluster/freeze.ts";
import { applyClusterEvents } from "../cluster/reducer.ts";
import { emptyClusterState } from "../cluster/state.ts";
import { type PoolKey, addressOf } from "../cluster/keys.ts";
import { claimViewOf, poolViewOf } from "../cluster/views.ts";
import { labelRequirements } from "../requirements/requirements.ts";
import { epochMillisOf } from "../time.ts";
import { vacancy } from "./emptiness.ts";
import { planDisruption } from "./pipeline.ts";

const now = epochMillisOf(1_767_225_600_000); // 2026-01-01T00:00:00Z
const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "c" };

function poolEvents(key: PoolKey): readonly ClusterEvent[] {
  const nodePool: NodePool = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: addressOf(key) },
    spec: {
      template: { spec: { requirements: [], nodeClassRef } },
      disruption: { consolidateAfter: "0s", budgets: [{ nodes: "100%" }] },
    },
  };
  const type = {
    name: "m5.large",
    requirements: labelRequirements({ "node.kubernetes.io/instance-type": "m5.large" }),
    capacity: { cpu: 2000 },
    overhead: { kubeReserved: {}, systemReserved: {}, evictionThreshold: {} },
    offerings: [],
  };
  return [
    { type: "pool", view: poolViewOf(nodePool) },
    { type: "instance-types", pool: key, types: [type] },
  ];
}

/** An empty machine of the pool; `removedAt` when a command has begun to remove it. */
function machine(key: PoolKey, name: string, removedAt?: string): readonly ClusterEvent[] {
  const owner = key.kind === "NodePool" ? "karpenter.sh/nodepool" : "karpenter.sh/provisioner-name";
  const labels = { [owner]: key.name, "node.kubernetes.io/instance-type": "m5.large" };
  const conditions = ["Launched", "Registered", "Initialized", "Consolidatable", "DisruptionReason"];
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: key.kind === "NodePool" ? name : `Machine/${name}`,
      labels,
      ...(removedAt === undefined ? {} : { deletionTimestamp: removedAt }),
    },
    spec: { requirements: [], nodeClassRef },
    status: {
      providerID: `aws:///a/${name}`,
      nodeName: name,
      conditions: (removedAt === undefined ? conditions.slice(0, 4) : conditions).map((type) => ({
        type,
        status: "True",
      })),
    },
  };
  const node = {
    apiVersion: "v1" as const,
    kind: "Node" as const,
    metadata: { name, labels: { ...labels, "karpenter.sh/registered": "true", "karpenter.sh/initialized": "true" } },
    spec: { providerID: `aws:///a/${name}` },
    status: { conditions: [{ type: "Ready", status: "True" as const }] },
  };
  return [
    { type: "claim", view: claimViewOf(claim) },
    { type: "upsert", kind: "Node", object: node },
  ];
}

const first: PoolKey = { kind: "Provisioner", name: "first" };
const second: PoolKey = { kind: "Provisioner", name: "second" };
const today: PoolKey = { kind: "NodePool", name: "today" };
const pools = [first, second, today].flatMap(poolEvents);

function going(machines: readonly ClusterEvent[], queued: readonly string[] = []) {
  const snapshot = freezeSnapshot(applyClusterEvents(emptyClusterState(), [...pools, ...machines]), now);
  const held = new Set(queued.map((name) => `aws:///a/${name}`));
  const plan = planDisruption(snapshot, { now, methods: [vacancy], queued: held });
  if (!plan.ok) throw new Error(plan.failure.message);
  const { commands, kept } = plan.value;
  const reasonOf = (name: string) => kept.find(({ node }) => node.name === name)?.code;
  return { goes: commands.flatMap(({ candidates }) => candidates.map(({ node }) => node.name)), reasonOf };
}

describe("nodes of Provisioners", () => {
  test("go one command after the other, and those of NodePools do not wait for them", () => {
    const machines = [...machine(first, "a"), ...machine(second, "b"), ...machine(today, "c")];
    const { goes, reasonOf } = going(machines, ["a"]);
    expect([goes, reasonOf("b")]).toEqual([["c"], "one-at-a-time"]);
  });

  test("of one command go together", () => {
    expect(going([...machine(first, "a"), ...machine(second, "b")]).goes.toSorted()).toEqual(["a", "b"]);
  });

  test("wait until the last is gone, and not for a drain that hangs", () => {
    const since = (removedAt: string) => going([...machine(first, "a", removedAt), ...machine(second, "b")]).goes;
    expect(since("2025-12-31T23:55:00Z")).toEqual([]);
    expect(since("2025-12-31T23:50:00Z")).toEqual(["b"]);
  });

  test("do not wait for a node of a NodePool", () => {
    expect(going([...machine(today, "c"), ...machine(first, "a")], ["c"]).goes).toEqual(["a"]);
  });
});
