import type { Reconciler } from "../../kube/index.ts";

/** A controller of nothing in particular: it runs at once, and again after each period. `work` may ask for another wait. */
export function singleton(
  name: string,
  periodMilliseconds: number,
  work: (signal: AbortSignal) => Promise<number | undefined | void>,
): Reconciler {
  return {
    name,
    workers: { min: 1, max: 1 },
    reconcile: async (_key, signal) => ({ requeueAfterMilliseconds: (await work(signal)) ?? periodMilliseconds }),
    watch: (queue) => queue.enqueue("singleton"),
  };
}
