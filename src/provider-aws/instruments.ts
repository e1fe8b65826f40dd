import type { Counter, MetricsRegistry } from "../platform/index.ts";
import type { BatcherMetrics } from "./batching/batcher.ts";

export interface AwsInstruments {
  readonly batcher: BatcherMetrics;
  readonly launchFailures: Counter;
  readonly terminationFailures: Counter;
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
  };
}
