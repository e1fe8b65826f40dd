import type { Pod } from "../../api/index.ts";
import type { EpochMillis } from "../time.ts";
import type { ClusterSnapshot } from "./snapshot.ts";
import type { ClusterState } from "./state.ts";
import type { PoolView } from "./views.ts";

/**
 * The picture as a value for one decision. Costs a flattening of the lists that changed since the last snapshot and
 * nothing for the rest: nodes, pods and maps are shared with the state.
 */
export function freezeSnapshot(state: ClusterState, now: EpochMillis): ClusterSnapshot {
  return Object.freeze({
    version: state.version,
    takenAt: now,
    pools: state.pools.list().toSorted(byWeightThenName),
    instanceTypes: state.instanceTypes,
    nodes: state.stateNodes.list(),
    pendingPods: state.unboundPods.list(),
    daemonSets: state.daemonSets.list(),
    daemonPods: daemonPodsByName(state),
    podDisruptionBudgets: state.podDisruptionBudgets.list(),
    persistentVolumeClaims: state.persistentVolumeClaims,
    persistentVolumes: state.persistentVolumes,
    storageClasses: state.storageClasses,
    csiNodes: state.csiNodes,
    namespaceLabels: state.namespaceLabels,
    poolUsage: state.poolUsage,
    bound: { nodes: state.stateNodes.list(), kinds: state.boundKinds },
  });
}

/** Weight descending, then NodePools before Provisioners (v1alpha5 D7), then name descending (scheduling 1.8). */
export function byWeightThenName(a: PoolView, b: PoolView): number {
  const weight = (b.pool.spec.weight ?? 0) - (a.pool.spec.weight ?? 0);
  if (weight !== 0) return weight;
  if (a.key.kind !== b.key.kind) return a.key.kind < b.key.kind ? -1 : 1;
  return a.key.name > b.key.name ? -1 : a.key.name < b.key.name ? 1 : 0;
}

/** Pods whose DaemonSet is known, by its `namespace/name`. */
function daemonPodsByName(state: ClusterState): ReadonlyMap<string, Pod> {
  const pods = new Map<string, Pod>();
  for (const [key, daemonSet] of state.daemonSets) {
    const pod = state.daemonPods.get(daemonSet.metadata.uid ?? "");
    if (pod !== undefined) pods.set(key, pod);
  }
  return pods;
}
