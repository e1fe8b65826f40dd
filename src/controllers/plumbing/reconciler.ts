import type { ObjectKey, RateLimit, ReconcileResult, RetryPolicy, WorkerRange } from "../../kube/index.ts";

export type { Reconciler, RetryPolicy, WorkerRange } from "../../kube/index.ts";

export const oneWorker: WorkerRange = Object.freeze({ min: 1, max: 1 });
export const tenWorkers: WorkerRange = Object.freeze({ min: 10, max: 10 });
export const manyWorkers: WorkerRange = Object.freeze({ min: 10, max: 1000 });

/** The "reasonable" limiter of lifecycle 0.4. */
export const reasonableRetry: RetryPolicy = Object.freeze({
  baseMilliseconds: 100,
  maxMilliseconds: 60_000,
  minPerSecond: 10,
});

/** The key of reconcilers that run one at a time over everything. */
export const singletonKey: ObjectKey = "singleton";

/** "Again at once": a delay that lets timers and I/O run first. */
export const requeueNow: ReconcileResult = Object.freeze({ requeueAfterMilliseconds: 1 });

export const requeueAfter = (milliseconds: number): ReconcileResult => ({
  requeueAfterMilliseconds: Math.max(1, Math.ceil(milliseconds)),
});

/** Workers for a CPU request (spec: lifecycle 0.4): linear from one core to sixty, clamped. */
export function computeWorkers(range: WorkerRange, cpuRequestMillicores: number): number {
  const cores = Math.ceil((cpuRequestMillicores <= 0 ? 1000 : cpuRequestMillicores) / 1000);
  const workers = Math.trunc(((range.max - range.min) / 59) * (cores - 1)) + range.min;
  return Math.min(range.max, Math.max(range.min, workers));
}

/** Rate = workers times the share at the least number of workers, burst ten times that (spec: lifecycle 0.4). */
export function computeRateLimit(retry: RetryPolicy, range: WorkerRange, workers: number): RateLimit {
  const qps = Math.ceil((workers * retry.minPerSecond) / range.min);
  const { baseMilliseconds, maxMilliseconds } = retry;
  return { baseMilliseconds, maxMilliseconds, qps, burst: 10 * qps };
}

/**
 * Merges what several sub-steps ask for (spec: lifecycle 0.4): a plain requeue beats every delay, else the soonest delay.
 */
export function mergeResults(results: readonly (ReconcileResult | undefined | void)[]): ReconcileResult | undefined {
  const asked = results.filter((result): result is ReconcileResult => result !== undefined);
  if (asked.some((result) => result.requeue === true)) return { requeue: true };
  const delays = asked.flatMap((result) => result.requeueAfterMilliseconds ?? []);
  return delays.length === 0 ? undefined : { requeueAfterMilliseconds: Math.min(...delays) };
}
