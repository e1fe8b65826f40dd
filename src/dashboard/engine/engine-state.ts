/** The picture that the server holds, as state that decisions can be played on. */
import {
  applyClusterEvents,
  type ClusterEvent,
  type ClusterSnapshot,
  type ClusterState,
  emptyClusterState,
  type KeyText,
  type PoolView,
} from "../../core/index.ts";

/** State that freezes to an equal picture. `pools` stand in for the snapshot's own. */
export function stateOf(snapshot: ClusterSnapshot, pools: readonly PoolView[] = snapshot.pools): ClusterState {
  return applyClusterEvents(emptyClusterState(), [
    ...namespaceEvents(snapshot),
    ...pools.flatMap((view) => poolEvents(view, snapshot)),
    ...objectEvents(snapshot),
    ...snapshot.nodes.flatMap(({ claim }): readonly ClusterEvent[] =>
      claim === undefined ? [] : [{ type: "claim", view: claim }],
    ),
    ...[...snapshot.nodes.flatMap(({ pods }) => pods), ...snapshot.pendingPods].map(
      (object): ClusterEvent => ({ type: "upsert", kind: "Pod", object }),
    ),
  ]);
}

function poolEvents(view: PoolView, snapshot: ClusterSnapshot): readonly ClusterEvent[] {
  const { kind, name } = view.key;
  const key: KeyText = `${kind}/${name}`;
  return [
    { type: "pool", view },
    { type: "instance-types", pool: view.key, types: snapshot.instanceTypes.get(key) ?? [] },
  ];
}

function objectEvents(snapshot: ClusterSnapshot): readonly ClusterEvent[] {
  const upsert = (kind: string, object: unknown): ClusterEvent => ({ type: "upsert", kind, object }) as ClusterEvent;
  return [
    ...snapshot.nodes.flatMap(({ node }) => (node === undefined ? [] : [upsert("Node", node)])),
    ...snapshot.daemonSets.map((object) => upsert("DaemonSet", object)),
    ...snapshot.podDisruptionBudgets.map((object) => upsert("PodDisruptionBudget", object)),
    ...[...snapshot.persistentVolumeClaims.values()].map((object) => upsert("PersistentVolumeClaim", object)),
    ...[...snapshot.persistentVolumes.values()].map((object) => upsert("PersistentVolume", object)),
    ...[...snapshot.storageClasses.values()].map((object) => upsert("StorageClass", object)),
    ...[...snapshot.csiNodes.values()].map((object) => upsert("CSINode", object)),
  ];
}

function namespaceEvents({ namespaceLabels }: ClusterSnapshot): readonly ClusterEvent[] {
  return [...namespaceLabels].map(([name, labels]): ClusterEvent => {
    const object = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
    return { type: "upsert", kind: "Namespace", object };
  });
}
