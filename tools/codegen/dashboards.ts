/** Three Grafana dashboards over the metrics of spec: operations 1 (1.8 says what they must show). */
import { dashboardModel } from "./grafana.ts";

const perMinute = (metric: string, by: string, filter = ""): string =>
  `sum by (${by}) (rate(${metric}${filter}[5m])) * 60`;
const quantile = (share: number, metric: string, by = ""): string =>
  `histogram_quantile(${share}, sum by (le${by === "" ? "" : `, ${by}`}) (rate(${metric}_bucket[5m])))`;

const podFilter =
  '{nodepool=~"$nodepool", zone=~"$zone", arch=~"$arch", capacity_type=~"$capacity_type", instance_type=~"$instance_type"}';
const nodeFilter = podFilter;
const pool = '{nodepool=~"$nodepool"}';
const ofNode = "max by (node_name, nodepool, zone, instance_type, capacity_type)";
const share = (resource: string): string => {
  const filter = nodeFilter.replace("}", `, resource_type="${resource}"}`);
  // The requests of all pods hold those of daemons already.
  return `${ofNode} (karpenter_nodes_total_pod_requests${filter}) / ${ofNode} (karpenter_nodes_allocatable${filter})`;
};
const usedOfLimit = (resource: string): string => {
  const filter = `{nodepool=~"$nodepool", resource_type="${resource}"}`;
  return `max by (nodepool) (karpenter_nodepools_usage${filter}) / (max by (nodepool) (karpenter_nodepools_limit${filter}) > 0)`;
};
const podsBy = (by: string, filter: string): string => `sum by (${by}) (karpenter_pods_state${filter})`;
const spotFilter = '{nodepool=~"$nodepool", capacity_type="spot"}';

const capacity = dashboardModel({
  uid: "karpenter-capacity",
  title: "Karpenter / Capacity",
  variables: [
    { name: "nodepool", label: "NodePool", from: { metric: "karpenter_nodepools_usage", label: "nodepool" } },
    { name: "zone", label: "Zone", from: { metric: "karpenter_nodes_allocatable", label: "zone" } },
    { name: "arch", label: "Architecture", from: { metric: "karpenter_nodes_allocatable", label: "arch" } },
    {
      name: "capacity_type",
      label: "Capacity type",
      from: { metric: "karpenter_nodes_allocatable", label: "capacity_type" },
    },
    {
      name: "instance_type",
      label: "Instance type",
      from: { metric: "karpenter_nodes_allocatable", label: "instance_type" },
    },
    {
      name: "grouping",
      label: "Pods by",
      from: { choices: ["nodepool", "zone", "arch", "capacity_type", "instance_type", "namespace"] },
    },
  ],
  panels: [
    {
      title: "Nodes",
      type: "stat",
      width: 8,
      queries: [{ expr: "max(karpenter_cluster_state_node_count)", legend: "nodes", instant: true }],
    },
    {
      title: "Cost per hour",
      type: "stat",
      unit: "currencyUSD",
      width: 8,
      queries: [
        { expr: `sum(max by (nodepool) (karpenter_nodepools_cost_total${pool}))`, legend: "cost", instant: true },
      ],
    },
    {
      title: "Share of spot",
      type: "stat",
      unit: "percentunit",
      width: 8,
      queries: [
        {
          expr: `(count(${ofNode} (karpenter_nodes_current_lifetime_seconds${spotFilter})) or vector(0)) / count(${ofNode} (karpenter_nodes_current_lifetime_seconds${pool}))`,
          legend: "spot",
          instant: true,
        },
      ],
    },
    {
      title: "Nodes created per minute",
      type: "timeseries",
      queries: [{ expr: perMinute("karpenter_nodes_created_total", "nodepool", pool), legend: "{{nodepool}}" }],
    },
    {
      title: "Nodes terminated per minute",
      type: "timeseries",
      queries: [{ expr: perMinute("karpenter_nodes_terminated_total", "nodepool", pool), legend: "{{nodepool}}" }],
    },
    {
      title: "Nodes eligible for disruption",
      type: "timeseries",
      queries: [{ expr: "max by (reason) (karpenter_voluntary_disruption_eligible_nodes)", legend: "{{reason}}" }],
    },
    {
      title: "Nodes disrupted per minute",
      type: "timeseries",
      queries: [
        {
          expr: perMinute("karpenter_nodeclaims_disrupted_total", "nodepool, reason", pool),
          legend: "{{nodepool}} {{reason}}",
        },
      ],
    },
    {
      title: "Disruption actions per minute",
      type: "timeseries",
      queries: [
        {
          expr: perMinute("karpenter_voluntary_disruption_decisions_total", "decision, reason"),
          legend: "{{decision}} {{reason}}",
        },
      ],
    },
    {
      title: "Disruptions that budgets allow",
      type: "timeseries",
      queries: [
        {
          expr: `max by (nodepool, reason) (karpenter_nodepools_allowed_disruptions${pool})`,
          legend: "{{nodepool}} {{reason}}",
        },
      ],
    },
    {
      title: "Pods by $grouping",
      type: "timeseries",
      queries: [{ expr: podsBy("$grouping", podFilter), legend: "{{$grouping}}" }],
    },
    {
      title: "Pods by phase",
      type: "timeseries",
      queries: [{ expr: podsBy("phase", ""), legend: "{{phase}}" }],
    },
    {
      title: "NodePools: usage of limits",
      type: "table",
      unit: "percentunit",
      width: 24,
      queries: ["cpu", "memory", "nodes"].map((resource) => ({
        expr: usedOfLimit(resource),
        legend: resource,
        instant: true as const,
        format: "table" as const,
      })),
    },
    {
      title: "Nodes: requests of allocatable",
      type: "table",
      unit: "percentunit",
      width: 24,
      queries: ["cpu", "memory", "pods"].map((resource) => ({
        expr: share(resource),
        legend: resource,
        instant: true as const,
        format: "table" as const,
      })),
    },
  ],
});

const job = '{job="karpenter"}';
const byController = (metric: string): string => perMinute(metric, "controller", job);

const performance = dashboardModel({
  uid: "karpenter-performance",
  title: "Karpenter / Performance",
  variables: [],
  panels: [
    {
      title: "Pod startup",
      type: "timeseries",
      unit: "s",
      queries: [
        {
          expr: "max by (quantile) (karpenter_pods_startup_duration_seconds)",
          legend: "quantile {{quantile}}",
        },
      ],
    },
    {
      title: "Node termination",
      type: "timeseries",
      unit: "s",
      queries: [
        {
          expr: "max by (quantile) (karpenter_nodes_termination_duration_seconds)",
          legend: "quantile {{quantile}}",
        },
      ],
    },
    {
      title: "Planning, 99th percentile",
      type: "timeseries",
      unit: "s",
      queries: [
        {
          expr: quantile(0.99, "karpenter_scheduler_scheduling_duration_seconds", "controller"),
          legend: "{{controller}}",
        },
      ],
    },
    {
      title: "Cloud calls, 99th percentile",
      type: "timeseries",
      unit: "s",
      queries: [{ expr: quantile(0.99, "karpenter_cloudprovider_duration_seconds", "method"), legend: "{{method}}" }],
    },
    {
      title: "Cloud errors per minute",
      type: "timeseries",
      queries: [
        { expr: perMinute("karpenter_cloudprovider_errors_total", "method, error"), legend: "{{method}} {{error}}" },
      ],
    },
    {
      title: "Reconcile time, 99th percentile",
      type: "timeseries",
      unit: "s",
      queries: [
        {
          expr: `histogram_quantile(0.99, sum by (le, controller) (rate(controller_runtime_reconcile_time_seconds_bucket${job}[5m])))`,
          legend: "{{controller}}",
        },
      ],
    },
    {
      title: "Reconciles per minute",
      type: "timeseries",
      queries: [{ expr: byController("controller_runtime_reconcile_total"), legend: "{{controller}}" }],
    },
    {
      title: "Lag of the event loop",
      type: "timeseries",
      unit: "s",
      queries: [{ expr: `max by (instance) (nodejs_eventloop_lag_p99_seconds${job})`, legend: "{{instance}} p99" }],
    },
    {
      title: "Resident memory",
      type: "timeseries",
      unit: "bytes",
      queries: [{ expr: `max by (instance) (process_resident_memory_bytes${job})`, legend: "{{instance}}" }],
    },
    {
      title: "Age of caches",
      type: "timeseries",
      unit: "s",
      queries: [{ expr: "max by (kind) (karpenter_kube_cache_age_seconds)", legend: "{{kind}}" }],
    },
  ],
});

const controllers = dashboardModel({
  uid: "karpenter-controllers",
  title: "Karpenter / Controllers",
  variables: [
    {
      name: "controller",
      label: "Controller",
      from: { metric: "controller_runtime_reconcile_total", label: "controller" },
    },
  ],
  panels: [
    {
      title: "Depth of work queues",
      type: "timeseries",
      queries: [{ expr: 'sum by (name) (workqueue_depth{name=~"$controller"})', legend: "{{name}}" }],
    },
    {
      title: "Reconciles per minute",
      type: "timeseries",
      queries: [
        {
          expr: perMinute("controller_runtime_reconcile_total", "controller, result", '{controller=~"$controller"}'),
          legend: "{{controller}} {{result}}",
        },
      ],
    },
    {
      title: "Errors per minute",
      type: "timeseries",
      queries: [
        {
          expr: perMinute("controller_runtime_reconcile_errors_total", "controller", '{controller=~"$controller"}'),
          legend: "{{controller}}",
        },
      ],
    },
    {
      title: "Longest running reconcile",
      type: "timeseries",
      unit: "s",
      queries: [
        {
          expr: 'max by (name) (workqueue_longest_running_processor_seconds{name=~"$controller"})',
          legend: "{{name}}",
        },
      ],
    },
    {
      title: "Duration of reconciles",
      type: "heatmap",
      unit: "s",
      width: 24,
      queries: [
        {
          expr: 'sum by (le) (increase(controller_runtime_reconcile_time_seconds_bucket{controller=~"$controller"}[5m]))',
          legend: "{{le}}",
          format: "heatmap",
        },
      ],
    },
  ],
});

export const dashboards = [
  { name: "capacity", dashboard: capacity },
  { name: "performance", dashboard: performance },
  { name: "controllers", dashboard: controllers },
] as const;
