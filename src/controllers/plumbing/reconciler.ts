import type { ResourceType } from "../../api/index.ts";
import type { Controller, ObjectKey, RateLimit, ReconcileResult } from "../../kube/index.ts";

/** In-flight reconciles at one core and at sixty (spec: operations 3.2); the number in between grows with the CPU request. */
export interface WorkerRange {
  readonly min: number;
  readonly max: number;
}

/** Per-key failure delay and the bucket over all keys (spec: lifecycle 0.4). */
export interface RetryPolicy {
  readonly baseMilliseconds: number;
  readonly maxMilliseconds: number;
  /** Retries a second over all keys at the least number of workers; grows with them. */
  readonly minPerSecond: number;
}

/**
 * One reconciler, free of its loop: the operator puts a work queue around it. `reconcile` is repeatable at any point; it
 * throws for a retry with backoff and returns what it asks for otherwise.
 */
export interface Reconciler {
  /** Dotted name of operations 3.2: metric label and log field. */
  readonly name: string;
  readonly workers: WorkerRange;
  /** The kind whose keys are reconciled; absent for those that run one at a time over everything. */
  readonly type?: ResourceType;
  readonly retry?: RetryPolicy;
  reconcile(key: ObjectKey, signal: AbortSignal): Promise<ReconcileResult | undefined | void>;
  /** Subscribes the queue to the caches that the reconciler depends on. Called once, before the queue runs. */
  watch(queue: Controller): void;
}

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
