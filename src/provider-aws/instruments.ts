import type { Counter, Gauge, Histogram, MetricsRegistry } from "../platform/index.ts";
import type { BatcherMetrics } from "./batching/batcher.ts";

export interface AwsInstruments {
  readonly batcher: BatcherMetrics;
  readonly launchFailures: Counter;
  readonly terminationFailures: Counter;
  readonly userDataBytes: Gauge;
  readonly offeringAvailable: Gauge;
  readonly offeringPrice: Gauge;
  readonly typeCpu: Gauge;
  readonly typeMemory: Gauge;
  readonly received: Counter;
  readonly deleted: Counter;
  readonly queueSeconds: Histogram;
  readonly unhealthy: Counter;
}

const range = (from: number, to: number, step: number): readonly number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

const sizeBuckets = [
  1,
  2,
  4,
  ...range(5, 30, 5),
  ...range(40, 100, 10),
  ...range(125, 300, 25),
  ...range(350, 600, 50),
  ...range(700, 1000, 100),
];

const secondsBuckets = Array.from({ length: 12 }, (_, index) => 0.01 * 1.5 ** index);

/** Metrics of this room (spec: aws 1.3, 3.3). */
export function createInstruments(metrics: MetricsRegistry | undefined): AwsInstruments | undefined {
  if (metrics === undefined) return undefined;
  return {
    batcher: {
      seconds: metrics.histogram({
        name: "karpenter_cloudprovider_batcher_batch_time_seconds",
        help: "Duration of the batching window per batcher",
        labels: ["batcher"],
        buckets: secondsBuckets,
      }),
      size: metrics.histogram({
        name: "karpenter_cloudprovider_batcher_batch_size",
        help: "Size of the request batch per batcher",
        labels: ["batcher"],
        buckets: sizeBuckets,
      }),
    },
    launchFailures: metrics.counter({
      name: "karpenter_cloudprovider_instance_launch_failures_total",
      help: "Number of errors returned by fleets, by zone, capacity type and reason",
      labels: ["zone", "zone_id", "capacity_type", "reason"],
    }),
    terminationFailures: metrics.counter({
      name: "karpenter_cloudprovider_instance_termination_failures_total",
      help: "Number of instance terminations that failed",
      labels: ["zone", "zone_id"],
    }),
    ...offeringGauges(metrics),
    ...interruptionInstruments(metrics),
    userDataBytes: metrics.gauge({
      name: "karpenter_ec2nodeclasses_userdata_bytes",
      help: "Size of the rendered user data, decoded; EC2 takes 16384 at most",
      labels: ["nodeclass"],
    }),
  };
}

/** Gauges of types and offerings (spec: aws 2.6, 2.7). */
function offeringGauges(metrics: MetricsRegistry) {
  const gauge = (name: string, help: string, labels: readonly string[]) =>
    metrics.gauge({ name: `karpenter_cloudprovider_instance_type_${name}`, help, labels });
  const place = ["instance_type", "capacity_type", "zone"];
  return {
    offeringAvailable: gauge("offering_available", "Whether an offering can be had now: 1 or 0", place),
    offeringPrice: gauge("offering_price_estimate", "USD an hour of an offering", place),
    typeCpu: gauge("cpu_cores", "vCPUs of an instance type", ["instance_type"]),
    typeMemory: gauge("memory_bytes", "Memory of an instance type, before overhead", ["instance_type"]),
  };
}

/** Spec: aws 5.5. */
function interruptionInstruments(metrics: MetricsRegistry) {
  return {
    received: metrics.counter({
      name: "karpenter_interruption_received_messages_total",
      help: "Messages received from the interruption queue, by kind",
      labels: ["message_type"],
    }),
    deleted: metrics.counter({
      name: "karpenter_interruption_deleted_messages_total",
      help: "Messages deleted from the interruption queue",
    }),
    queueSeconds: metrics.histogram({
      name: "karpenter_interruption_message_queue_duration_seconds",
      help: "Seconds from an event to the end of its handling",
      buckets: secondsBuckets,
    }),
    unhealthy: metrics.counter({
      name: "karpenter_interruption_instance_status_unhealthy_total",
      help: "Instances of this cluster that EC2 calls unhealthy, each once by category",
      labels: ["category"],
    }),
  };
}
