import type { Pod } from "../../api/index.ts";
import { nodeType, podType } from "../../api/index.ts";
import { isKubeFault, objectKey } from "../../kube/index.ts";
import type { Controller, KubeClient } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import { indexes } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { isDeleting, nameOf } from "../stand-ins/ownership.ts";
import { isTerminal } from "../stand-ins/pod-state.ts";
import { withCondition } from "../stand-ins/status-write.ts";

/** Removes pods that nobody else can end: those of nodes that are gone, and terminating ones that have no node. */
export function createPodCollectionController(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly quarantineMilliseconds: number },
): Controller {
  const { kube, clock, log } = context;
  const pods = parts.caches.pods();
  const nodes = parts.caches.nodes();

  const isLost = async (pod: Pod, signal: AbortSignal): Promise<boolean> => {
    const { nodeName } = pod.spec;
    if (!nodeName) return isDeleting(pod);
    return nodes.store.get(nodeName) === undefined && (await isGone(kube, nodeName, signal));
  };

  const fail = async (pod: Pod, signal: AbortSignal): Promise<void> => {
    const message = "PodGC: node no longer exists";
    const target = { type: "DisruptionTarget", status: "True", reason: "DeletionByPodGC", message } as const;
    const conditions = withCondition(pod.status?.conditions, { ...target, now: clock.now() });
    const body = { status: { phase: "Failed", conditions } };
    await kube.patch(podType, nameOf(pod), { type: "merge", subresource: "status", body, signal });
  };

  const reconcile = async (key: string, signal: AbortSignal): Promise<void> => {
    const pod = pods.store.get(key);
    if (pod === undefined || !(await isLost(pod, signal))) return;
    try {
      // Whoever holds the pod by a finalizer must see that it has ended.
      if (pod.spec.nodeName && !isTerminal(pod)) await fail(pod, signal);
      await kube.delete(podType, nameOf(pod), { uid: pod.metadata.uid ?? "", gracePeriodSeconds: 0, signal });
      log.debug("removed a pod without a node", { pod: key, node: pod.spec.nodeName });
    } catch (error) {
      if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
    }
  };

  const controller = context.createController({ name: "local.pod-collection", maxConcurrent: 16, reconcile });
  const afterMilliseconds = parts.quarantineMilliseconds;
  nodes.subscribe((delta) => {
    if (delta.type !== "deleted") return;
    for (const pod of pods.store.byIndex(indexes.node, delta.object.metadata.name ?? "")) {
      controller.enqueue(objectKey(pod), { afterMilliseconds });
    }
  });
  pods.subscribe((delta) => {
    const { nodeName } = delta.object.spec;
    if (delta.type === "deleted") return;
    const isSuspect = nodeName ? nodes.store.get(nodeName) === undefined : isDeleting(delta.object);
    if (isSuspect) controller.enqueue(objectKey(delta.object), { afterMilliseconds });
  });
  return controller;
}

/** The cache may lag: only the server's word counts. */
async function isGone(kube: KubeClient, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await kube.get(nodeType, { name }, { signal });
    return false;
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return true;
    throw error;
  }
}
