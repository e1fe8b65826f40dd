import {
  type Counter,
  durationBuckets,
  type Gauge,
  type Histogram,
  type MetricsRegistry,
} from "../../platform/index.ts";

/** The `controller_runtime_*` families of spec: operations 1.6. */
export interface ControllerMetrics {
  readonly total: Counter;
  readonly errors: Counter;
  readonly terminalErrors: Counter;
  readonly panics: Counter;
  readonly timeouts: Counter;
  readonly time: Histogram;
  readonly maxConcurrent: Gauge;
  readonly activeWorkers: Gauge;
}

export type ReconcileOutcome = "success" | "error" | "requeue" | "requeue_after";

const labels = ["controller"];
const timeBuckets = durationBuckets.filter((seconds) => seconds <= 60);
const prefix = "controller_runtime_";

export function createControllerMetrics(metrics: MetricsRegistry): ControllerMetrics {
  const counter = (name: string, help: string): Counter => metrics.counter({ name: prefix + name, help, labels });
  return {
    total: metrics.counter({
      name: `${prefix}reconcile_total`,
      help: "Reconciliations per controller and result.",
      labels: ["controller", "result"],
    }),
    errors: counter("reconcile_errors_total", "Reconciliation errors per controller."),
    terminalErrors: counter("terminal_reconcile_errors_total", "Errors that are not retried, per controller."),
    panics: counter("reconcile_panics_total", "Reconciliations that ended by a bug, per controller."),
    timeouts: counter("reconcile_timeouts_total", "Reconciliations that took too long, per controller."),
    time: metrics.histogram({
      name: `${prefix}reconcile_time_seconds`,
      help: "Seconds per reconciliation per controller.",
      labels,
      buckets: timeBuckets,
    }),
    maxConcurrent: metrics.gauge({
      name: `${prefix}max_concurrent_reconciles`,
      help: "Most reconciliations at once per controller.",
      labels,
    }),
    activeWorkers: metrics.gauge({
      name: `${prefix}active_workers`,
      help: "Reconciliations now running per controller.",
      labels,
    }),
  };
}

/** Makes the series of a controller visible from its start, so that rates work from the first sample. */
export function initialise(metrics: ControllerMetrics, controller: string, maxConcurrent: number): void {
  const { total, errors, terminalErrors, panics, timeouts } = metrics;
  const results: readonly ReconcileOutcome[] = ["success", "error", "requeue", "requeue_after"];
  for (const result of results) total.increment({ controller, result }, 0);
  for (const counter of [errors, terminalErrors, panics, timeouts]) counter.increment({ controller }, 0);
  metrics.maxConcurrent.set(maxConcurrent, { controller });
  metrics.activeWorkers.set(0, { controller });
}
