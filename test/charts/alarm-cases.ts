/** For each alarm: series that raise it, the minute before which it is silent, and what it then says. */
export interface AlarmCase {
  readonly alert: string;
  /** By series; one value a minute, in promtool's notation. */
  readonly series: Readonly<Record<string, string>>;
  readonly silentAtMinute: number;
  readonly firesAtMinute: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Text of `$value` in its annotations. */
  readonly value?: string;
}

const job = 'job="karpenter"';

export const alarmCases: readonly AlarmCase[] = [
  {
    alert: "KarpenterStateUnsynced",
    series: { [`karpenter_cluster_state_unsynced_time_seconds{${job}}`]: "0+60x20" },
    silentAtMinute: 5,
    firesAtMinute: 6,
    labels: {},
  },
  {
    alert: "KarpenterNoLeader",
    series: {
      [`leader_election_master_status{${job}, name="karpenter-leader-election", pod="a"}`]: "1x4 0x20",
      [`leader_election_master_status{${job}, name="karpenter-leader-election", pod="b"}`]: "0x25",
    },
    silentAtMinute: 5,
    firesAtMinute: 7,
    labels: { name: "karpenter-leader-election" },
  },
  {
    alert: "KarpenterAbsent",
    series: { [`karpenter_build_info{${job}}`]: "1 stale" },
    silentAtMinute: 5,
    firesAtMinute: 7,
    labels: {},
  },
  {
    alert: "KarpenterCloudProviderErrors",
    series: {
      [`karpenter_cloudprovider_errors_total{${job}, controller="nodeclaim.lifecycle", method="Create", provider="aws", error=""}`]:
        "0+6x30",
      [`karpenter_cloudprovider_errors_total{${job}, controller="provisioner", method="Create", provider="aws", error="InsufficientCapacityError"}`]:
        "0+60x30",
    },
    silentAtMinute: 9,
    firesAtMinute: 16,
    labels: { controller: "nodeclaim.lifecycle", method: "Create" },
  },
  {
    alert: "KarpenterNodePoolNotReady",
    series: {
      [`operator_nodepool_status_condition_count{${job}, name="gpu", type="Ready", status="False", reason="NodeClassNotFound"}`]:
        "1x20",
      [`operator_nodepool_status_condition_count{${job}, name="web", type="Ready", status="True", reason="Ready"}`]:
        "1x20",
    },
    silentAtMinute: 9,
    firesAtMinute: 11,
    labels: { name: "gpu", reason: "NodeClassNotFound" },
  },
  {
    alert: "KarpenterNodeClassNotReady",
    series: {
      [`operator_ec2nodeclass_status_condition_count{${job}, name="default", type="Ready", status="Unknown", reason="AwaitingReconciliation"}`]:
        "1x20",
    },
    silentAtMinute: 9,
    firesAtMinute: 11,
    labels: { name: "default", reason: "AwaitingReconciliation" },
  },
  {
    alert: "KarpenterPodsUndecided",
    series: {
      [`karpenter_pods_provisioning_scheduling_undecided_time_seconds{${job}, name="web-1", namespace="default"}`]:
        "0+60x10",
    },
    silentAtMinute: 2,
    firesAtMinute: 3,
    labels: {},
  },
  {
    alert: "KarpenterNodeClaimStuckInDeletion",
    series: { [`operator_nodeclaim_termination_current_time_seconds{${job}, name="web-x7k2p"}`]: "0+60x70" },
    silentAtMinute: 60,
    firesAtMinute: 61,
    labels: { name: "web-x7k2p" },
  },
  {
    alert: "KarpenterNodePoolNearLimit",
    series: {
      [`karpenter_nodepools_usage{${job}, nodepool="web", resource_type="cpu"}`]: "95x20",
      [`karpenter_nodepools_limit{${job}, nodepool="web", resource_type="cpu"}`]: "100x20",
      // Closed on purpose: no limit to come near to.
      [`karpenter_nodepools_usage{${job}, nodepool="closed", resource_type="cpu"}`]: "0x20",
      [`karpenter_nodepools_limit{${job}, nodepool="closed", resource_type="cpu"}`]: "0x20",
    },
    silentAtMinute: 4,
    firesAtMinute: 6,
    labels: { nodepool: "web", resource_type: "cpu" },
    value: "95%",
  },
  {
    alert: "KarpenterEventLoopLag",
    series: { [`nodejs_eventloop_lag_p99_seconds{${job}, pod="karpenter-a", instance="10.0.0.1:8080"}`]: "0.8x20" },
    silentAtMinute: 9,
    firesAtMinute: 11,
    labels: { pod: "karpenter-a", instance: "10.0.0.1:8080" },
  },
];
