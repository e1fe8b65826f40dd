import { durationBuckets, type Gauge, type Histogram, type MetricsRegistry } from "../../platform/index.ts";

export interface PodInstruments {
  readonly state: Gauge;
  readonly startup: Histogram;
  readonly unstarted: Gauge;
  readonly bound: Histogram;
  readonly unbound: Gauge;
  readonly provisioningBound: Histogram;
  readonly provisioningUnbound: Gauge;
  readonly provisioningStartup: Histogram;
  readonly provisioningUnstarted: Gauge;
  readonly undecided: Gauge;
}

const stateLabels = [
  "name",
  "namespace",
  "owner",
  "node",
  "scheduled",
  "nodepool",
  "zone",
  "arch",
  "capacity_type",
  "instance_type",
  "phase",
  "ready",
  "managed",
];

export function createPodInstruments(registry: MetricsRegistry): PodInstruments {
  const age = (name: string, help: string): Gauge =>
    registry.gauge({ name: `karpenter_pods_${name}`, help, labels: ["name", "namespace"] });
  const duration = (name: string, help: string): Histogram =>
    registry.histogram({ name: `karpenter_pods_${name}`, help, buckets: durationBuckets });
  return {
    state: registry.gauge({ name: "karpenter_pods_state", help: "1 for each pod, as it stands.", labels: stateLabels }),
    startup: registry.summary({
      name: "karpenter_pods_startup_duration_seconds",
      help: "From the creation of a pod to its being ready.",
    }),
    unstarted: age("unstarted_time_seconds", "Age of a pod that is not ready yet."),
    bound: duration("bound_duration_seconds", "From the creation of a pod to its binding."),
    unbound: age("unbound_time_seconds", "Age of a pod that is not bound yet."),
    provisioningBound: duration(
      "provisioning_bound_duration_seconds",
      "From the first simulation that found a place for a pod to its binding.",
    ),
    provisioningUnbound: age(
      "provisioning_unbound_time_seconds",
      "Time since a simulation found a place for a pod that is not bound yet.",
    ),
    provisioningStartup: duration(
      "provisioning_startup_duration_seconds",
      "From the first simulation that found a place for a pod to its being ready.",
    ),
    provisioningUnstarted: age(
      "provisioning_unstarted_time_seconds",
      "Time since a simulation found a place for a pod that is not ready yet.",
    ),
    undecided: age(
      "provisioning_scheduling_undecided_time_seconds",
      "Time since a pending pod was seen that no decision was made about.",
    ),
  };
}
