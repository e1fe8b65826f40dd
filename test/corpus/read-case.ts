/** Recorded provisioning cases as snapshots (corpus/README.md, "case"). */
import {
  coreLabelRules,
  type CSINode,
  type DaemonSet,
  type KubeObject,
  type Namespace,
  type Node,
  type NodeClaim,
  type NodePool,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type StorageClass,
} from "../../src/api/index.ts";
import {
  applyClusterEvents,
  claimViewOf,
  type ClusterEvent,
  type ClusterSnapshot,
  emptyClusterState,
  epochMillisOf,
  freezeSnapshot,
  poolViewOf,
  type ProvisioningOptions,
} from "../../src/core/index.ts";
import {
  type CatalogueUse,
  instanceTypesOf,
  type RecordedCatalogue,
  readCatalogue,
  reservationLabel,
} from "./read-catalogue.ts";

export interface RecordedCase {
  readonly name: string;
  readonly now: string;
  readonly catalogue: CatalogueUse;
  readonly nodePools: readonly NodePool[];
  readonly pendingPods: readonly Pod[];
  readonly daemonSets?: readonly DaemonSet[];
  readonly nodes?: readonly Node[];
  readonly nodeClaims?: readonly NodeClaim[];
  readonly boundPods?: readonly Pod[];
  readonly persistentVolumeClaims?: readonly PersistentVolumeClaim[];
  readonly persistentVolumes?: readonly PersistentVolume[];
  readonly storageClasses?: readonly StorageClass[];
  readonly csiNodes?: readonly CSINode[];
  readonly namespaces?: readonly Namespace[];
  readonly options?: {
    readonly preferencePolicy?: "Respect" | "Ignore";
    readonly minValuesPolicy?: "Strict" | "BestEffort";
  };
}

export interface ReadCase {
  readonly snapshot: ClusterSnapshot;
  readonly options: ProvisioningOptions;
}

/** `catalogues`: folder of the catalogues. The state before the loop, as the engine's own reducer makes it of the recorded objects. */
export function readCase(catalogues: string, recorded: RecordedCase): ReadCase {
  const catalogue = readCatalogue(catalogues, recorded.catalogue.ref);
  const now = epochMillisOf(Date.parse(recorded.now));
  const state = applyClusterEvents(emptyClusterState(), eventsOf(recorded, catalogue));
  const labelRules = {
    ...coreLabelRules,
    wellKnown: new Set([
      ...coreLabelRules.wellKnown,
      ...catalogue.wellKnownLabels,
      ...(recorded.catalogue.reserved === undefined ? [] : [reservationLabel]),
    ]),
  };
  return { snapshot: freezeSnapshot(state, now), options: { ...recorded.options, labelRules, now } };
}

function eventsOf(recorded: RecordedCase, catalogue: RecordedCatalogue): readonly ClusterEvent[] {
  const types = instanceTypesOf(catalogue, recorded.catalogue);
  return [
    ...upserts("Namespace", recorded.namespaces),
    ...recorded.nodePools.flatMap((pool): ClusterEvent[] => {
      const view = poolViewOf(pool);
      return [
        { type: "pool", view },
        { type: "instance-types", pool: view.key, types },
      ];
    }),
    ...(recorded.nodeClaims ?? []).map((claim): ClusterEvent => ({ type: "claim", view: claimViewOf(claim) })),
    ...upserts("Node", recorded.nodes),
    ...upserts("DaemonSet", recorded.daemonSets),
    ...upserts("PersistentVolume", recorded.persistentVolumes),
    ...upserts("PersistentVolumeClaim", recorded.persistentVolumeClaims),
    ...upserts("StorageClass", recorded.storageClasses),
    ...upserts("CSINode", recorded.csiNodes),
    ...upserts("Pod", [...(recorded.boundPods ?? []), ...recorded.pendingPods]),
  ];
}

type UpsertKind = Extract<ClusterEvent, { readonly type: "upsert" }>["kind"];

const upserts = (kind: UpsertKind, objects: readonly KubeObject[] = []): readonly ClusterEvent[] =>
  objects.map((object) => ({ type: "upsert", kind, object }) as ClusterEvent);
