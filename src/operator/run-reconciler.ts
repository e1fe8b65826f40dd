import { computeRateLimit, computeWorkers, type Reconciler } from "../controllers/index.ts";
import { type Controller, createController } from "../kube/index.ts";
import type { Clock, Logger, MetricsRegistry, Random } from "../platform/index.ts";

export interface QueueContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  readonly cpuRequestMillicores: number;
}

/** Puts a work queue around a reconciler, sized by the CPU request (spec: operations 3.2). */
export function queueOf(context: QueueContext, reconciler: Reconciler): Controller {
  const { name, type, workers, retry } = reconciler;
  const maxConcurrent = computeWorkers(workers, context.cpuRequestMillicores);
  const queue = createController(context, {
    name,
    maxConcurrent,
    reconcile: (key, signal) => reconciler.reconcile(key, signal),
    ...(type === undefined ? {} : { type }),
    ...(retry === undefined ? {} : { rateLimit: computeRateLimit(retry, workers, maxConcurrent) }),
  });
  reconciler.watch(queue);
  return queue;
}
