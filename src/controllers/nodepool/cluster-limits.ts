import { type ConditionUpdate, conditionTypes, type NodePool, nodePoolType, setCondition } from "../../api/index.ts";
import { type ClusterLimit, clusterHolding, type ClusterSnapshot, reachedOf } from "../../core/index.ts";
import type { ClusterModel } from "../cluster-state/index.ts";
import {
  isManagedPool,
  patchStatus,
  type Reconciler,
  requeueAfter,
  tenWorkers,
  timestampOf,
} from "../plumbing/index.ts";
import type { NodePoolDeps } from "./deps.ts";

const periodMilliseconds = 5_000;

/** Says on each pool under limits over several pools whether those have room (spec: v1alpha5 6.3, R67). */
export function createClusterLimitStatus(
  deps: NodePoolDeps & { readonly model: ClusterModel; readonly clusterLimits: readonly ClusterLimit[] },
): Reconciler {
  return {
    name: "nodepool.clusterlimits",
    type: nodePoolType,
    workers: tenWorkers,
    reconcile: async (key, signal) => {
      const pool = deps.caches.nodePools.store.get(key);
      if (pool === undefined || !isManagedPool(deps.provider, pool)) return undefined;
      const limits = deps.clusterLimits.filter(({ selects }) => selects(pool.metadata.labels));
      if (limits.length === 0) return undefined;
      if (deps.model.isSynced()) await write(deps, { pool, limits, snapshot: deps.model.snapshot() }, signal);
      return requeueAfter(periodMilliseconds);
    },
    watch: (queue) => queue.watches(deps.caches.nodePools),
  };
}

async function write(
  deps: NodePoolDeps,
  on: { readonly pool: NodePool; readonly limits: readonly ClusterLimit[]; readonly snapshot: ClusterSnapshot },
  signal: AbortSignal,
): Promise<void> {
  const after = setCondition(on.pool, statusOf(on.limits, on.snapshot), timestampOf(deps.clock));
  await patchStatus(deps.kube, { type: nodePoolType, before: on.pool, after, lock: true }, signal);
}

function statusOf(limits: readonly ClusterLimit[], snapshot: ClusterSnapshot): ConditionUpdate {
  const type = conditionTypes.withinClusterLimits;
  const reached = limits.map((limit) => reachedOf(limit, clusterHolding(limit, snapshot)));
  const message = reached.find((text) => text !== undefined);
  if (message === undefined) return { type, status: "True" };
  return { type, status: "False", reason: "ClusterLimitReached", message };
}
