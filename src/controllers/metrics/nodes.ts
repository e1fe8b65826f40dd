import { addResources, noResources, type Resources, type StateNode } from "../../core/index.ts";
import { createGaugeStore, createPacer, type MetricLabels } from "../../platform/index.ts";
import { millisOf, oneWorker, type Reconciler, requeueAfter, singletonKey } from "../plumbing/index.ts";
import type { MetricsDeps } from "./deps.ts";
import { amountsOf } from "./names.ts";
import { createNodeGauges, type NodeGauges, nodeLabels, nodeSamples } from "./node-samples.ts";

const periodMilliseconds = 5_000;

/**
 * What nodes offer and hold (spec: operations 1.2, 1.3). Nodes that have not changed since the last look cost nothing but
 * their age. `wellKnown` are the label keys of the provider's nodes.
 */
export function createNodeMetrics(deps: MetricsDeps, wellKnown: readonly string[]): Reconciler {
  const gauges = createNodeGauges(deps.metrics, wellKnown);
  const amounts = createGaugeStore();
  const ages = createGaugeStore();
  const totals = createGaugeStore();
  let shown = new Map<string, Shown>();
  return {
    name: "metrics.node",
    workers: oneWorker,
    reconcile: async () => {
      const nodes = deps.model.snapshot().nodes.filter(({ node }) => node !== undefined);
      const pacer = createPacer(deps);
      const next = new Map<string, Shown>();
      for (const node of nodes) {
        const held = shown.get(node.name);
        const labels = held?.node === node ? held.labels : nodeLabels(node, wellKnown);
        next.set(node.name, { node, labels });
        if (held?.node !== node) amounts.update(node.name, nodeSamples(gauges, node, labels));
        ages.update(node.name, [{ gauge: gauges.lifetime, labels, value: ageOf(deps, node) }]);
        await pacer.breathe();
      }
      for (const name of shown.keys()) {
        if (next.has(name)) continue;
        amounts.delete(name);
        ages.delete(name);
      }
      shown = next;
      totals.update("cluster", utilization(gauges, nodes));
      return requeueAfter(periodMilliseconds);
    },
    watch: (queue) => queue.enqueue(singletonKey),
  };
}

interface Shown {
  readonly node: StateNode;
  readonly labels: MetricLabels;
}

const ageOf = (deps: MetricsDeps, { node }: StateNode): number =>
  Math.max(0, (deps.clock.now() - (millisOf(node?.metadata.creationTimestamp) ?? deps.clock.now())) / 1000);

/** No series for a resource that nobody offers. */
function utilization(gauges: NodeGauges, nodes: readonly StateNode[]) {
  const sum = (of: (node: StateNode) => Resources): Resources =>
    nodes.reduce((total, node) => addResources(total, of(node)), noResources);
  const requested = new Map(amountsOf(sum(({ podRequests }) => podRequests)));
  return amountsOf(sum(({ allocatable }) => allocatable))
    .filter(([, offered]) => offered > 0)
    .map(([resource_type, offered]) => ({
      gauge: gauges.utilization,
      labels: { resource_type },
      value: (100 * (requested.get(resource_type) ?? 0)) / offered,
    }));
}
