import { labels, type NodePool, nodePoolType, type ResourceQuantities } from "../../api/index.ts";
import { type ClusterSnapshot, type InstanceType, keyText, parseAmount, type StateNode } from "../../core/index.ts";
import { type Counter, createGaugeStore, type Gauge, type GaugeSample } from "../../platform/index.ts";
import { oneWorker, type Reconciler, requeueAfter, singletonKey } from "../plumbing/index.ts";
import type { MetricsDeps } from "./deps.ts";
import { resourceTypeOf } from "./names.ts";

const periodMilliseconds = 10_000;

/** Limits, usage and cost of pools (spec: operations 1.2). Keys are names of pools, and one for the cost of all. */
export function createNodePoolMetrics(deps: MetricsDeps): Reconciler {
  const gauges = createGauges(deps);
  const pools = createGaugeStore();
  const costs = createGaugeStore();
  return {
    name: "metrics.nodepool",
    type: nodePoolType,
    workers: oneWorker,
    reconcile: async (key) => {
      if (key === singletonKey) {
        costs.replaceAll(costSamples(gauges, deps.model.snapshot()));
        return requeueAfter(periodMilliseconds);
      }
      const pool = deps.caches.nodePools.store.get(key);
      pools.update(key, pool === undefined ? [] : poolSamples(gauges, pool));
      return undefined;
    },
    watch: (queue) => {
      queue.watches(deps.caches.nodePools);
      queue.enqueue(singletonKey);
    },
  };
}

interface Gauges {
  readonly limit: Gauge;
  readonly usage: Gauge;
  readonly cost: Gauge;
  readonly costErrors: Counter;
}

function createGauges({ metrics }: MetricsDeps): Gauges {
  const perResource = ["resource_type", "nodepool"];
  return {
    limit: metrics.gauge({ name: "karpenter_nodepools_limit", help: "Limits of a pool.", labels: perResource }),
    usage: metrics.gauge({ name: "karpenter_nodepools_usage", help: "What a pool holds.", labels: perResource }),
    cost: metrics.gauge({
      name: "karpenter_nodepools_cost_total",
      help: "Cost of the live NodeClaims of a pool in USD an hour.",
      labels: ["nodepool"],
    }),
    costErrors: metrics.counter({
      name: "karpenter_nodepools_cost_tracker_errors_total",
      help: "NodeClaims whose offering is not known.",
      labels: ["nodepool"],
    }),
  };
}

function poolSamples(gauges: Gauges, { metadata, spec, status }: NodePool): readonly GaugeSample[] {
  const nodepool = metadata.name ?? "";
  const samplesOf = (gauge: Gauge, amounts: ResourceQuantities): readonly GaugeSample[] =>
    Object.entries(amounts).flatMap(([name, quantity]) => {
      const amount = parseAmount(name, quantity);
      if (!amount.ok) return [];
      const value = name === "cpu" ? amount.value / 1000 : amount.value;
      return [{ gauge, labels: { nodepool, resource_type: resourceTypeOf(name) }, value }];
    });
  return [...samplesOf(gauges.limit, spec.limits ?? {}), ...samplesOf(gauges.usage, status?.resources ?? {})];
}

/** By pool; a node whose offering nobody knows costs nothing here and is counted. */
function costSamples(gauges: Gauges, snapshot: ClusterSnapshot): ReadonlyMap<string, readonly GaugeSample[]> {
  const sums = new Map<string, number>(snapshot.pools.map(({ key }) => [key.name, 0]));
  const typesByName = createTypeIndex();
  for (const node of snapshot.nodes) {
    const { poolKey } = node;
    if (poolKey === undefined || !isLive(node)) continue;
    const types = snapshot.instanceTypes.get(keyText(poolKey));
    if (types === undefined) continue;
    const price = priceOf(node, typesByName(types));
    if (price === undefined) gauges.costErrors.increment({ nodepool: poolKey.name });
    sums.set(poolKey.name, (sums.get(poolKey.name) ?? 0) + (price ?? 0));
  }
  return new Map(
    [...sums].map(([nodepool, value]) => [nodepool, [{ gauge: gauges.cost, labels: { nodepool }, value }]]),
  );
}

/** Launched, and not on its way out. */
const isLive = (node: StateNode): boolean =>
  (node.providerId ?? "") !== "" && node.claim?.claim.metadata.deletionTimestamp === undefined;

function priceOf(node: StateNode, types: ReadonlyMap<string, InstanceType>): number | undefined {
  const offerings = types.get(node.labels[labels.instanceType] ?? "")?.offerings ?? [];
  const zone = node.labels[labels.zone];
  const capacityType = node.labels[labels.capacityType];
  const price = offerings.find((offering) => offering.zone === zone && offering.capacityType === capacityType)?.price;
  return price === undefined || !Number.isFinite(price) ? undefined : price;
}

function createTypeIndex(): (types: readonly InstanceType[]) => ReadonlyMap<string, InstanceType> {
  const made = new Map<readonly InstanceType[], ReadonlyMap<string, InstanceType>>();
  return (types) => {
    const index = made.get(types) ?? new Map(types.map((type) => [type.name, type]));
    made.set(types, index);
    return index;
  };
}
