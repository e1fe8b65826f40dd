import type {
  CSINode,
  DaemonSet,
  Node,
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
import { SortedMap } from "./sorted-map.ts";
import type { StateNode } from "./state-node.ts";
import type { ClaimView, PoolView } from "./views.ts";

export interface PodEntry {
  readonly pod: Pod;
  readonly requests: Resources;
  readonly isDaemon: boolean;
  /** Node that it takes room on, and its kind there: bound and not terminal. */
  readonly bound?: { readonly node: string; readonly kind: string };
}

/** What is bound to one node name, whether or not the Node has been seen. */
export interface NodePods {
  /** In order of namespace and name. */
  readonly entries: SortedMap<string, PodEntry>;
  readonly requests: Resources;
  readonly daemonRequests: Resources;
}

/** A Node and a claim that are one machine, found together by provider id. */
export interface Machine {
  /** Names and key texts, sorted: the first is taken should there be several. */
  readonly nodes: readonly string[];
  readonly claims: readonly KeyText[];
  readonly stateNode?: StateNode;
}

/** Address of a machine: its provider id, or the name of a Node that has none. */
export type MachineKey = `id:${string}` | `node:${string}`;

/**
 * The picture of the cluster, changed only by `applyClusterEvent`. Immutable, and cheap to keep old versions of. Read it
 * through `freezeSnapshot`; the fields are the reducer's own.
 */
export interface ClusterState {
  /** Rises with every event that changed something. */
  readonly version: number;
  readonly pools: SortedMap<KeyText, PoolView>;
  readonly instanceTypes: SortedMap<KeyText, readonly InstanceType[]>;
  readonly nodes: SortedMap<string, Node>;
  readonly claims: SortedMap<KeyText, ClaimView>;
  readonly machines: SortedMap<MachineKey, Machine>;
  /** By name, then machine key. */
  readonly stateNodes: SortedMap<string, StateNode>;
  readonly poolUsage: SortedMap<KeyText, Resources>;
  readonly pods: SortedMap<string, PodEntry>;
  readonly podsByNode: SortedMap<string, NodePods>;
  readonly boundKinds: BoundKinds;
  readonly unboundPods: SortedMap<string, Pod>;
  readonly daemonSets: SortedMap<string, DaemonSet>;
  /** Newest live pod by UID of its DaemonSet; outlives the pod. */
  readonly daemonPods: SortedMap<string, Pod>;
  readonly podDisruptionBudgets: SortedMap<string, PodDisruptionBudget>;
  readonly persistentVolumeClaims: SortedMap<string, PersistentVolumeClaim>;
  readonly persistentVolumes: SortedMap<string, PersistentVolume>;
  readonly storageClasses: SortedMap<string, StorageClass>;
  readonly csiNodes: SortedMap<string, CSINode>;
  readonly namespaceLabels: SortedMap<string, Readonly<Record<string, string>>>;
  readonly marks: SortedMap<MachineKey, true>;
  readonly nominations: SortedMap<MachineKey, EpochMillis>;
}

export function emptyClusterState(): ClusterState {
  return {
    version: 0,
    pools: SortedMap.empty(),
    instanceTypes: SortedMap.empty(),
    nodes: SortedMap.empty(),
    claims: SortedMap.empty(),
    machines: SortedMap.empty(),
    stateNodes: SortedMap.empty(),
    poolUsage: SortedMap.empty(),
    pods: SortedMap.empty(),
    podsByNode: SortedMap.empty(),
    boundKinds: SortedMap.empty(),
    unboundPods: SortedMap.empty(),
    daemonSets: SortedMap.empty(),
    daemonPods: SortedMap.empty(),
    podDisruptionBudgets: SortedMap.empty(),
    persistentVolumeClaims: SortedMap.empty(),
    persistentVolumes: SortedMap.empty(),
    storageClasses: SortedMap.empty(),
    csiNodes: SortedMap.empty(),
    namespaceLabels: SortedMap.empty(),
    marks: SortedMap.empty(),
    nominations: SortedMap.empty(),
  };
}
