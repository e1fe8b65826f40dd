import { poolKeyAt } from "../../core/index.ts";
import type { Counter, MetricLabels, MetricsRegistry } from "../../platform/index.ts";

/** A counter of the era, and what of today's it takes. */
interface OldName {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Today's labels, and the Provisioner of their pool; empty where the counter knows no pools. */
  readonly labelsOf: (labels: MetricLabels, provisioner: string) => MetricLabels;
}

/** What the era called its methods (spec: v1alpha5 4.14). */
const deprovisioners: Readonly<Record<string, string>> = {
  empty: "emptiness",
  drifted: "drift",
  underutilized: "consolidation",
};

const ofNodes = ["nodepool", "provisioner"] as const;

const ofPools: Readonly<Record<string, OldName>> = {
  karpenter_nodeclaims_created_total: {
    name: "karpenter_machines_created",
    help: "Machines that were created.",
    labels: ["reason", "provisioner"],
    labelsOf: ({ reason = "" }, provisioner) => ({ reason, provisioner }),
  },
  karpenter_nodeclaims_terminated_total: {
    name: "karpenter_machines_terminated",
    help: "Machines that have ended.",
    labels: ["reason", "provisioner"],
    // Today's counter knows no reason.
    labelsOf: (_, provisioner) => ({ reason: "", provisioner }),
  },
  karpenter_nodeclaims_disrupted_total: {
    name: "karpenter_machines_disrupted",
    help: "Machines whose end was decided, by what decided it.",
    labels: ["type", "provisioner"],
    labelsOf: ({ reason = "" }, provisioner) => ({ type: reason, provisioner }),
  },
  karpenter_nodes_created_total: {
    name: "karpenter_nodes_created",
    help: "Nodes that joined.",
    labels: ofNodes,
    labelsOf: (_, provisioner) => ({ nodepool: "", provisioner }),
  },
  karpenter_nodes_terminated_total: {
    name: "karpenter_nodes_terminated",
    help: "Nodes that have ended.",
    labels: ofNodes,
    labelsOf: (_, provisioner) => ({ nodepool: "", provisioner }),
  },
  karpenter_voluntary_disruption_decisions_by_nodepool_total: {
    name: "karpenter_deprovisioning_actions_performed",
    help: "What deprovisioning did, once for each Provisioner that it touched.",
    labels: ["action", "deprovisioner"],
    labelsOf: ({ decision = "", reason = "" }) => ({
      action: decision,
      deprovisioner: deprovisioners[reason] ?? reason,
    }),
  },
};

const ofQueues: Readonly<Record<string, OldName>> = {
  karpenter_interruption_received_messages_total: {
    name: "karpenter_interruption_received_messages",
    help: "Messages that came from the queue.",
    labels: ["message_type"],
    labelsOf: ({ message_type = "" }) => ({ message_type }),
  },
  karpenter_interruption_deleted_messages_total: {
    name: "karpenter_interruption_deleted_messages",
    help: "Messages that were dealt with.",
    labels: [],
    labelsOf: () => ({}),
  },
};

/**
 * The registry, with counters of what Provisioners own under the names of the era beside today's (spec: v1alpha5 4.14). A
 * cluster without Provisioners sees none of them.
 */
export function withEraMetrics(inner: MetricsRegistry, isUsed: () => boolean): MetricsRegistry {
  return {
    gauge: (definition) => inner.gauge(definition),
    histogram: (definition) => inner.histogram(definition),
    summary: (definition) => inner.summary(definition),
    onExpose: (refresh) => inner.onExpose(refresh),
    expose: () => inner.expose(),
    counter: (definition) => {
      const counter = inner.counter(definition);
      const [pool, queue] = [ofPools[definition.name], ofQueues[definition.name]];
      if (pool !== undefined) return beside(inner, counter, pool, provisionerOf);
      return queue === undefined ? counter : beside(inner, counter, queue, () => (isUsed() ? "" : undefined));
    },
  };
}

/** Undefined for pools of today. */
function provisionerOf({ nodepool = "" }: MetricLabels): string | undefined {
  const key = poolKeyAt(nodepool);
  return key.kind === "Provisioner" ? key.name : undefined;
}

function beside(
  inner: MetricsRegistry,
  today: Counter,
  { labelsOf, ...old }: OldName,
  ownerOf: (labels: MetricLabels) => string | undefined,
): Counter {
  return {
    increment: (labels = {}, by) => {
      today.increment(labels, by);
      const owner = ownerOf(labels);
      if (owner !== undefined) inner.counter(old).increment(labelsOf(labels, owner), by);
    },
  };
}
