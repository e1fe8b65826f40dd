import { type KubeObject, type NodeClaim, terminationFinalizer } from "../../api/index.ts";
import { type ClusterEvent, claimViewOf, poolViewOf, type WatchedKind, type WatchedKinds } from "../../core/index.ts";
import { type Informer, objectKey } from "../../kube/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import { type Caches, isManagedClaim, isManagedPool } from "../plumbing/index.ts";

/**
 * Nothing was launched for it, nothing will be, and it stands only because somebody else's finalizer holds it: as an open
 * launch it would keep the picture from ever being synced, and with it every decision.
 */
export const isReleased = ({ metadata, status }: NodeClaim): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (status?.providerID ?? "") === "" &&
  !(metadata.finalizers ?? []).includes(terminationFinalizer);

/** Turns what the caches deliver into events of the picture. Only objects of this provider become pools and claims. */
export function feedClusterEvents(
  caches: Caches,
  provider: CloudProvider,
  apply: (event: ClusterEvent) => void,
): () => void {
  const plain = <K extends WatchedKind>(kind: K, informer: Informer<WatchedKinds[K] & KubeObject>): (() => void) =>
    informer.subscribe((delta) => {
      if (delta.type === "deleted") apply({ type: "delete", kind, key: objectKey(delta.object) });
      else apply({ type: "upsert", kind, object: delta.object } as ClusterEvent);
    });
  const unsubscribe = [
    plain("Node", caches.nodes),
    caches.nodePools.subscribe(({ type, object }) => {
      const view = poolViewOf(object);
      if (type === "deleted" || !isManagedPool(provider, object)) apply({ type: "pool-deleted", key: view.key });
      else apply({ type: "pool", view });
    }),
    caches.nodeClaims.subscribe(({ type, object }) => {
      const view = claimViewOf(object);
      const gone = type === "deleted" || !isManagedClaim(provider, object) || isReleased(object);
      if (gone) apply({ type: "claim-deleted", key: view.key });
      else apply({ type: "claim", view });
    }),
    plain("Pod", caches.pods),
    plain("DaemonSet", caches.daemonSets),
    plain("PodDisruptionBudget", caches.podDisruptionBudgets),
    plain("PersistentVolumeClaim", caches.persistentVolumeClaims),
    plain("PersistentVolume", caches.persistentVolumes),
    plain("StorageClass", caches.storageClasses),
    plain("CSINode", caches.csiNodes),
    plain("Namespace", caches.namespaces),
  ];
  return () => {
    for (const stop of unsubscribe) stop();
  };
}
