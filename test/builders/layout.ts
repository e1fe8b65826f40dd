/** Clusters that run: machines of types with prices, and the pods on them. For tests of disruption. */
import {
  labels,
  type Node,
  type NodeClaim,
  type NodePool,
  type Pod,
  type PodDisruptionBudget,
  type PodSpec,
} from "../../src/api/index.ts";
import {
  applyClusterEvents,
  claimViewOf,
  type ClusterEvent,
  type ClusterSnapshot,
  emptyClusterState,
  type EpochMillis,
  epochMillisOf,
  formatResources,
  freezeSnapshot,
  type InstanceType,
  type Offering,
  parseResources,
  poolViewOf,
  requirementIn,
  requirementsOf,
  type Resources,
  singleValueOf,
} from "../../src/core/index.ts";

export const layoutNow: EpochMillis = epochMillisOf(Date.parse("2026-01-01T00:00:00Z"));

export interface MachineType {
  readonly cpu: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly arch?: string;
  /** USD an hour, on demand in zones a and b, unless `offerings` say otherwise. */
  readonly price?: number;
  readonly offerings?: readonly (readonly [zone: string, capacityType: string, price: number, available?: boolean])[];
}

/** Nothing is kept back on it: allocatable is its capacity. */
export function machineType(name: string, given: MachineType): InstanceType {
  const { cpu, memory = "1000Gi", pods = "110", arch = "amd64", price = 1 } = given;
  const offerings = (given.offerings ?? ["a", "b"].map((zone) => [zone, "on-demand", price] as const)).map(
    ([zone, capacityType, each, available = true]): Offering => ({
      zone,
      capacityType,
      price: each,
      available,
      requirements: requirementsOf([
        requirementIn(labels.zone, zone),
        requirementIn(labels.capacityType, capacityType),
      ]),
    }),
  );
  return {
    name,
    requirements: requirementsOf([
      requirementIn(labels.instanceType, name),
      requirementIn(labels.arch, arch),
      requirementIn(labels.os, "linux"),
      requirementIn(labels.zone, ...new Set(offerings.map(({ zone }) => zone))),
      requirementIn(labels.capacityType, ...new Set(offerings.map(({ capacityType }) => capacityType))),
    ]),
    capacity: resources({ cpu, memory, pods }),
    overhead: { kubeReserved: {}, systemReserved: {}, evictionThreshold: {} },
    offerings,
  };
}

export interface PoolGiven {
  readonly spec?: Partial<NodePool["spec"]>;
  readonly disruption?: NodePool["spec"]["disruption"];
  readonly requirements?: NodePool["spec"]["template"]["spec"]["requirements"];
  readonly ready?: "True" | "False";
  readonly taints?: NodePool["spec"]["template"]["spec"]["taints"];
}

export const everything = Object.freeze({ consolidateAfter: "0s", budgets: [{ nodes: "100%" }] });

export function layoutPool(name = "default", given: PoolGiven = {}): NodePool {
  const { requirements = [], ready = "True", taints } = given;
  const nodeClassRef = { group: "test", kind: "TestNodeClass", name: "default" };
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name, uid: `uid-${name}` },
    spec: {
      template: { spec: { requirements, nodeClassRef, ...(taints === undefined ? {} : { taints }) } },
      disruption: given.disruption ?? everything,
      ...given.spec,
    },
    status: { conditions: [{ type: "Ready", status: ready }] },
  };
}

export interface PodGiven {
  readonly name?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Partial<PodSpec>;
  readonly metadata?: Partial<Pod["metadata"]>;
  readonly status?: Pod["status"];
  /** Kind of its controller; a ReplicaSet unless told, `none` for a pod of its own. */
  readonly owner?: "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Node" | "none";
}

export interface NodeGiven {
  readonly type: string;
  readonly zone?: string;
  readonly capacityType?: string;
  readonly pool?: string;
  readonly pods?: readonly PodGiven[];
  readonly labels?: Readonly<Record<string, string | undefined>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: Node["spec"]["taints"];
  readonly initialized?: boolean;
  readonly ready?: "True" | "False";
  /** Conditions of its claim beside Launched, Registered and Initialized; Consolidatable unless told. */
  readonly conditions?: readonly (string | { readonly type: string; readonly since: string })[];
  readonly claim?: {
    readonly spec?: Partial<NodeClaim["spec"]>;
    readonly metadata?: Partial<NodeClaim["metadata"]>;
    readonly status?: NodeClaim["status"];
  };
  /** Nobody's: a Node without a claim. */
  readonly unmanaged?: boolean;
}

export interface LayoutParts {
  readonly types: readonly InstanceType[];
  readonly pools?: readonly NodePool[];
  readonly nodes: Readonly<Record<string, NodeGiven>>;
  readonly pending?: readonly PodGiven[];
  readonly budgets?: readonly PodDisruptionBudget[];
  readonly typesOf?: Readonly<Record<string, readonly InstanceType[]>>;
  readonly events?: readonly ClusterEvent[];
}

export function layout(parts: LayoutParts): ClusterSnapshot {
  return freezeSnapshot(applyClusterEvents(emptyClusterState(), layoutEvents(parts)), layoutNow);
}

export function layoutEvents(parts: LayoutParts): readonly ClusterEvent[] {
  const pools = parts.pools ?? [layoutPool()];
  return [
    {
      type: "upsert",
      kind: "Namespace",
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } },
    },
    ...pools.flatMap((pool): ClusterEvent[] => {
      const view = poolViewOf(pool);
      return [
        { type: "pool", view },
        { type: "instance-types", pool: view.key, types: parts.typesOf?.[view.key.name] ?? parts.types },
      ];
    }),
    ...Object.entries(parts.nodes).flatMap(([name, given]) => nodeEvents(name, given, parts)),
    ...(parts.pending ?? []).map((given, index): ClusterEvent => podEvent(layoutPod(`pending-${index}`, given))),
    ...(parts.budgets ?? []).map((object): ClusterEvent => ({ type: "upsert", kind: "PodDisruptionBudget", object })),
    ...(parts.events ?? []),
  ];
}

const podEvent = (object: Pod): ClusterEvent => ({ type: "upsert", kind: "Pod", object });

function nodeEvents(name: string, given: NodeGiven, parts: LayoutParts): readonly ClusterEvent[] {
  const { pool = "default", initialized = true, unmanaged = false } = given;
  const type = [...(parts.typesOf?.[pool] ?? []), ...parts.types].find((each) => each.name === given.type);
  const own = machineLabels(given, type);
  const providerID = `test:///${name}`;
  const capacity = formatResources(type?.capacity ?? {});
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: `claim-${name}`,
      uid: `claim-${name}`,
      labels: own,
      creationTimestamp: "2025-12-31T00:00:00Z",
      ...given.claim?.metadata,
    },
    spec: {
      requirements: [],
      nodeClassRef: { group: "test", kind: "TestNodeClass", name: "default" },
      ...given.claim?.spec,
    },
    status: {
      providerID,
      nodeName: name,
      capacity,
      allocatable: capacity,
      conditions: claimConditions(given),
      ...given.claim?.status,
    },
  };
  const marks = { [labels.registered]: "true", ...(initialized ? { [labels.initialized]: "true" } : {}) };
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: `node-${name}`,
      labels: { ...own, ...(unmanaged ? {} : marks), [labels.hostname]: name },
      ...(given.annotations === undefined ? {} : { annotations: given.annotations }),
    },
    spec: { providerID, ...(given.taints === undefined ? {} : { taints: given.taints }) },
    status: { capacity, allocatable: capacity, conditions: [{ type: "Ready", status: given.ready ?? "True" }] },
  };
  const pods = (given.pods ?? []).map((each, index) => podEvent(layoutPod(`${name}-${index}`, each, name)));
  const object: ClusterEvent = { type: "upsert", kind: "Node", object: node };
  return unmanaged ? [object, ...pods] : [{ type: "claim", view: claimViewOf(claim) }, object, ...pods];
}

function machineLabels(given: NodeGiven, type: InstanceType | undefined): Readonly<Record<string, string>> {
  const own: Record<string, string | undefined> = {};
  for (const [key, requirement] of type?.requirements ?? []) {
    const value = singleValueOf(requirement);
    if (value !== undefined) own[key] = value;
  }
  if (given.unmanaged !== true) own[labels.nodePool] = given.pool ?? "default";
  const all = {
    ...own,
    [labels.instanceType]: given.type,
    [labels.zone]: given.zone ?? "a",
    [labels.capacityType]: given.capacityType ?? "on-demand",
    ...given.labels,
  };
  return Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

const claimConditions = ({ conditions = ["Consolidatable"] }: NodeGiven) =>
  ["Launched", "Registered", "Initialized", ...conditions].map((each) => ({
    type: typeof each === "string" ? each : each.type,
    status: "True" as const,
    lastTransitionTime: typeof each === "string" ? "2025-12-31T00:00:00Z" : each.since,
  }));

export function layoutPod(name: string, given: PodGiven = {}, nodeName?: string): Pod {
  const requests = { cpu: given.cpu ?? "1", ...(given.memory === undefined ? {} : { memory: given.memory }) };
  const { owner = "ReplicaSet" } = given;
  const apiVersion = owner === "Node" ? "v1" : "apps/v1";
  const ownerReferences = [{ apiVersion, kind: owner, name: `owner-${name}`, uid: `owner-${name}`, controller: true }];
  const waiting = {
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
  } as const;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: given.name ?? name,
      namespace: "default",
      uid: `uid-${given.name ?? name}`,
      creationTimestamp: "2025-12-31T00:00:00Z",
      ...(given.labels === undefined ? {} : { labels: given.labels }),
      ...(given.annotations === undefined ? {} : { annotations: given.annotations }),
      ...(owner === "none" ? {} : { ownerReferences }),
      ...given.metadata,
    },
    spec: {
      containers: [{ name: "app", resources: { requests } }],
      ...(nodeName === undefined ? {} : { nodeName }),
      ...given.spec,
    },
    status:
      given.status ?? (nodeName === undefined ? waiting : { phase: "Running", startTime: "2025-12-31T00:00:00Z" }),
  };
}

/** A budget over `app: NAME`. */
export function podBudget(
  app: string,
  spec: Partial<PodDisruptionBudget["spec"]>,
  disruptionsAllowed: number,
): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: `budget-${app}`, namespace: "default" },
    spec: { selector: { matchLabels: { app } }, ...spec },
    status: { disruptionsAllowed },
  } as PodDisruptionBudget;
}

function resources(quantities: Readonly<Record<string, string>>): Resources {
  const parsed = parseResources(quantities);
  if (!parsed.ok) throw new Error(parsed.failure.map(({ message }) => message).join("; "));
  return parsed.value;
}
