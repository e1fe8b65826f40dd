import {
  type Counter,
  exponentialBuckets,
  type Gauge,
  type Histogram,
  type MetricsRegistry,
} from "../../platform/index.ts";

/** The `workqueue_*` families of spec: operations 1.6. */
export interface QueueMetrics {
  readonly depth: Gauge;
  readonly adds: Counter;
  readonly retries: Counter;
  readonly queueDuration: Histogram;
  readonly workDuration: Histogram;
  readonly unfinished: Gauge;
  readonly longestRunning: Gauge;
}

const labels = ["name", "controller"];
const buckets = exponentialBuckets(1e-8, 10, 12);

export function createQueueMetrics(metrics: MetricsRegistry): QueueMetrics {
  return {
    depth: metrics.gauge({
      name: "workqueue_depth",
      help: "Current depth of the work queue, by priority.",
      labels: [...labels, "priority"],
    }),
    adds: metrics.counter({ name: "workqueue_adds_total", help: "Adds handled by the work queue.", labels }),
    retries: metrics.counter({ name: "workqueue_retries_total", help: "Retries handled by the work queue.", labels }),
    queueDuration: metrics.histogram({
      name: "workqueue_queue_duration_seconds",
      help: "Seconds an item stays in the work queue before it is taken.",
      labels,
      buckets,
    }),
    workDuration: metrics.histogram({
      name: "workqueue_work_duration_seconds",
      help: "Seconds that processing an item takes.",
      labels,
      buckets,
    }),
    unfinished: metrics.gauge({
      name: "workqueue_unfinished_work_seconds",
      help: "Seconds of work in progress that the work duration does not show yet.",
      labels,
    }),
    longestRunning: metrics.gauge({
      name: "workqueue_longest_running_processor_seconds",
      help: "Seconds that the longest running processor has been running.",
      labels,
    }),
  };
}
