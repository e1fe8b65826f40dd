import type { Pod } from "../../api/index.ts";
import { podType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import { indexes } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { nameOf } from "../stand-ins/ownership.ts";
import { isActive } from "../stand-ins/pod-state.ts";
import { evictionDue } from "./taint-eviction-plan.ts";

/** Deletes pods from nodes with NoExecute taints, at once or when their toleration runs out. */
export function createTaintEvictionController(context: StandInContext, parts: { readonly caches: Caches }): Controller {
  const { kube, clock } = context;
  const nodes = parts.caches.nodes();
  const pods = parts.caches.pods();
  const recorder = context.recorderFor("taint-eviction-controller");
  const seenAt = new Map<string, number>();

  const remove = async (pod: Pod, signal: AbortSignal): Promise<void> => {
    try {
      await kube.delete(podType, nameOf(pod), { uid: pod.metadata.uid ?? "", signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
      return;
    }
    const { namespace = "", name = "" } = pod.metadata;
    recorder.publish({
      object: pod,
      type: "Normal",
      reason: "TaintManagerEviction",
      message: `Marking for deletion Pod ${namespace}/${name}`,
    });
  };

  const reconcile = async (name: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const taints = nodes.store.get(name)?.spec.taints?.filter(({ effect }) => effect === "NoExecute") ?? [];
    if (taints.length === 0) {
      seenAt.delete(name);
      return undefined;
    }
    const now = clock.now();
    const seen = seenAt.get(name) ?? now;
    seenAt.set(name, seen);
    let again: number | undefined;
    for (const pod of pods.store.byIndex(indexes.node, name)) {
      const due = isActive(pod) ? evictionDue(pod, taints, seen) : undefined;
      if (due === undefined) continue;
      if (due <= now) await remove(pod, signal);
      else again = Math.min(again ?? due - now, due - now);
    }
    return again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(again, 1) };
  };

  const controller = context.createController({ name: "local.taint-eviction", maxConcurrent: 8, reconcile });
  const hasNoExecute = (name: string): boolean =>
    nodes.store.get(name)?.spec.taints?.some(({ effect }) => effect === "NoExecute") === true;
  controller.watches(nodes, (delta) => {
    const name = delta.object.metadata.name ?? "";
    return delta.type === "deleted" || hasNoExecute(name) ? [name] : [];
  });
  controller.watches(pods, (delta) => {
    const { nodeName } = delta.object.spec;
    const isNew = delta.type === "added" || (delta.type === "updated" && delta.previous.spec.nodeName !== nodeName);
    return isNew && nodeName && hasNoExecute(nodeName) ? [nodeName] : [];
  });
  return controller;
}
