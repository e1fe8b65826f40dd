import { nodeType, podType, type Taint, taints } from "../../api/index.ts";
import { isProvisionable } from "../../core/index.ts";
import { objectKey } from "../../kube/index.ts";
import { type Caches, hasTaint, manyWorkers, type Reconciler, requeueAfter } from "../plumbing/index.ts";
import type { Batcher } from "./batcher.ts";

export interface TriggerDeps {
  readonly caches: Caches;
  readonly batcher: Batcher;
  /** Told of each pod that provisioning has taken note of. */
  readonly acknowledge: (podUid: string) => void;
}

/** Every decision that failed (limits, capacity, a launch) is tried again this much later (spec: scheduling 1.6). */
const againMilliseconds = 10_000;

const disruptedTaint: Taint = Object.freeze({ ...taints.disrupted });

/** Pods that the scheduler cannot place. */
export function createPodTrigger(deps: TriggerDeps): Reconciler {
  return {
    name: "provisioner.trigger.pod",
    type: podType,
    workers: manyWorkers,
    reconcile: async (key) => {
      const pod = deps.caches.pods.store.get(key);
      if (pod === undefined || !isProvisionable(pod)) return undefined;
      const uid = pod.metadata.uid ?? "";
      deps.acknowledge(uid);
      deps.batcher.trigger(uid);
      return requeueAfter(againMilliseconds);
    },
    // The check here spares the queue every event of every running pod.
    watch: (queue) =>
      queue.watches(deps.caches.pods, ({ type, object }) =>
        type !== "deleted" && isProvisionable(object) ? [objectKey(object)] : [],
      ),
  };
}

/** Nodes that are on their way out: their pods will need space. */
export function createNodeTrigger(deps: Pick<TriggerDeps, "caches" | "batcher">): Reconciler {
  return {
    name: "provisioner.trigger.node",
    type: nodeType,
    workers: manyWorkers,
    reconcile: async (key) => {
      const node = deps.caches.nodes.store.get(key);
      if (node === undefined || !hasTaint(node, disruptedTaint)) return undefined;
      deps.batcher.trigger(node.metadata.uid ?? "");
      return requeueAfter(againMilliseconds);
    },
    watch: (queue) =>
      queue.watches(deps.caches.nodes, ({ type, object }) =>
        type !== "deleted" && hasTaint(object, disruptedTaint) ? [objectKey(object)] : [],
      ),
  };
}
