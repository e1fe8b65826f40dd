import type { Pod } from "../../api/index.ts";
import {
  addResources,
  isDaemonPod,
  noResources,
  podRequests,
  type Resources,
  type StateNode,
  subtractResources,
} from "../../core/index.ts";
import type { Gauge, GaugeSample, MetricLabels, MetricsRegistry } from "../../platform/index.ts";
import { amountsOf, labelNameOf } from "./names.ts";

export interface NodeGauges {
  readonly allocatable: Gauge;
  readonly overhead: Gauge;
  readonly podRequests: Gauge;
  readonly podLimits: Gauge;
  readonly daemonRequests: Gauge;
  readonly daemonLimits: Gauge;
  readonly lifetime: Gauge;
  readonly utilization: Gauge;
}

/** `wellKnown` are the label keys that nodes of this provider carry (spec: operations 1.3). */
export function createNodeGauges(registry: MetricsRegistry, wellKnown: readonly string[]): NodeGauges {
  const node = ["node_name", "phase", "managed", ...wellKnown.map(labelNameOf)];
  const perResource = (name: string, help: string): Gauge =>
    registry.gauge({ name: `karpenter_nodes_${name}`, help, labels: [...node, "resource_type"] });
  return {
    allocatable: perResource("allocatable", "What a node has to offer to pods."),
    overhead: perResource("system_overhead", "What the system keeps of a node: capacity less allocatable."),
    podRequests: perResource("total_pod_requests", "Requests of all pods bound to a node, DaemonSets included."),
    podLimits: perResource("total_pod_limits", "Limits of all pods bound to a node, DaemonSets included."),
    daemonRequests: perResource("total_daemon_requests", "The share of DaemonSets in the requests."),
    daemonLimits: perResource("total_daemon_limits", "The share of DaemonSets in the limits."),
    lifetime: registry.gauge({
      name: "karpenter_nodes_current_lifetime_seconds",
      help: "Age of a node.",
      labels: node,
    }),
    utilization: registry.gauge({
      name: "karpenter_cluster_utilization_percent",
      help: "Requests of all bound pods in percent of what all nodes offer.",
      labels: ["resource_type"],
    }),
  };
}

export function nodeLabels(node: StateNode, wellKnown: readonly string[]): MetricLabels {
  const own = node.node?.metadata.labels ?? {};
  return {
    node_name: node.node?.metadata.name ?? "",
    phase: node.node?.status?.phase ?? "",
    managed: String(node.managed),
    ...Object.fromEntries(wellKnown.map((key) => [labelNameOf(key), own[key] ?? ""])),
  };
}

/** Everything of one node that changes only with the node or its pods. */
export function nodeSamples(gauges: NodeGauges, node: StateNode, labels: MetricLabels): readonly GaugeSample[] {
  const limits = limitsOf(node.pods);
  const daemonLimits = limitsOf(node.pods.filter(isDaemonPod));
  const families: readonly (readonly [Gauge, Resources])[] = [
    [gauges.allocatable, node.allocatable],
    [gauges.overhead, subtractResources(node.capacity, node.allocatable)],
    [gauges.podRequests, node.podRequests],
    [gauges.podLimits, limits],
    [gauges.daemonRequests, node.daemonRequests],
    [gauges.daemonLimits, daemonLimits],
  ];
  return families.flatMap(([gauge, resources]) =>
    amountsOf(resources).map(([resource_type, value]) => ({ gauge, labels: { ...labels, resource_type }, value })),
  );
}

/** Limits add up as requests do: the same sum with the limits in their place. */
function limitsOf(pods: readonly Pod[]): Resources {
  return pods.reduce((sum, pod) => addResources(sum, podLimits(pod)), noResources);
}

function podLimits({ spec }: Pod): Resources {
  const swap = <C extends { readonly resources?: Pod["spec"]["containers"][number]["resources"] }>(
    container: C,
  ): C => ({
    ...container,
    resources: { requests: container.resources?.limits ?? {} },
  });
  const { resources: _podLevel, ...rest } = spec;
  const swapped = {
    ...rest,
    containers: spec.containers.map(swap),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(swap) }),
  };
  const { pods: _count, ...limits } = podRequests({ spec: swapped });
  return limits;
}
