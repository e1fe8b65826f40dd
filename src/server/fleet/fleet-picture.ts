/** The fleet as the dashboard shows it, from the engine's own picture. Pure; equal parts are made once. */
import { labels, type Pod } from "../../api/index.ts";
import {
  type ClusterSnapshot,
  type InstanceType,
  isProvisionable,
  isStaticPool,
  keyText,
  nodePrice,
  objectKey,
  poolUsageOf,
  type PoolView,
  type Resources,
  resourcesAssuming,
  type StateNode,
} from "../../core/index.ts";
import type { FleetFigures, FleetNode, FleetPool, PendingPod, Share } from "../contract/index.ts";
import { mostPending } from "../contract/index.ts";

/** What can be seen in one snapshot; the rest of the state is history. */
export interface FleetPicture {
  readonly figures: FleetFigures;
  readonly nodes: readonly FleetNode[];
  readonly pools: readonly FleetPool[];
  readonly pending: readonly PendingPod[];
}

const milliPerCore = 1_000;
const bytesPerGib = 2 ** 30;

/** Reads snapshots one after another; what did not change between two is the same object in both pictures. */
export function createFleetReader(): (snapshot: ClusterSnapshot) => FleetPicture {
  const lines = new WeakMap<StateNode, { readonly offered: TypeList; readonly line: FleetNode }>();
  const typeNamed = createTypeIndex();
  const lineOf = (node: StateNode, { instanceTypes }: ClusterSnapshot): FleetNode => {
    const offered = (node.poolKey && instanceTypes.get(keyText(node.poolKey))) ?? noTypes;
    const known = lines.get(node);
    // Both are replaced when anything in them changes.
    if (known?.offered === offered) return known.line;
    const line = nodeLine(node, nodePrice(node, typeNamed(offered, node.labels[labels.instanceType] ?? "")));
    lines.set(node, { offered, line });
    return line;
  };
  return (snapshot) => {
    const nodes = snapshot.nodes.map((node) => lineOf(node, snapshot));
    const ofPool = Map.groupBy(nodes, ({ poolKind = "", pool }) => `${poolKind}/${pool}`);
    const waiting = snapshot.pendingPods.filter(isProvisionable);
    return {
      nodes,
      pools: snapshot.pools
        .map((view) => poolLine(view, ofPool.get(keyText(view.key)) ?? [], snapshot))
        .toSorted(byKindAndName),
      pending: waiting.slice(0, mostPending).map(pendingLine),
      figures: figuresOf(snapshot, nodes, waiting.length),
    };
  };
}

type TypeList = readonly InstanceType[];

const noTypes: TypeList = Object.freeze([]);

/** Lists of types stay the same for minutes while thousands of nodes are looked up in them each second. */
function createTypeIndex(): (offered: TypeList, name: string) => InstanceType | undefined {
  const indexes = new WeakMap<TypeList, ReadonlyMap<string, InstanceType>>();
  return (offered, name) => {
    const known = indexes.get(offered) ?? new Map(offered.map((type) => [type.name, type]));
    indexes.set(offered, known);
    return known.get(name);
  };
}

function nodeLine(node: StateNode, price: number): FleetNode {
  const { claim } = node;
  const label = (name: string): string => node.labels[name] ?? "";
  const created = createdAt(node);
  return {
    name: node.name,
    ...(claim === undefined ? {} : { claim: claim.key.name }),
    pool: node.poolKey?.name ?? "",
    ...(node.poolKey === undefined ? {} : { poolKind: node.poolKey.kind }),
    type: label(labels.instanceType),
    zone: label(labels.zone),
    capacityType: label(labels.capacityType),
    arch: label(labels.arch),
    ...(price > 0 && Number.isFinite(price) ? { pricePerHour: price } : {}),
    state: stateOf(node),
    conditions: conditionsOf(node),
    ...(created === undefined ? {} : { created }),
    pods: node.pods.length,
    cpu: shareOf(node.podRequests, node.allocatable, "cpu", milliPerCore),
    memoryGib: shareOf(node.podRequests, node.allocatable, "memory", bytesPerGib),
  };
}

const createdAt = ({ claim, node }: StateNode): string | undefined =>
  claim?.claim.metadata.creationTimestamp ?? node?.metadata.creationTimestamp;

const shownConditions: ReadonlySet<string> = new Set(["Consolidatable", "Drifted", "Expired"]);

const conditionsOf = ({ claim }: StateNode): readonly string[] =>
  (claim?.claim.status?.conditions ?? [])
    .filter(({ type, status }) => status === "True" && shownConditions.has(type))
    .map(({ type }) => type)
    .toSorted();

function stateOf(node: StateNode): FleetNode["state"] {
  if (node.markedForDeletion) return "leaving";
  if (node.initialized || !node.managed) return "ready";
  return node.node === undefined ? "launching" : "joining";
}

const shareOf = (used: Resources, of: Resources, name: string, unit: number): Share => ({
  used: rounded((used[name] ?? 0) / unit),
  of: rounded((of[name] ?? 0) / unit),
});

const rounded = (amount: number): number => Number(amount.toFixed(3));

function poolLine(view: PoolView, own: readonly FleetNode[], snapshot: ClusterSnapshot): FleetPool {
  const { key, pool } = view;
  const { disruption } = pool.spec;
  const limits = limitsOf(view, snapshot);
  return {
    name: key.name,
    kind: key.kind,
    weight: pool.spec.weight ?? 0,
    nodes: own.length,
    pricePerHour: sumOf(own),
    ...(isStaticPool(view) ? { replicas: pool.spec.replicas ?? 0 } : {}),
    limits,
    consolidation: `${disruption?.consolidationPolicy ?? "WhenEmptyOrUnderutilized"} after ${disruption?.consolidateAfter ?? "0s"}`,
    budgets: (disruption?.budgets ?? []).map(budgetText),
    exhausted: [
      ...limits.filter(({ used, of }) => used >= of).map(({ resource }) => `limit of ${resource} reached`),
      ...untrueOf(view),
    ],
  };
}

const untrueOf = ({ pool }: PoolView): readonly string[] =>
  (pool.status?.conditions ?? [])
    .filter(({ status, type }) => status === "False" && type === "Ready")
    .map(({ reason, message }) => `not ready: ${message ?? reason ?? "no reason given"}`);

function limitsOf({ key, pool }: PoolView, snapshot: ClusterSnapshot): FleetPool["limits"] {
  const limits = resourcesAssuming(pool.spec.limits ?? {}, 0);
  const usage = poolUsageOf(snapshot, key);
  return Object.keys(limits)
    .toSorted()
    .map((resource) => {
      const unit = unitOf(resource);
      return { resource, used: rounded((usage[resource] ?? 0) / unit), of: rounded((limits[resource] ?? 0) / unit) };
    });
}

function unitOf(resource: string): number {
  if (resource === "cpu") return milliPerCore;
  return resource === "memory" || resource === "ephemeral-storage" ? bytesPerGib : 1;
}

function budgetText(
  budget: NonNullable<NonNullable<PoolView["pool"]["spec"]["disruption"]>["budgets"]>[number],
): string {
  const { nodes, reasons, schedule, duration } = budget;
  const when = schedule === undefined ? "" : ` at ${schedule} for ${duration ?? "ever"}`;
  return `${nodes}${reasons === undefined || reasons.length === 0 ? "" : ` when ${reasons.join(", ")}`}${when}`;
}

const byKindAndName = (a: FleetPool, b: FleetPool): number => (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1);

function pendingLine(pod: Pod): PendingPod {
  const { creationTimestamp } = pod.metadata;
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  return {
    pod: objectKey(pod),
    ...(creationTimestamp === undefined ? {} : { since: creationTimestamp }),
    ...(scheduled?.message === undefined ? {} : { reason: scheduled.message }),
  };
}

function figuresOf({ nodes: all }: ClusterSnapshot, nodes: readonly FleetNode[], pending: number): FleetFigures {
  return {
    pricePerHour: sumOf(nodes),
    nodes: nodes.length,
    pods: { running: all.reduce((count, { pods }) => count + pods.length, 0), pending },
    cpu: totalOf(nodes.map(({ cpu }) => cpu)),
    memoryGib: totalOf(nodes.map(({ memoryGib }) => memoryGib)),
  };
}

const sumOf = (nodes: readonly FleetNode[]): number =>
  Number(nodes.reduce((sum, { pricePerHour = 0 }) => sum + pricePerHour, 0).toFixed(6));

const totalOf = (shares: readonly Share[]): Share => ({
  used: rounded(shares.reduce((sum, { used }) => sum + used, 0)),
  of: rounded(shares.reduce((sum, { of }) => sum + of, 0)),
});
