import {
  type Counter,
  durationBuckets,
  exponentialBuckets,
  type Gauge,
  type Histogram,
  type MetricsRegistry,
} from "../../platform/index.ts";

const minutes = 60;
const hours = 3_600;
const days = 86_400;
const lifetimeBuckets: readonly number[] = [
  ...[15, 30, 45].map((count) => count * minutes),
  ...[1, 2, 4, 6, 8, 10, 12, 16, 20].map((count) => count * hours),
  ...[1, 2, 3, 5, 10, 15, 20, 25, 30].map((count) => count * days),
];

/** Every instrument of operations 1.2 that a controller of this room feeds. Made once per registry. */
export interface Instruments {
  readonly nodeClaimsCreated: Counter;
  readonly nodeClaimsTerminated: Counter;
  readonly nodeClaimsDisrupted: Counter;
  readonly nodeClaimsUnhealthyDisrupted: Counter;
  readonly nodeClaimTermination: Histogram;
  readonly instanceTermination: Histogram;
  readonly nodesCreated: Counter;
  readonly nodesTerminated: Counter;
  readonly nodesTermination: Histogram;
  readonly nodesDrained: Counter;
  readonly nodesLifetime: Histogram;
  readonly podsDrained: Counter;
  readonly podsEvictionRequests: Counter;
  readonly podsDisruptionInitiated: Counter;
  readonly podsSchedulingDecision: Histogram;
  readonly schedulingDuration: Histogram;
  readonly schedulerQueueDepth: Gauge;
  readonly schedulerUnfinishedWork: Gauge;
  readonly schedulerUnschedulablePods: Gauge;
  readonly schedulerIgnoredPods: Gauge;
  readonly schedulerPendingByZone: Gauge;
  readonly clusterStateNodes: Gauge;
  readonly clusterStateSynced: Gauge;
  readonly clusterStateUnsynced: Gauge;
  readonly disruptionDecisions: Counter;
  readonly disruptionDecisionsByNodePool: Counter;
  readonly disruptionEvaluation: Histogram;
  readonly disruptionEligibleNodes: Gauge;
  readonly disruptionFailedValidations: Counter;
  readonly disruptionQueueFailures: Counter;
  readonly consolidationTimeouts: Counter;
  readonly consolidationMoves: Counter;
  readonly consolidationScore: Histogram;
  readonly nodePoolAllowedDisruptions: Gauge;
  readonly nodePoolConsumingBudgets: Gauge;
}

const disruptionLabels = ["reason", "nodepool", "capacity_type", "consolidation_policy", "termination_mode"];

function nodeClaimInstruments(registry: MetricsRegistry) {
  return {
    nodeClaimsCreated: registry.counter({
      name: "karpenter_nodeclaims_created_total",
      help: "NodeClaims written to the API, by reason and pool.",
      labels: ["reason", "nodepool", "min_values_relaxed"],
    }),
    nodeClaimsTerminated: registry.counter({
      name: "karpenter_nodeclaims_terminated_total",
      help: "NodeClaims whose finalizer was removed.",
      labels: ["nodepool", "capacity_type", "zone"],
    }),
    nodeClaimsDisrupted: registry.counter({
      name: "karpenter_nodeclaims_disrupted_total",
      help: "NodeClaims that the controller decided to remove, by reason.",
      labels: disruptionLabels,
    }),
    nodeClaimsUnhealthyDisrupted: registry.counter({
      name: "karpenter_nodeclaims_unhealthy_disrupted_total",
      help: "NodeClaims removed by node repair.",
      labels: ["condition", "nodepool", "capacity_type", "image_id"],
    }),
    nodeClaimTermination: registry.histogram({
      name: "karpenter_nodeclaims_termination_duration_seconds",
      help: "From the deletion of a NodeClaim to the removal of its finalizer.",
      labels: ["nodepool"],
      buckets: exponentialBuckets(1, 2, 12),
    }),
    instanceTermination: registry.histogram({
      name: "karpenter_nodeclaims_instance_termination_duration_seconds",
      help: "From the accepted termination of an instance to the proof that it is gone.",
      labels: ["nodepool"],
      buckets: exponentialBuckets(1, 2, 11),
    }),
  };
}

function nodeInstruments(registry: MetricsRegistry) {
  return {
    nodesCreated: registry.counter({
      name: "karpenter_nodes_created_total",
      help: "Nodes counted once at registration.",
      labels: ["nodepool", "zone"],
    }),
    nodesTerminated: registry.counter({
      name: "karpenter_nodes_terminated_total",
      help: "Nodes whose finalizer was removed.",
      labels: ["nodepool", "zone"],
    }),
    nodesTermination: registry.summary({
      name: "karpenter_nodes_termination_duration_seconds",
      help: "From the deletion of a Node to the removal of its finalizer.",
      labels: ["nodepool"],
    }),
    nodesDrained: registry.counter({
      name: "karpenter_nodes_drained_total",
      help: "Nodes whose drain ended.",
      labels: ["nodepool"],
    }),
    nodesLifetime: registry.histogram({
      name: "karpenter_nodes_lifetime_duration_seconds",
      help: "Age of a node when it was terminated.",
      labels: ["nodepool"],
      buckets: lifetimeBuckets,
    }),
    clusterStateNodes: registry.gauge({
      name: "karpenter_cluster_state_node_count",
      help: "Nodes in the in-memory model of the cluster.",
    }),
    clusterStateSynced: registry.gauge({
      name: "karpenter_cluster_state_synced",
      help: "1 when the model agrees with the API on Nodes and NodeClaims.",
    }),
    clusterStateUnsynced: registry.gauge({
      name: "karpenter_cluster_state_unsynced_time_seconds",
      help: "How long the model has not agreed with the API.",
    }),
  };
}

function podInstruments(registry: MetricsRegistry) {
  return {
    podsDrained: registry.counter({
      name: "karpenter_pods_drained_total",
      help: "Pods removed by a drain, by the reason of the disruption.",
      labels: ["reason"],
    }),
    podsEvictionRequests: registry.counter({
      name: "karpenter_pods_eviction_requests_total",
      help: "Answers of the eviction call, by HTTP status.",
      labels: ["code"],
    }),
    podsDisruptionInitiated: registry.counter({
      name: "karpenter_pods_disruption_initiated_total",
      help: "Reschedulable pods of NodeClaims at the time these were disrupted.",
      labels: disruptionLabels,
    }),
    podsSchedulingDecision: registry.histogram({
      name: "karpenter_pods_scheduling_decision_duration_seconds",
      help: "From the first sight of a pending pod to the first decision about it.",
      buckets: durationBuckets,
    }),
    schedulingDuration: registry.histogram({
      name: "karpenter_scheduler_scheduling_duration_seconds",
      help: "Length of one scheduling simulation.",
      labels: ["controller"],
      buckets: durationBuckets,
    }),
    schedulerQueueDepth: registry.gauge({
      name: "karpenter_scheduler_queue_depth",
      help: "Pods left in a running simulation.",
      labels: ["controller", "scheduling_id"],
    }),
    schedulerUnfinishedWork: registry.gauge({
      name: "karpenter_scheduler_unfinished_work_seconds",
      help: "Age of the running simulation.",
      labels: ["controller", "scheduling_id"],
    }),
    schedulerUnschedulablePods: registry.gauge({
      name: "karpenter_scheduler_unschedulable_pods_count",
      help: "Pods that the last pass could not place.",
      labels: ["controller"],
    }),
    schedulerPendingByZone: registry.gauge({
      name: "karpenter_scheduler_pending_pods_by_effective_zone_count",
      help: "Pending pods of the last pass by the zone that they can go to: a zone, flexible or none.",
      labels: ["controller", "zone"],
    }),
    schedulerIgnoredPods: registry.gauge({
      name: "karpenter_scheduler_ignored_pods_count",
      help: "Pods dropped before the last simulation because their spec fails validation.",
    }),
  };
}

function disruptionInstruments(registry: MetricsRegistry) {
  return {
    disruptionDecisions: registry.counter({
      name: "karpenter_voluntary_disruption_decisions_total",
      help: "Commands accepted for execution.",
      labels: ["decision", "reason", "consolidation_type"],
    }),
    disruptionDecisionsByNodePool: registry.counter({
      name: "karpenter_voluntary_disruption_decisions_by_nodepool_total",
      help: "Commands accepted for execution, one per distinct pool in the command.",
      labels: ["nodepool", "decision", "reason", "consolidation_type"],
    }),
    disruptionEvaluation: registry.histogram({
      name: "karpenter_voluntary_disruption_decision_evaluation_duration_seconds",
      help: "Length of one pass of one method.",
      labels: ["reason", "consolidation_type"],
      buckets: durationBuckets,
    }),
    disruptionEligibleNodes: registry.gauge({
      name: "karpenter_voluntary_disruption_eligible_nodes",
      help: "Candidates found by a method's filter.",
      labels: ["reason"],
    }),
    disruptionFailedValidations: registry.counter({
      name: "karpenter_voluntary_disruption_failed_validations_total",
      help: "Candidates lost in the validation before a command starts.",
      labels: ["consolidation_type"],
    }),
    disruptionQueueFailures: registry.counter({
      name: "karpenter_voluntary_disruption_queue_failures_total",
      help: "Uninitialized replacements of commands that were abandoned.",
      labels: ["decision", "reason", "consolidation_type"],
    }),
    nodePoolAllowedDisruptions: registry.gauge({
      name: "karpenter_nodepools_allowed_disruptions",
      help: "What the budgets allow for a reason now, before nodes already disrupting are taken off.",
      labels: ["nodepool", "reason"],
    }),
    nodePoolConsumingBudgets: registry.gauge({
      name: "karpenter_nodepools_nodes_consuming_budgets",
      help: "Initialized nodes that are not Ready or are marked for deletion.",
      labels: ["nodepool", "reason"],
    }),
  };
}

function consolidationInstruments(registry: MetricsRegistry) {
  return {
    consolidationTimeouts: registry.counter({
      name: "karpenter_voluntary_disruption_consolidation_timeouts_total",
      help: "Searches that had done their work for a pass before they had tried everything.",
      labels: ["consolidation_type"],
    }),
    consolidationMoves: registry.counter({
      name: "karpenter_consolidation_moves_total",
      help: "Moves that were scored, by pool.",
      labels: ["decision", "nodepool", "policy"],
    }),
    consolidationScore: registry.histogram({
      name: "karpenter_consolidation_score",
      help: "Share of a Balanced pool's price that a move saves, for the share of its disruption that it is.",
      labels: ["decision", "nodepool", "policy"],
      buckets: [0.1, 0.25, 0.33, 0.5, 1, 2, 5, 10],
    }),
  };
}

export function createInstruments(registry: MetricsRegistry): Instruments {
  return {
    ...nodeClaimInstruments(registry),
    ...nodeInstruments(registry),
    ...podInstruments(registry),
    ...disruptionInstruments(registry),
    ...consolidationInstruments(registry),
  };
}
