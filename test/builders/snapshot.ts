/** Pools, nodes and whole snapshots for tests; built by the engine's own reducer, so that nodes are what they would be. */
import {
  coreLabelRules,
  labels,
  type NodeClaim,
  type NodePool,
  type Node as KubeNode,
  type Pod,
  type Taint,
} from "../../src/api/index.ts";
import {
  applyClusterEvents,
  type ClusterEvent,
  type ClusterSnapshot,
  emptyClusterState,
  epochMillisOf,
  freezeSnapshot,
  type InstanceType,
  claimViewOf,
  poolViewOf,
  type ProvisioningOptions,
} from "../../src/core/index.ts";
import { defaultTypes, testLabels } from "./instance-types.ts";

export const testClassRef = Object.freeze({ group: "karpenter.test.sh", kind: "TestNodeClass", name: "default" });

export interface PoolChange {
  readonly requirements?: NodePool["spec"]["template"]["spec"]["requirements"];
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly startupTaints?: readonly Taint[];
  readonly limits?: NodePool["spec"]["limits"];
  readonly weight?: number;
  readonly spec?: Partial<NodePool["spec"]>;
  readonly template?: Partial<NodePool["spec"]["template"]["spec"]>;
  readonly metadata?: Partial<NodePool["metadata"]>;
  readonly ready?: "True" | "False";
}

export function nodePool(name = "default", change: PoolChange = {}): NodePool {
  const { taints, startupTaints, limits, weight } = change;
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name, uid: `uid-${name}`, ...change.metadata },
    spec: {
      template: {
        ...(change.labels === undefined ? {} : { metadata: { labels: change.labels } }),
        spec: {
          requirements: change.requirements ?? [],
          nodeClassRef: testClassRef,
          ...(taints === undefined ? {} : { taints }),
          ...(startupTaints === undefined ? {} : { startupTaints }),
          ...change.template,
        },
      },
      ...(limits === undefined ? {} : { limits }),
      ...(weight === undefined ? {} : { weight }),
      ...change.spec,
    },
    status: { conditions: [{ type: "Ready", status: change.ready ?? "True" }] },
  };
}

export interface NodeChange {
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly allocatable?: Readonly<Record<string, string>>;
}

/** A ready node that nobody manages: 4 cpu, 4Gi, 5 pods. */
export function node(name: string, change: NodeChange = {}): KubeNode {
  const allocatable = change.allocatable ?? { cpu: "4", memory: "4Gi", pods: "5" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: `uid-${name}`, labels: { [labels.hostname]: name, ...change.labels } },
    spec: change.taints === undefined ? {} : { taints: change.taints },
    status: { capacity: allocatable, allocatable, conditions: [{ type: "Ready", status: "True" }] },
  };
}

export interface ManagedChange extends NodeChange {
  readonly pool?: string;
  /** How far the node is: its claim only, registered, or initialised. */
  readonly phase?: "launched" | "registered" | "initialized";
  readonly startupTaints?: readonly Taint[];
  readonly leaving?: boolean;
}

export interface ManagedNode {
  readonly claim: NodeClaim;
  readonly node: KubeNode | undefined;
}

/** A machine of a pool, initialised unless told. */
export function managedNode(name: string, change: ManagedChange = {}): ManagedNode {
  const { pool = "default", phase = "initialized" } = change;
  const providerID = `test:///${name}`;
  const allocatable = change.allocatable ?? { cpu: "4", memory: "4Gi", pods: "5" };
  const own = { [labels.nodePool]: pool, [labels.instanceType]: "default-instance-type", ...change.labels };
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name,
      uid: `uid-${name}`,
      labels: own,
      ...(change.leaving === true ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
    spec: {
      requirements: [],
      nodeClassRef: testClassRef,
      ...(change.startupTaints === undefined ? {} : { startupTaints: change.startupTaints }),
    },
    status: {
      providerID,
      nodeName: name,
      capacity: allocatable,
      allocatable,
      conditions: [{ type: "Launched", status: "True" }],
    },
  };
  if (phase === "launched") return { claim, node: undefined };
  const base = node(name, {
    ...change,
    labels: {
      ...own,
      [labels.registered]: "true",
      ...(phase === "initialized" ? { [labels.initialized]: "true" } : {}),
    },
  });
  return { claim, node: { ...base, spec: { ...base.spec, providerID } } };
}

export interface SnapshotParts {
  readonly pools?: readonly NodePool[];
  readonly types?: readonly InstanceType[];
  /** Types of single pools by name, in place of `types`. */
  readonly typesOf?: Readonly<Record<string, readonly InstanceType[]>>;
  readonly pods?: readonly Pod[];
  readonly nodes?: readonly KubeNode[];
  readonly managed?: readonly ManagedNode[];
  /** Further events, applied last: DaemonSets, budgets, volumes, namespaces. */
  readonly events?: readonly ClusterEvent[];
}

/** One open pool with the default types unless told otherwise. */
export function snapshot(parts: SnapshotParts = {}): ClusterSnapshot {
  const { pools = [nodePool()], types = defaultTypes(), pods = [], nodes = [], managed = [] } = parts;
  const events: ClusterEvent[] = [
    {
      type: "upsert",
      kind: "Namespace",
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } },
    },
    ...pools.flatMap((pool): ClusterEvent[] => {
      const view = poolViewOf(pool);
      return [
        { type: "pool", view },
        { type: "instance-types", pool: view.key, types: parts.typesOf?.[view.key.name] ?? types },
      ];
    }),
    ...managed.map(({ claim }): ClusterEvent => ({ type: "claim", view: claimViewOf(claim) })),
    ...[...nodes, ...managed.flatMap((each) => each.node ?? [])].map(
      (object): ClusterEvent => ({ type: "upsert", kind: "Node", object }),
    ),
    ...pods.map((object): ClusterEvent => ({ type: "upsert", kind: "Pod", object })),
    ...(parts.events ?? []),
  ];
  return freezeSnapshot(
    applyClusterEvents(emptyClusterState(), events),
    epochMillisOf(Date.parse("2026-01-01T00:10:00Z")),
  );
}

/** The fakes' own labels are well known, as their provider would have them. */
export const testOptions: ProvisioningOptions = {
  labelRules: { ...coreLabelRules, wellKnown: new Set([...coreLabelRules.wellKnown, ...testLabels]) },
};
