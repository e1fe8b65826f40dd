import {
  awsLabelRules,
  type ConditionUpdate,
  conditionTypes,
  type LabelRules,
  type NodePool,
  nodePoolCauses,
  nodePoolReasons,
  nodePoolType,
  runtimeMessage,
  setCondition,
} from "../../api/index.ts";
import { isManagedPool, patchStatus, type Reconciler, tenWorkers, timestampOf } from "../plumbing/index.ts";
import type { NodePoolDeps } from "./deps.ts";

/** Says on each pool what the API server could not check (spec: lifecycle 1.14, api 0.6). */
export function createNodePoolValidation(deps: NodePoolDeps & { readonly labelRules?: LabelRules }): Reconciler {
  return {
    name: "nodepool.validation",
    type: nodePoolType,
    workers: tenWorkers,
    reconcile: async (key, signal) => {
      const pool = deps.caches.nodePools.store.get(key);
      if (pool === undefined || !isManagedPool(deps.provider, pool)) return;
      const update = validationOf(pool, deps.labelRules ?? awsLabelRules);
      const after = setCondition(pool, update, timestampOf(deps.clock));
      await patchStatus(deps.kube, { type: nodePoolType, before: pool, after, lock: true }, signal);
    },
    watch: (queue) => queue.watches(deps.caches.nodePools),
  };
}

function validationOf(pool: NodePool, rules: LabelRules): ConditionUpdate {
  const type = conditionTypes.validationSucceeded;
  const causes = nodePoolCauses(pool, rules);
  if (causes.length === 0) return { type, status: "True" };
  return { type, status: "False", reason: nodePoolReasons.validationFailed, message: runtimeMessage(causes) };
}
