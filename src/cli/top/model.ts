/** What `top` shows, from one picture of the cluster (spec: operations 6.1). Requests, not measured use. */
import { labels, parseTimestamp } from "../../api/index.ts";
import {
  type ClusterSnapshot,
  keyText,
  type KeptNode,
  nodePrice,
  planDisruption,
  poolUsageOf,
  type StateNode,
  vacancy,
} from "../../core/index.ts";
import { hoursPerMonth } from "../../studies/index.ts";

export type NodeStage = "launching" | "registering" | "starting" | "ready" | "not ready" | "cordoned" | "leaving";

/** One node, or a claim that is none yet. Fields are the columns of `--output json`. */
export interface TopNode {
  readonly name: string;
  readonly pool: string;
  readonly type: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly stage: NodeStage;
  /** USD; null where the price is not known. */
  readonly pricePerHour: number | null;
  readonly pricePerMonth: number | null;
  readonly pods: number;
  readonly podsMost: number;
  /** By resource name: what is asked for and what can be had, in base units. */
  readonly resources: Readonly<Record<string, { readonly used: number; readonly of: number }>>;
  /** Seconds; null where nobody told when it came. */
  readonly ageSeconds: number | null;
  /** Why it may go, or why it is kept. */
  readonly disruption: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface TopPool {
  readonly name: string;
  readonly limits: readonly string[];
}

export interface TopModel {
  readonly nodes: readonly TopNode[];
  readonly pools: readonly TopPool[];
  readonly pods: { readonly bound: number; readonly pending: number; readonly running: number };
}

export function topModel(snapshot: ClusterSnapshot): TopModel {
  const kept = keptNodes(snapshot);
  const bound = snapshot.nodes.reduce((sum, { pods }) => sum + pods.length, 0);
  const running = snapshot.nodes.reduce(
    (sum, { pods }) => sum + pods.filter(({ status }) => status?.phase === "Running").length,
    0,
  );
  const typesOf = typeFinder(snapshot);
  return {
    nodes: snapshot.nodes.map((node) => nodeRow(node, { snapshot, kept: kept.get(node.name), typeOf: typesOf })),
    pools: snapshot.pools.map(({ key, pool }) => ({
      name: key.name,
      limits: Object.entries(pool.spec.limits ?? {}).map(
        ([resource, limit]) =>
          `${resource} ${amountText(resource, poolUsageOf(snapshot, key)[resource] ?? 0)} of ${String(limit)}`,
      ),
    })),
    pods: { bound, running, pending: snapshot.pendingPods.length },
  };
}

/** Cheap: only the checks that every method asks first, and whether it is empty. */
function keptNodes(snapshot: ClusterSnapshot): ReadonlyMap<string, KeptNode> {
  const now = snapshot.takenAt;
  if (now === undefined) return new Map();
  const planned = planDisruption(snapshot, { now, methods: [vacancy] });
  return new Map(planned.ok ? planned.value.kept.map((each) => [each.node.name, each] as const) : []);
}

type TypeFinder = (node: StateNode) => Parameters<typeof nodePrice>[1];

function typeFinder({ instanceTypes }: ClusterSnapshot): TypeFinder {
  const indexes = new Map<unknown, ReadonlyMap<string, NonNullable<Parameters<typeof nodePrice>[1]>>>();
  return ({ poolKey, labels: own }) => {
    const list = poolKey === undefined ? undefined : instanceTypes.get(keyText(poolKey));
    if (list === undefined) return undefined;
    const index = indexes.get(list) ?? new Map(list.map((type) => [type.name, type] as const));
    indexes.set(list, index);
    return index.get(own[labels.instanceType] ?? "");
  };
}

function nodeRow(
  node: StateNode,
  { snapshot, kept, typeOf }: { snapshot: ClusterSnapshot; kept: KeptNode | undefined; typeOf: TypeFinder },
): TopNode {
  const price = priceOf(node, typeOf);
  const label = (name: string): string => node.labels[name] ?? "";
  const resources = Object.fromEntries(
    Object.entries(node.allocatable).map(([name, of]) => [name, { used: node.podRequests[name] ?? 0, of }]),
  );
  return {
    name: node.name,
    pool: node.poolKey?.name ?? "",
    type: label(labels.instanceType),
    zone: label(labels.zone),
    capacityType: label(labels.capacityType),
    stage: stageOf(node),
    pricePerHour: price,
    pricePerMonth: price === null ? null : Number((price * hoursPerMonth).toFixed(2)),
    pods: node.pods.length,
    podsMost: node.allocatable["pods"] ?? 0,
    resources,
    ageSeconds: ageOf(node, snapshot.takenAt),
    disruption: disruptionText(node, kept),
    labels: node.labels,
  };
}

/** The price that a label tells (nodes without machines carry it), else the catalogue's; null where nobody knows it. */
function priceOf(node: StateNode, typeOf: TypeFinder): number | null {
  const told = Number(node.labels["eks-node-viewer/instance-price"] ?? Number.NaN);
  const price = Number.isFinite(told) ? told : nodePrice(node, typeOf(node));
  return price > 0 && Number.isFinite(price) ? price : null;
}

function ageOf({ node, claim }: StateNode, takenAt: number | undefined): number | null {
  const since = parseTimestamp((node ?? claim?.claim)?.metadata.creationTimestamp ?? "");
  return since === undefined || takenAt === undefined ? null : Math.round((takenAt - since) / 1000);
}

/** Taints by which nodes that are to go are kept free, of either era. */
const disruptedTaints: ReadonlySet<string> = new Set(["karpenter.sh/disrupted", "karpenter.sh/disruption"]);

function stageOf(node: StateNode): NodeStage {
  if (node.markedForDeletion || node.taints.some(({ key }) => disruptedTaints.has(key))) return "leaving";
  if (node.node === undefined) return "launching";
  if (node.node.spec?.unschedulable === true) return "cordoned";
  if (!node.managed) return readiness(node);
  if (!node.registered) return "registering";
  return node.initialized ? readiness(node) : "starting";
}

function readiness({ node }: StateNode): NodeStage {
  const ready = node?.status?.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" ? "ready" : "not ready";
}

function disruptionText({ claim, node }: StateNode, kept: KeptNode | undefined): string {
  if (claim === undefined || node === undefined) return "";
  const conditions = claim.claim.status?.conditions ?? [];
  const held = (name: string) => conditions.find(({ type, status }) => type === name && status === "True");
  const told = held("DisruptionReason");
  if (told !== undefined) return `leaving: ${told.reason ?? told.message ?? "disrupted"}`;
  const drifted = held("Drifted");
  return [drifted === undefined ? "" : `drifted: ${drifted.reason ?? "yes"}`, keptText(kept)]
    .filter((part) => part !== "")
    .join("; ");
}

function keptText(kept: KeptNode | undefined): string {
  if (kept === undefined) return "empty: it would go";
  return quietCodes.has(kept.code) ? "" : kept.text;
}

/** Of most nodes and no news. */
const quietCodes: ReadonlySet<string> = new Set(["not-empty", "not-quiet", "unmanaged", "static-pool"]);

/** Cores with one digit, memory in GiB, the rest as it is. */
export function amountText(resource: string, amount: number): string {
  if (resource === "cpu") return (amount / 1000).toFixed(1);
  return resource === "memory" ? `${(amount / 2 ** 30).toFixed(1)}Gi` : String(amount);
}
