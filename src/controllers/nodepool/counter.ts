import { type NodePool, nodePoolType, type ResourceQuantities, resourceNames } from "../../api/index.ts";
import { formatResources, poolKeyAt, type Resources } from "../../core/index.ts";
import type { ClusterModel } from "../cluster-state/index.ts";
import { isManagedPool, manyWorkers, patchStatus, type Reconciler, requeueAfter } from "../plumbing/index.ts";
import type { NodePoolDeps } from "./deps.ts";

const periodMilliseconds = 5_000;
const unsyncedMilliseconds = 1_000;

/** Resources that the status always names, at zero where there are none. */
const always: Resources = Object.freeze({
  [resourceNames.cpu]: 0,
  [resourceNames.memory]: 0,
  [resourceNames.pods]: 0,
  [resourceNames.ephemeralStorage]: 0,
  [resourceNames.nodes]: 0,
});

/** Writes what each pool holds (spec: lifecycle 1.14). Waits for the sync, so that a restart publishes no low values. */
export function createNodePoolCounter(deps: NodePoolDeps & { readonly model: ClusterModel }): Reconciler {
  let wasSynced = false;
  return {
    name: "nodepool.counter",
    type: nodePoolType,
    workers: manyWorkers,
    reconcile: async (key, signal) => {
      const pool = deps.caches.nodePools.store.get(key);
      if (pool === undefined || !isManagedPool(deps.provider, pool)) return undefined;
      wasSynced ||= deps.model.isSynced();
      if (!wasSynced) return requeueAfter(unsyncedMilliseconds);
      const usage = { ...always, ...deps.model.usageOf(poolKeyAt(key)) };
      const after = withUsage(pool, formatResources(usage), usage[resourceNames.nodes] ?? 0);
      await patchStatus(deps.kube, { type: nodePoolType, before: pool, after, lock: false }, signal);
      return requeueAfter(periodMilliseconds);
    },
    watch: (queue) => queue.watches(deps.caches.nodePools),
  };
}

/** The same status when nothing is counted anew, so that nothing is written. */
const withUsage = (pool: NodePool, resources: ResourceQuantities, nodes: number): NodePool => ({
  ...pool,
  status: { ...pool.status, resources, nodes },
});
