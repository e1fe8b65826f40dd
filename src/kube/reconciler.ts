import type { ResourceType } from "../api/index.ts";
import type { Controller, ObjectKey, ReconcileResult } from "./runtime.ts";

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
