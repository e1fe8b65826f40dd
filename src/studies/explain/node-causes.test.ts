import { describe, expect, it } from "vitest";
import { type KubeObject, labels, type NodePool } from "../../api/index.ts";
import { type ClusterEvent, type ClusterSnapshot, keyText } from "../../core/index.ts";
import { instanceType, offering } from "../../../test/builders/instance-types.ts";
import { boundPod, type PodChange } from "../../../test/builders/pods.ts";
import {
  managedNode,
  type ManagedNode,
  nodePool,
  type PoolChange,
  snapshot,
  type SnapshotParts,
  testOptions,
} from "../../../test/builders/snapshot.ts";
import { disruptionOf } from "../plan/plan-now.ts";
import { explain } from "./explain.ts";
import type { ExplainRemedy, ExplainReport } from "./report.ts";

const types = [
  instanceType("default-instance-type", {
    offerings: [offering("test-zone-1", "on-demand", 1), offering("test-zone-1", "spot", 0.9)],
  }),
];
const own = { [labels.zone]: "test-zone-1", [labels.capacityType]: "on-demand" };
const since = "2025-12-01T00:00:00Z";

/** A machine that has been quiet for long, with an annotation, labels or conditions of its own. */
function machine(
  name: string,
  change: {
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
    quiet?: boolean;
    without?: string;
    phase?: "launched" | "registered";
    leaving?: boolean;
    pool?: string;
  } = {},
): ManagedNode {
  const { quiet = true, without = "", phase, leaving, pool } = change;
  const all = Object.fromEntries(Object.entries({ ...own, ...change.labels }).filter(([key]) => key !== without));
  const base = managedNode(name, {
    labels: all,
    ...(phase === undefined ? {} : { phase }),
    ...(leaving === undefined ? {} : { leaving }),
    ...(pool === undefined ? {} : { pool }),
  });
  const kinds = ["Launched", "Registered", "Initialized", ...(quiet ? ["Consolidatable"] : [])];
  const conditions = kinds.map((type) => ({ type, status: "True" as const, lastTransitionTime: since }));
  const claim = { ...base.claim, status: { ...base.claim.status, conditions } };
  if (base.node === undefined) return { claim, node: undefined };
  const metadata = { ...base.node.metadata, annotations: change.annotations ?? {} };
  return { claim, node: { ...base.node, metadata } };
}

const owner = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "web", controller: true }];
const runs = (on: string, name: string, cpu: string, change: PodChange = {}) =>
  boundPod(name, on, {
    requests: { cpu },
    labels: { app: name },
    ...change,
    metadata: { ownerReferences: owner, ...change.metadata },
  });

const doNotDisrupt = { "karpenter.sh/do-not-disrupt": "true" };
/** Keeps the second node and its pod, so that the answer is about the first. */
const two = machine("two", { annotations: doNotDisrupt });
const light = runs("one", "a", "200m");
const pool = (
  change: PoolChange = {},
  disruption: object = { consolidateAfter: "0s", budgets: [{ nodes: "100%" }] },
): readonly NodePool[] => [
  nodePool("default", {
    ...change,
    spec: { disruption: disruption, ...change.spec },
  }),
];
const budget = (name: string, allowed: number): ClusterEvent => ({
  type: "upsert",
  kind: "PodDisruptionBudget",
  object: {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default", uid: name },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "a" } } },
    status: { disruptionsAllowed: allowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  },
});

type Case = readonly [cause: string, code: string, parts: SnapshotParts, remedy: string | null];
const pair = (parts: SnapshotParts): SnapshotParts => ({
  types,
  pools: pool(),
  managed: [machine("one"), two],
  pods: [light],
  ...parts,
});

const cases: readonly Case[] = [
  [
    "its own annotation",
    "node-do-not-disrupt",
    pair({ managed: [machine("one", { annotations: doNotDisrupt }), two] }),
    "drop the annotation karpenter.sh/do-not-disrupt of the node",
  ],
  [
    "an annotation of a pod",
    "pod-do-not-disrupt",
    pair({ pods: [runs("one", "a", "200m", { metadata: { annotations: doNotDisrupt } })] }),
    "drop the annotation karpenter.sh/do-not-disrupt of pod default/a",
  ],
  [
    "an older annotation of a pod",
    "pod-do-not-disrupt",
    pair({ pods: [runs("one", "a", "200m", { metadata: { annotations: { "karpenter.sh/do-not-evict": "true" } } })] }),
    "drop the annotation karpenter.sh/do-not-evict of pod default/a",
  ],
  [
    "an older annotation of its own",
    "do-not-consolidate",
    pair({ managed: [machine("one", { annotations: { "karpenter.sh/do-not-consolidate": "true" } }), two] }),
    "drop the annotation karpenter.sh/do-not-consolidate of the node",
  ],
  [
    "a budget of its pods",
    "budget-blocks-pod",
    pair({ events: [budget("pdb", 0)] }),
    "let PodDisruptionBudget default/pdb allow an eviction",
  ],
  [
    "two budgets of one pod",
    "budget-blocks-pod",
    pair({ events: [budget("pdb", 1), budget("second", 1)] }),
    "delete PodDisruptionBudget default/second",
  ],
  [
    "a pool that removes only empty nodes",
    "only-when-empty",
    pair({
      pools: pool({}, { consolidationPolicy: "WhenEmpty", consolidateAfter: "0s", budgets: [{ nodes: "100%" }] }),
    }),
    "let NodePool default consolidate WhenEmptyOrUnderutilized",
  ],
  [
    "a pool that never consolidates",
    "consolidation-off",
    pair({
      managed: [machine("one", { quiet: false }), two],
      pools: pool({}, { consolidateAfter: "Never", budgets: [{ nodes: "100%" }] }),
    }),
    "set consolidateAfter of NodePool default to 0s",
  ],
  [
    "pods that changed lately",
    "not-quiet",
    pair({
      managed: [machine("one", { quiet: false }), two],
      pools: pool({}, { consolidateAfter: "1h", budgets: [{ nodes: "100%" }] }),
    }),
    "set consolidateAfter of NodePool default to 0s",
  ],
  [
    "a pool's budget of nothing",
    "budget",
    pair({ pools: pool({}, { consolidateAfter: "0s", budgets: [{ nodes: "0" }] }) }),
    "let the budgets of NodePool default allow 100% of its nodes",
  ],
  [
    "a budget of nothing for empty nodes",
    "budget",
    pair({ pods: [], pools: pool({}, { consolidateAfter: "0s", budgets: [{ nodes: "0", reasons: ["Empty"] }] }) }),
    "let the budgets of NodePool default allow 100% of its nodes",
  ],
  [
    "a pool of a fixed size",
    "static-pool",
    pair({
      pools: pool({ spec: { replicas: 2, disruption: { consolidateAfter: "0s", budgets: [{ nodes: "100%" }] } } }),
    }),
    "drop replicas of NodePool default",
  ],
  [
    "a claim without a node",
    "no-node",
    pair({ managed: [machine("one", { phase: "launched" }), two], pods: [] }),
    null,
  ],
  [
    "a node that is not initialized",
    "not-initialized",
    pair({ managed: [machine("one", { phase: "registered" }), two] }),
    null,
  ],
  ["a node on its way out", "leaving", pair({ managed: [machine("one", { leaving: true }), two] }), null],
  ["a pool that is gone", "pool-unknown", pair({ managed: [machine("one", { pool: "gone" }), two] }), null],
  [
    "a pod that is expected",
    "nominated",
    pair({ events: [{ type: "nominate", node: "one", until: Date.parse("2026-01-01T01:00:00Z") as never }] }),
    null,
  ],
  [
    "a type that its pool does not have",
    "type-unknown",
    pair({ managed: [machine("one", { labels: { [labels.instanceType]: "other" } }), two] }),
    null,
  ],
  [
    "no label of its capacity type",
    "no-capacity-type",
    pair({ managed: [machine("one", { without: labels.capacityType }), two] }),
    null,
  ],
  ["no label of its zone", "no-zone", pair({ managed: [machine("one", { without: labels.zone }), two] }), null],
  [
    "nothing cheaper",
    "no-cheaper-replacement",
    pair({
      types: [instanceType("default-instance-type", { offerings: [offering("test-zone-1", "on-demand", 1)] })],
      managed: [machine("one")],
      pods: [runs("one", "a", "3500m")],
    }),
    null,
  ],
];

function explained(taken: ClusterSnapshot): ExplainReport {
  const report = explain(taken, { object: "node/one" }, testOptions);
  if (!report.ok) throw new Error(report.failure.message);
  return report.value;
}

describe("what keeps a node, and what would free it", () => {
  it.each(cases)("%s (%s)", (_, code, parts, remedy) => {
    const { reasons, remedies } = explained(snapshot(parts));
    expect(reasons.map((reason) => reason.code)).toContain(code);
    if (remedy === null) expect(remedies).toEqual([]);
    else expect(remedies.map(({ text }) => text).join("\n")).toContain(remedy);
  });

  it.each(cases)("%s (%s): each change that can be applied frees it", (_, _code, parts) => {
    const taken = snapshot(parts);
    expect(goes(taken)).toBe(false);
    for (const remedy of explained(taken).remedies) {
      const changed = applied(taken, remedy);
      expect([remedy.text, remedy.verified, changed === undefined || goes(changed)]).toEqual([remedy.text, true, true]);
    }
  });

  it("are 20 causes and more, with a change for more than half of them", () => {
    expect([cases.length >= 20, cases.filter((each) => each[3] !== null).length >= 12]).toEqual([true, true]);
  });

  it("costs what it costs as long as it stays", () => {
    expect(explained(snapshot(cases[0]?.[2] ?? {})).costPerMonth).toBe(730);
  });
});

function goes(taken: ClusterSnapshot): boolean {
  const planned = disruptionOf(taken, testOptions);
  return (
    planned.ok && planned.value.commands.some(({ candidates }) => candidates.some(({ node }) => node.name === "one"))
  );
}

/** Where the patch is of annotations or of the pool's disruption settings; undefined for the rest. */
function applied(taken: ClusterSnapshot, { object, patch }: ExplainRemedy): ClusterSnapshot | undefined {
  const annotations = (patch?.["metadata"] as { annotations?: Record<string, null> } | undefined)?.annotations;
  const without = <T extends Pick<KubeObject, "metadata">>(of: T): T => ({
    ...of,
    metadata: {
      ...of.metadata,
      annotations: Object.fromEntries(
        Object.entries(of.metadata.annotations ?? {}).filter(([key]) => annotations?.[key] !== null),
      ),
    },
  });
  const nodes = taken.nodes.map((each) => {
    const node = object === `Node/${each.name}` && each.node !== undefined ? { node: without(each.node) } : {};
    return {
      ...each,
      ...node,
      pods: each.pods.map((pod) => (object === `Pod/default/${pod.metadata.name}` ? without(pod) : pod)),
    };
  });
  if (annotations !== undefined) return { ...taken, nodes };
  const disruption = (patch?.["spec"] as { disruption?: Record<string, unknown> } | undefined)?.disruption;
  // A shorter quiet time takes effect by the condition of the claim, which a controller sets.
  if (disruption === undefined || "consolidateAfter" in disruption) return undefined;
  const pools = taken.pools.map((view) =>
    keyText(view.key) === object
      ? {
          ...view,
          pool: {
            ...view.pool,
            spec: { ...view.pool.spec, disruption: { ...view.pool.spec.disruption, ...disruption } },
          },
        }
      : view,
  );
  return { ...taken, pools };
}
