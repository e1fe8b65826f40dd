import {
  type ConditionUpdate,
  conditionMessages,
  conditionTypes,
  getCondition,
  type NodePool,
  nodePoolReasons,
  nodePoolType,
  setCondition,
} from "../../api/index.ts";
import { type Informer, type ObjectKey, objectKey } from "../../kube/index.ts";
import {
  indexes,
  isManagedPool,
  manyWorkers,
  type NodeClass,
  nodeClassIndexValue,
  patchStatus,
  type Reconciler,
  timestampOf,
} from "../plumbing/index.ts";
import type { NodePoolDeps } from "./deps.ts";

/** Copies the readiness of the node class to its pools (spec: lifecycle 1.14); never Unknown. */
export function createNodePoolReadiness(deps: NodePoolDeps): Reconciler {
  return {
    name: "nodepool.readiness",
    type: nodePoolType,
    workers: manyWorkers,
    reconcile: async (key, signal) => {
      const pool = deps.caches.nodePools.store.get(key);
      if (pool === undefined || !isManagedPool(deps.provider, pool)) return;
      const after = setCondition(pool, readinessOf(findNodeClass(deps, pool)), timestampOf(deps.clock));
      await patchStatus(deps.kube, { type: nodePoolType, before: pool, after, lock: true }, signal);
    },
    watch: (queue) => {
      queue.watches(deps.caches.nodePools);
      for (const informer of deps.caches.nodeClasses) {
        queue.watches(informer, ({ object }) => poolsOfClass(deps, informer, object.metadata.name ?? ""));
      }
    },
  };
}

export function poolsOfClass(deps: NodePoolDeps, informer: Informer<NodeClass>, name: string): readonly ObjectKey[] {
  const { group, kind } = informer.type;
  return deps.caches.nodePools.store
    .byIndex(indexes.nodeClass, nodeClassIndexValue({ group, kind, name }))
    .map(objectKey);
}

export function findNodeClass(deps: NodePoolDeps, pool: NodePool): NodeClass | undefined {
  const ref = pool.spec.template.spec.nodeClassRef;
  const informer = deps.caches.nodeClasses.find(({ type }) => type.group === ref.group && type.kind === ref.kind);
  return informer?.store.get(ref.name);
}

export function readinessOf(nodeClass: NodeClass | undefined): ConditionUpdate {
  const type = conditionTypes.nodeClassReady;
  const refuse = (reason: string, message: string): ConditionUpdate => ({ type, status: "False", reason, message });
  if (nodeClass === undefined) return refuse(nodePoolReasons.nodeClassNotFound, conditionMessages.nodeClassNotFound);
  if (nodeClass.metadata.deletionTimestamp !== undefined) {
    return refuse(nodePoolReasons.nodeClassTerminating, conditionMessages.nodeClassTerminating);
  }
  const ready = getCondition(nodeClass, conditionTypes.ready);
  if (ready === undefined || ready.status === "Unknown") {
    return refuse(nodePoolReasons.nodeClassReadinessUnknown, conditionMessages.nodeClassReadinessUnknown);
  }
  if (ready.status === "True") return { type, status: "True" };
  return refuse(ready.reason ?? "", ready.message ?? "");
}
