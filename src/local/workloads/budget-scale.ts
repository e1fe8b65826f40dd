import type { Pod } from "../../api/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import { controllerOf } from "../stand-ins/ownership.ts";
import type { ExpectedScale } from "./disruption-budget-plan.ts";

type Scale = { readonly uid: string; readonly count: number } | { readonly problem: string };

/** Tells how many pods the controllers of selected pods want; a ReplicaSet of a Deployment answers for the Deployment. */
export function createScaleLookup(caches: Caches): (selected: readonly Pod[]) => ExpectedScale {
  const replicaSets = caches.replicaSets();
  const deployments = caches.deployments();
  const statefulSets = caches.statefulSets();

  const ofReplicaSet = (key: string): Scale | undefined => {
    const replicaSet = replicaSets.store.get(key);
    if (replicaSet === undefined) return undefined;
    const parent = controllerOf(replicaSet);
    const parentKey = `${replicaSet.metadata.namespace ?? ""}/${parent?.name ?? ""}`;
    const scaled = deployments.store.get(parentKey) ?? replicaSet;
    return { uid: scaled.metadata.uid ?? "", count: scaled.spec.replicas ?? 1 };
  };

  const ofStatefulSet = (key: string): Scale | undefined => {
    const set = statefulSets.store.get(key);
    return set === undefined ? undefined : { uid: set.metadata.uid ?? "", count: set.spec.replicas ?? 1 };
  };

  const scaleOf = (pod: Pod): Scale => {
    const owner = controllerOf(pod);
    const { namespace = "", name = "" } = pod.metadata;
    if (owner === undefined) return { problem: `found no controller ref for pod "${name}"` };
    const key = `${namespace}/${owner.name}`;
    const found =
      owner.kind === "StatefulSet" ? ofStatefulSet(key) : owner.kind === "ReplicaSet" ? ofReplicaSet(key) : undefined;
    return found ?? { problem: `${owner.kind} ${key} does not implement the scale subresource` };
  };

  return (selected) => {
    const counts = new Map<string, number>();
    for (const pod of selected) {
      const scale = scaleOf(pod);
      if ("problem" in scale) return scale;
      counts.set(scale.uid, scale.count);
    }
    return { count: [...counts.values()].reduce((sum, count) => sum + count, 0) };
  };
}
