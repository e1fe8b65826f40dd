import { describe, expect, it } from "vitest";
import type { Node, NodeClaim, NodePool, ObjectMeta, Pod, Taint } from "../../api/index.ts";
import { epochMillisOf } from "../time.ts";
import type { ClusterEvent } from "./events.ts";
import { freezeSnapshot } from "./freeze.ts";
import { poolUsageOf } from "./pool-usage.ts";
import { applyClusterEvent, applyClusterEvents } from "./reducer.ts";
import { type ClusterState, emptyClusterState } from "./state.ts";
import { isSynced, syncGap } from "./synced.ts";
import { claimViewOf, poolViewOf } from "./views.ts";

const providerID = "aws:///a/i-1";
const poolLabel = { "karpenter.sh/nodepool": "default" };
const typeLabel = { "node.kubernetes.io/instance-type": "m5.large" };
const stage = (...stages: readonly ("registered" | "initialized")[]) =>
  Object.fromEntries(stages.map((name) => [`karpenter.sh/${name}`, "true"]));

const node = (
  metadata: ObjectMeta = {},
  more: { spec?: Node["spec"]; status?: NonNullable<Node["status"]> } = {},
): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "node-1", uid: "n1", ...metadata },
  spec: { providerID, ...more.spec },
  status: { capacity: { cpu: "4", memory: "8Gi" }, allocatable: { cpu: "3", memory: "7Gi" }, ...more.status },
});

const poolNode = (labels: Readonly<Record<string, string>> = {}, more: Parameters<typeof node>[1] = {}): Node =>
  node({ labels: { ...poolLabel, ...typeLabel, ...labels } }, more);

const claim = (
  more: { metadata?: ObjectMeta; status?: NodeClaim["status"]; taints?: readonly Taint[] } = {},
): NodeClaim => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodeClaim",
  metadata: { name: "default-abc", uid: "c1", labels: { ...poolLabel, from: "claim" }, ...more.metadata },
  spec: {
    requirements: [],
    nodeClassRef: { group: "g", kind: "EC2NodeClass", name: "default" },
    taints: more.taints ?? [{ key: "team", value: "a", effect: "NoSchedule" }],
    startupTaints: [{ key: "startup", effect: "NoExecute" }],
  },
  status: {
    providerID,
    capacity: { cpu: "4", memory: "8Gi", "nvidia.com/gpu": "1" },
    allocatable: { cpu: "3", memory: "7Gi", "nvidia.com/gpu": "1" },
    ...more.status,
  },
});

const pod = (name: string, spec: Partial<Pod["spec"]> = {}, more: Partial<Pod> = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  spec: { containers: [{ name: "main", resources: { requests: { cpu: "500m" } } }], ...spec },
  ...more,
  metadata: { name, namespace: "default", uid: name, ...more.metadata },
});

const nodeEvent = (object: Node): ClusterEvent => ({ type: "upsert", kind: "Node", object });
const podEvent = (object: Pod): ClusterEvent => ({ type: "upsert", kind: "Pod", object });
const claimEvent = (object: NodeClaim): ClusterEvent => ({ type: "claim", view: claimViewOf(object) });
const stateOf = (...events: readonly ClusterEvent[]) => applyClusterEvents(emptyClusterState(), events);
const frozen = (state: ClusterState) => freezeSnapshot(state, epochMillisOf(0));
const nodesOf = (...events: readonly ClusterEvent[]) => frozen(stateOf(...events)).nodes;
const usage = (state: ClusterState) => poolUsageOf(frozen(state), { kind: "NodePool", name: "default" });

describe("a state node", () => {
  it("[scheduling F91] is the claim until its Node is registered", () => {
    expect(nodesOf(claimEvent(claim()), nodeEvent(poolNode()))).toMatchObject([
      {
        name: "default-abc",
        providerId: providerID,
        managed: true,
        registered: false,
        initialized: false,
        labels: { from: "claim" },
        taints: [{ key: "team" }],
        poolKey: { kind: "NodePool", name: "default" },
        node: { metadata: { name: "node-1" } },
      },
    ]);
  });

  it("is the Node once it is registered", () => {
    const taints: readonly Taint[] = [
      { key: "other", effect: "NoSchedule" },
      { key: "startup", effect: "NoExecute" },
      { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
      { key: "readiness.k8s.io/cni", effect: "NoSchedule" },
    ];
    const registered = poolNode(stage("registered"), { spec: { providerID, taints } });
    expect(nodesOf(claimEvent(claim()), nodeEvent(registered))).toMatchObject([
      { name: "node-1", registered: true, initialized: false, taints: [{ key: "other" }] },
    ]);
  });

  it("[scheduling F97] shows every taint once it is initialized", () => {
    const taints: readonly Taint[] = [{ key: "startup", effect: "NoExecute" }];
    const ready = poolNode(stage("registered", "initialized"), { spec: { providerID, taints } });
    expect(nodesOf(claimEvent(claim()), nodeEvent(ready))[0]?.taints).toEqual(taints);
  });

  it("[scheduling F104] takes from the claim what the Node does not report yet, until it is initialized", () => {
    const status = { capacity: { cpu: "4", "nvidia.com/gpu": "0" }, allocatable: { cpu: "3" } };
    const starting = nodesOf(claimEvent(claim()), nodeEvent(poolNode(stage("registered"), { status })))[0];
    expect(starting?.capacity).toEqual({ cpu: 4000, memory: 8 * 2 ** 30, "nvidia.com/gpu": 1 });
    expect(starting?.allocatable).toEqual({ cpu: 3000, memory: 7 * 2 ** 30, "nvidia.com/gpu": 1 });
    const ready = poolNode(stage("registered", "initialized"), { status });
    expect(nodesOf(claimEvent(claim()), nodeEvent(ready))[0]?.capacity).toEqual({ cpu: 4000, "nvidia.com/gpu": 0 });
  });

  it("is registered and initialized from the start when nobody manages it", () => {
    const plain = node({}, { spec: { taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoExecute" }] } });
    expect(nodesOf(nodeEvent({ ...plain, spec: { taints: plain.spec.taints ?? [] } }))).toMatchObject([
      { name: "node-1", managed: false, registered: true, initialized: true, taints: [{ effect: "NoExecute" }] },
    ]);
  });

  it("does not exist for a pool's Node without provider id, nor without type before initialization", () => {
    expect(nodesOf(nodeEvent(poolNode({}, { spec: { providerID: "" } })))).toEqual([]);
    expect(nodesOf(nodeEvent(node({ labels: poolLabel })))).toEqual([]);
    expect(nodesOf(nodeEvent(node({ labels: { ...poolLabel, ...stage("initialized") } })))).toHaveLength(1);
  });

  it("does not exist for a claim that is not launched", () => {
    expect(nodesOf(claimEvent(claim({ status: { providerID: "" } })))).toEqual([]);
  });

  it.each([
    ["its claim is deleted", [claimEvent(claim({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }))]],
    [
      "its instance terminates",
      [
        claimEvent(
          claim({ status: { providerID, conditions: [{ type: "InstanceTerminating", status: "True" as const }] } }),
        ),
      ],
    ],
    ["it is unmanaged and deleted", [nodeEvent(node({ deletionTimestamp: "2026-01-01T00:00:00Z" }))]],
    [
      "it is chosen for disruption",
      [claimEvent(claim()), { type: "mark-for-deletion", providerIds: [providerID] } as const],
    ],
  ])("is marked for deletion when %s", (_, events) => {
    expect(nodesOf(...events).map((each) => each.markedForDeletion)).toEqual([true]);
  });

  it("is not marked because its Node alone is being deleted", () => {
    const going = {
      ...poolNode(stage("registered")),
      metadata: { ...poolNode(stage("registered")).metadata, deletionTimestamp: "x" },
    };
    expect(nodesOf(claimEvent(claim()), nodeEvent(going))[0]?.markedForDeletion).toBe(false);
  });

  it("loses a mark by unmarking, and with its machine", () => {
    const marked = stateOf(claimEvent(claim()), { type: "mark-for-deletion", providerIds: [providerID] });
    const unmarked = applyClusterEvent(marked, { type: "unmark-for-deletion", providerIds: [providerID] });
    expect(frozen(unmarked).nodes[0]?.markedForDeletion).toBe(false);
    const gone = applyClusterEvent(marked, { type: "claim-deleted", key: { kind: "NodeClaim", name: "default-abc" } });
    expect(frozen(applyClusterEvent(gone, claimEvent(claim()))).nodes[0]?.markedForDeletion).toBe(false);
  });

  it("is nominated by name, for the longer of two times", () => {
    const nominate = (until: number): ClusterEvent => ({
      type: "nominate",
      node: "default-abc",
      until: epochMillisOf(until),
    });
    expect(nodesOf(claimEvent(claim()), nominate(20), nominate(10))[0]?.nominatedUntil).toBe(20);
    expect(nodesOf(claimEvent(claim()), nominate(20), nodeEvent(poolNode(stage("registered"))))[0]).toMatchObject({
      name: "node-1",
      nominatedUntil: 20,
    });
    expect(nodesOf(nominate(20))).toEqual([]);
  });
});

describe("pods of a node", () => {
  const daemonOwner = {
    ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d", controller: true }],
  };
  const onNode = { nodeName: "node-1" };
  const ready = [claimEvent(claim()), nodeEvent(poolNode(stage("registered", "initialized")))];

  it("[scheduling G117] are summed, those of DaemonSets apart as well", () => {
    const daemon = pod("d", onNode, { metadata: { ...daemonOwner } });
    const [only] = nodesOf(...ready, podEvent(pod("b", onNode)), podEvent(daemon), podEvent(pod("a", onNode)));
    expect(only?.pods.map(({ metadata }) => metadata.name)).toEqual(["a", "b", "d"]);
    expect(only?.podRequests).toEqual({ cpu: 1500, pods: 3 });
    expect(only?.daemonRequests).toEqual({ cpu: 500, pods: 1 });
  });

  it("leave when they end, go or move, but not while they terminate", () => {
    const state = stateOf(...ready, podEvent(pod("a", onNode)), podEvent(pod("b", onNode)));
    const requests = (event: ClusterEvent) => frozen(applyClusterEvent(state, event)).nodes[0]?.podRequests;
    expect(requests(podEvent(pod("a", onNode, { status: { phase: "Succeeded" } })))).toEqual({ cpu: 500, pods: 1 });
    expect(requests({ type: "delete", kind: "Pod", key: "default/a" })).toEqual({ cpu: 500, pods: 1 });
    expect(requests(podEvent(pod("a", { nodeName: "elsewhere" })))).toEqual({ cpu: 500, pods: 1 });
    expect(requests(podEvent(pod("a", onNode, { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })))).toEqual({
      cpu: 1000,
      pods: 2,
    });
  });

  it("wait for their node when they come first", () => {
    const early = nodesOf(podEvent(pod("a", onNode)), ...ready);
    expect(early[0]?.podRequests).toEqual({ cpu: 500, pods: 1 });
  });

  it("are pending while they are bound to none, by namespace and then name", () => {
    const other = pod("a", {}, { metadata: { namespace: "a-b" } });
    const state = stateOf(
      podEvent(pod("b")),
      podEvent(other),
      podEvent(pod("a", {}, { metadata: { namespace: "a" } })),
      podEvent(pod("c", onNode)),
    );
    expect(frozen(state).pendingPods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      "a/a",
      "a-b/a",
      "default/b",
    ]);
  });

  it("[scheduling G113] leave behind the newest of each DaemonSet, until that goes", () => {
    const live = (name: string, creationTimestamp: string) =>
      podEvent(pod(name, onNode, { metadata: { ...daemonOwner, creationTimestamp } }));
    const daemonSet = {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "d", namespace: "kube-system", uid: "d" },
      spec: { selector: {}, template: { spec: { containers: [] } } },
    };
    const state = stateOf(
      live("new", "2026-01-02T00:00:00Z"),
      live("old", "2026-01-01T00:00:00Z"),
      { type: "upsert", kind: "DaemonSet", object: daemonSet },
      { type: "delete", kind: "Pod", key: "default/new" },
    );
    expect(frozen(state).daemonPods.get("kube-system/d")?.metadata.name).toBe("new");
    const gone = applyClusterEvent(state, { type: "delete", kind: "DaemonSet", key: "kube-system/d" });
    expect([frozen(gone).daemonPods.size, gone.daemonPods.size]).toEqual([0, 0]);
  });
});

describe("usage of a pool", () => {
  const running = [claimEvent(claim()), nodeEvent(poolNode(stage("registered", "initialized")))];

  it("[scheduling H121] is the capacity of its nodes, with the nodes themselves counted", () => {
    expect(usage(stateOf(...running))).toEqual({ cpu: 4000, memory: 8 * 2 ** 30, nodes: 1 });
  });

  it("leaves out nodes on their way out, and puts them back when they stay", () => {
    const marked = stateOf(...running, { type: "mark-for-deletion", providerIds: [providerID] });
    expect(usage(marked)).toEqual({});
    expect(usage(applyClusterEvent(marked, { type: "unmark-for-deletion", providerIds: [providerID] }))["nodes"]).toBe(
      1,
    );
  });
});

describe("pools", () => {
  const pool = (name: string, weight?: number): ClusterEvent => {
    const nodePool: NodePool = {
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: { name },
      spec: {
        ...(weight === undefined ? {} : { weight }),
        template: { spec: { requirements: [], nodeClassRef: { group: "g", kind: "EC2NodeClass", name: "c" } } },
      },
    };
    return { type: "pool", view: poolViewOf(nodePool) };
  };

  it("[scheduling H125] stand by weight, then by name downwards", () => {
    const state = stateOf(pool("a"), pool("b"), pool("heavy", 100), pool("middle", 20));
    expect(frozen(state).pools.map(({ key }) => key.name)).toEqual(["heavy", "middle", "b", "a"]);
    expect(frozen(state).pools[0]?.classKey).toEqual({ kind: "EC2NodeClass", name: "c" });
  });

  it("go with their instance types", () => {
    const key = { kind: "NodePool", name: "a" } as const;
    const state = stateOf(pool("a"), { type: "instance-types", pool: key, types: [] }, { type: "pool-deleted", key });
    expect([frozen(state).pools.length, frozen(state).instanceTypes.size]).toEqual([0, 0]);
  });
});

describe("[scheduling P211] the picture", () => {
  const unlaunched = claim({ status: { providerID: "" } });

  it("is not synced while a launch is open", () => {
    expect(syncGap(stateOf(claimEvent(unlaunched)))).toEqual({ unlaunched: ["NodeClaim/default-abc"], unseen: [] });
    expect(isSynced(stateOf(claimEvent(claim())))).toBe(true);
  });

  it("is not synced at first while the API lists what it has not seen", () => {
    const listed = { claims: [{ kind: "NodeClaim", name: "other" } as const], nodes: ["node-1"] };
    expect(syncGap(stateOf(claimEvent(claim())), listed)).toEqual({
      unlaunched: [],
      unseen: ["Node/node-1", "NodeClaim/other"],
    });
    expect(isSynced(stateOf(nodeEvent(node())), { claims: [], nodes: ["node-1"] })).toBe(true);
  });
});

describe("events that bring nothing new", () => {
  it("leave the very same state", () => {
    const state = stateOf(
      nodeEvent(node({ resourceVersion: "1" })),
      podEvent(pod("a", {}, { metadata: { resourceVersion: "1" } })),
    );
    const again: readonly ClusterEvent[] = [
      nodeEvent(node({ resourceVersion: "1" })),
      podEvent(pod("a", {}, { metadata: { resourceVersion: "1" } })),
      { type: "delete", kind: "Node", key: "none" },
      { type: "delete", kind: "Pod", key: "default/none" },
      { type: "delete", kind: "StorageClass", key: "none" },
      { type: "claim-deleted", key: { kind: "NodeClaim", name: "none" } },
      { type: "pool-deleted", key: { kind: "NodePool", name: "none" } },
      { type: "mark-for-deletion", providerIds: ["none"] },
      { type: "unmark-for-deletion", providerIds: ["none"] },
    ];
    expect(applyClusterEvents(state, again)).toBe(state);
  });

  it("do not move the snapshot's version, and others do", () => {
    const state = stateOf(nodeEvent(node({ resourceVersion: "1" })));
    expect(applyClusterEvent(state, nodeEvent(node({ resourceVersion: "2" }))).version).toBe(state.version + 1);
  });
});
