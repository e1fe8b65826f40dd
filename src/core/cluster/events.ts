/**
 * What changes the picture of the cluster. Events of one kind must come in order; across kinds any order will do, and a
 * repeated one changes nothing (an object is known by its UID and resourceVersion).
 */
import type {
  CSINode,
  DaemonSet,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  StorageClass,
} from "../../api/index.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import type { EpochMillis } from "../time.ts";
import type { ClaimKey, PoolKey } from "./keys.ts";
import type { ClaimView, PoolView } from "./views.ts";

/** Kinds that come as objects of the API, under their own names. */
export interface WatchedKinds {
  readonly Node: Node;
  readonly Pod: Pod;
  readonly DaemonSet: DaemonSet;
  readonly PodDisruptionBudget: PodDisruptionBudget;
  readonly PersistentVolumeClaim: PersistentVolumeClaim;
  readonly PersistentVolume: PersistentVolume;
  readonly StorageClass: StorageClass;
  readonly CSINode: CSINode;
  readonly Namespace: Namespace;
}

export type WatchedKind = keyof WatchedKinds;

type ObjectEvent = {
  [K in WatchedKind]: { readonly type: "upsert"; readonly kind: K; readonly object: WatchedKinds[K] };
}[WatchedKind];

export type ClusterEvent =
  | ObjectEvent
  /** `key` is the name, or `namespace/name`. */
  | { readonly type: "delete"; readonly kind: WatchedKind; readonly key: string }
  | { readonly type: "pool"; readonly view: PoolView }
  | { readonly type: "pool-deleted"; readonly key: PoolKey }
  | { readonly type: "claim"; readonly view: ClaimView }
  | { readonly type: "claim-deleted"; readonly key: ClaimKey }
  /** The types offered to a pool; an empty list for a pool whose types could not be had. */
  | { readonly type: "instance-types"; readonly pool: PoolKey; readonly types: readonly InstanceType[] }
  /** Nodes chosen for disruption, by provider id: out of their pool's usage and no target from now on. */
  | { readonly type: "mark-for-deletion"; readonly providerIds: readonly string[] }
  | { readonly type: "unmark-for-deletion"; readonly providerIds: readonly string[] }
  /** A pod is expected on the node (`StateNode.name`) until then, so it is not empty for disruption. */
  | { readonly type: "nominate"; readonly node: string; readonly until: EpochMillis };
