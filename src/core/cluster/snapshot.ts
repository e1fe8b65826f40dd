import type {
  CSINode,
  DaemonSet,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  StorageClass,
} from "../../api/index.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";
import type { Resources } from "../quantity/resources.ts";
import type { EpochMillis } from "../time.ts";
import type { BoundKinds } from "./bound-kinds.ts";
import type { KeyText } from "./keys.ts";
import type { StateNode } from "./state-node.ts";
import type { PoolView } from "./views.ts";

/**
 * Everything a decision may depend on, frozen (style 4.4). Every list is in a total order:
 * pools by weight descending then name descending (scheduling 1.8), nodes by name, pods by namespace then name.
 */
export interface ClusterSnapshot {
  /** Rises with every event applied; a plan names the version it was made from. */
  readonly version: number;
  readonly pools: readonly PoolView[];
  /** Instance types offered to each pool, by `keyText(pool.key)`. Equal arrays are shared, and may be compared by identity. */
  readonly instanceTypes: ReadonlyMap<KeyText, readonly InstanceType[]>;
  readonly nodes: readonly StateNode[];
  /** Pods that are not bound to a node (provisionable or not; the engine filters). */
  readonly pendingPods: readonly Pod[];
  readonly daemonSets: readonly DaemonSet[];
  /** Newest live pod of each DaemonSet by `namespace/name`, when one was seen (scheduling 2.4). */
  readonly daemonPods: ReadonlyMap<string, Pod>;
  readonly podDisruptionBudgets: readonly PodDisruptionBudget[];
  readonly persistentVolumeClaims: ReadonlyMap<string, PersistentVolumeClaim>;
  readonly persistentVolumes: ReadonlyMap<string, PersistentVolume>;
  readonly storageClasses: ReadonlyMap<string, StorageClass>;
  readonly csiNodes: ReadonlyMap<string, CSINode>;
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** When it was taken; absent in snapshots made from files. */
  readonly takenAt?: EpochMillis;
  /** What each pool holds against its limits; ask by `poolUsageOf`, which counts it where it is absent. */
  readonly poolUsage?: ReadonlyMap<KeyText, Resources>;
  /**
   * Bound pods by kind, as they stand on `nodes`. May be kept in a fork with other nodes: nodes that are not listed here
   * with the very same pods are counted anew (see `standing-pods.ts`), as are all in snapshots without it.
   */
  readonly bound?: { readonly nodes: readonly StateNode[]; readonly kinds: BoundKinds };
}
