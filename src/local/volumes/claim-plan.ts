import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../api/index.ts";
import { labels } from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import { matchesAnyTerm } from "../scheduler/node-selector.ts";
import { selectedNodeAnnotation } from "../scheduler/volume-binder.ts";
import { csiDriverOf, topologyTerms } from "../scheduler/volume-rules.ts";
import { hashText } from "../stand-ins/json.ts";
import { defaultAmong } from "./default-storage-class.ts";

/** What a claim needs next. */
export type ClaimPlan =
  | { readonly kind: "nothing" }
  | { readonly kind: "set-class"; readonly storageClass: string }
  | { readonly kind: "bind"; readonly volume: PersistentVolume }
  | { readonly kind: "provision"; readonly volume: PersistentVolume }
  /** The node chosen for it is gone: the scheduler must choose again. */
  | { readonly kind: "unselect" };

export interface ClaimView {
  readonly claim: PersistentVolumeClaim;
  readonly volumes: readonly PersistentVolume[];
  readonly storageClasses: readonly StorageClass[];
  readonly node: (name: string) => Node | undefined;
  /** Zones of the cluster, for volumes made before any pod is placed. */
  readonly zones: readonly string[];
}

const nothing: ClaimPlan = { kind: "nothing" };

const amount = (text: string | number | undefined): number => {
  const parsed = parseAmount("storage", text ?? 0);
  return parsed.ok ? parsed.value : Number.MAX_SAFE_INTEGER;
};

const isFor = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean => {
  const reference = volume.spec.claimRef;
  if (reference === undefined) return true;
  const isNamed = reference.name === claim.metadata.name && reference.namespace === claim.metadata.namespace;
  return isNamed && (reference.uid === undefined || reference.uid === claim.metadata.uid);
};

const isUsable = (volume: PersistentVolume): boolean =>
  volume.metadata.deletionTimestamp === undefined &&
  volume.status?.phase !== "Released" &&
  volume.status?.phase !== "Failed";

/** Whether class, size and access modes are what the claim asks for. */
function matchesClaim({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { storageClassName = "", resources, accessModes = [] } = claim.spec;
  if ((spec.storageClassName ?? "") !== storageClassName) return false;
  if (amount(spec.capacity?.["storage"]) < amount(resources?.requests?.["storage"])) return false;
  const modes = spec.accessModes ?? [];
  return accessModes.every((mode) => modes.includes(mode));
}

function suits(volume: PersistentVolume, claim: PersistentVolumeClaim, node: Node | undefined): boolean {
  if (!isFor(volume, claim) || !isUsable(volume) || !matchesClaim(volume, claim)) return false;
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms;
  return node === undefined || terms === undefined || matchesAnyTerm(terms, node);
}

/** The smallest volume that suits; one reserved for the claim goes before all; by name among equals. */
function existingVolume(view: ClaimView, node: Node | undefined): PersistentVolume | undefined {
  const rank = (volume: PersistentVolume): number => (volume.spec.claimRef === undefined ? 1 : 0);
  return view.volumes
    .filter((volume) => suits(volume, view.claim, node))
    .sort(
      (left, right) =>
        rank(left) - rank(right) ||
        amount(left.spec.capacity?.["storage"]) - amount(right.spec.capacity?.["storage"]) ||
        ((left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1),
    )[0];
}

/** What to do about a claim that is not bound. Immediate classes act at once, others when a node has been chosen. */
export function computeClaimPlan(view: ClaimView): ClaimPlan {
  const { claim } = view;
  if (claim.status?.phase === "Bound" || claim.metadata.deletionTimestamp !== undefined) return nothing;
  if (claim.spec.volumeName) return namedVolume(view, claim.spec.volumeName);
  if (claim.spec.storageClassName !== undefined) return classedClaim(view, claim.spec.storageClassName);
  const name = defaultAmong(view.storageClasses)?.metadata.name;
  return name === undefined ? nothing : { kind: "set-class", storageClass: name };
}

function classedClaim(view: ClaimView, className: string): ClaimPlan {
  const storageClass = view.storageClasses.find(({ metadata }) => metadata.name === className);
  const selected = view.claim.metadata.annotations?.[selectedNodeAnnotation];
  const node = selected ? view.node(selected) : undefined;
  if (selected && node === undefined) return { kind: "unselect" };
  const isDelayed = storageClass?.volumeBindingMode === "WaitForFirstConsumer";
  return isDelayed && node === undefined ? nothing : newBinding(view, storageClass, node);
}

function namedVolume({ claim, volumes }: ClaimView, name: string): ClaimPlan {
  const volume = volumes.find(({ metadata }) => metadata.name === name);
  return volume === undefined || !isFor(volume, claim) ? nothing : { kind: "bind", volume };
}

function newBinding(view: ClaimView, storageClass: StorageClass | undefined, node: Node | undefined): ClaimPlan {
  const existing = existingVolume(view, node);
  if (existing !== undefined) return { kind: "bind", volume: existing };
  if (storageClass === undefined || storageClass.provisioner === "kubernetes.io/no-provisioner") return nothing;
  return { kind: "provision", volume: computeVolume(view, storageClass, node) };
}

/** Zone of a new volume: the node's, else one that the class allows, else one of the cluster's, by the claim's name. */
function zoneFor(view: ClaimView, storageClass: StorageClass, node: Node | undefined): string | undefined {
  const own = node?.metadata.labels?.[labels.zone];
  if (own !== undefined) return own;
  const allowed = topologyTerms(storageClass)
    .flatMap(({ matchExpressions = [] }) => matchExpressions)
    .filter(({ key }) => key === labels.zone || key.endsWith("/zone"))
    .flatMap(({ values = [] }) => values);
  const zones = [...new Set(allowed.length > 0 ? allowed : view.zones)].sort();
  return zones.length === 0 ? undefined : zones[hashText(view.claim.metadata.name ?? "") % zones.length];
}

function computeVolume(view: ClaimView, storageClass: StorageClass, node: Node | undefined): PersistentVolume {
  const { claim } = view;
  const { uid = "", name = "", namespace = "" } = claim.metadata;
  const driver = csiDriverOf(storageClass.provisioner);
  const zone = zoneFor(view, storageClass, node);
  const expression = { key: labels.zone, operator: "In" as const, values: [zone ?? ""] };
  const serial = `${hashText(uid).toString(16).padStart(8, "0")}${hashText(`${uid}-`).toString(16).padStart(8, "0")}0`;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `pvc-${uid}`, annotations: { "pv.kubernetes.io/provisioned-by": driver } },
    spec: {
      accessModes: claim.spec.accessModes ?? ["ReadWriteOnce"],
      capacity: { storage: claim.spec.resources?.requests?.["storage"] ?? "1Gi" },
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
      csi: { driver, volumeHandle: `vol-${serial}` },
      ...(zone === undefined
        ? {}
        : { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } } }),
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
      storageClassName: storageClass.metadata.name ?? "",
    },
  };
}
