import type {
  CSINode,
  NodeSelectorTerm,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from "../../api/index.ts";
import { createHash } from "node:crypto";
import type { NodeEntry } from "./cluster-picture.ts";
import { matchesAnyTerm } from "./node-selector.ts";
import type { PodFacts } from "./pod-facts.ts";
import { selectedNodeAnnotation } from "./volume-binder.ts";

/** Read side of the caches that volume rules look at. */
export interface VolumeLookup {
  readonly claim: (key: string) => PersistentVolumeClaim | undefined;
  readonly volume: (name: string) => PersistentVolume | undefined;
  readonly storageClass: (name: string) => StorageClass | undefined;
  readonly csiNode: (name: string) => CSINode | undefined;
}

/** Why no node can do, or what the node must be like. */
export type VolumeState =
  | { readonly kind: "unready"; readonly reason: string }
  | {
      readonly kind: "ready";
      /** Required node affinity of each bound volume; for a claim to be provisioned, its class's topologies. */
      readonly bound: readonly (readonly NodeSelectorTerm[])[];
      readonly provisioned: readonly (readonly NodeSelectorTerm[])[];
      /** Claims that wait for a node to be chosen. */
      readonly waiting: readonly PersistentVolumeClaim[];
      /** Driver to claims that this pod attaches. */
      readonly attached: ReadonlyMap<string, ReadonlySet<string>>;
    };

/** Name of the CSI driver that took over from an in-tree provisioner (scheduling 2.8). */
export function csiDriverOf(provisioner: string): string {
  return provisioner === "kubernetes.io/aws-ebs" ? "ebs.csi.aws.com" : provisioner;
}

function driverOf(claim: PersistentVolumeClaim, lookup: VolumeLookup): string | undefined {
  const volume = lookup.volume(claim.spec.volumeName ?? "");
  if (volume !== undefined) {
    if (volume.spec.awsElasticBlockStore !== undefined) return "ebs.csi.aws.com";
    return volume.spec.csi?.driver;
  }
  const provisioner = lookup.storageClass(claim.spec.storageClassName ?? "")?.provisioner;
  return provisioner === undefined ? undefined : csiDriverOf(provisioner);
}

const isBound = (claim: PersistentVolumeClaim): boolean =>
  claim.spec.volumeName !== undefined && claim.spec.volumeName !== "" && claim.status?.phase === "Bound";

/** A class's allowed topologies as selector terms. */
export function topologyTerms(storageClass: StorageClass): readonly NodeSelectorTerm[] {
  return (storageClass.allowedTopologies ?? []).map(({ matchLabelExpressions = [] }) => ({
    matchExpressions: matchLabelExpressions.map(({ key, values }) => ({ key, operator: "In" as const, values })),
  }));
}

const nodeTerm = (name: string): NodeSelectorTerm => ({
  matchFields: [{ key: "metadata.name", operator: "In", values: [name] }],
});

export function computeVolumes(pod: PodFacts, lookup: VolumeLookup): VolumeState {
  const bound: (readonly NodeSelectorTerm[])[] = [];
  const provisioned: (readonly NodeSelectorTerm[])[] = [];
  const waiting: PersistentVolumeClaim[] = [];
  for (const name of pod.claims) {
    const needs = claimNeeds(name, lookup.claim(`${pod.namespace}/${name}`), lookup);
    if (needs.kind === "unready") return needs;
    if (needs.kind === "bound") bound.push(...needs.terms);
    else {
      provisioned.push(...needs.terms);
      waiting.push(needs.claim);
    }
  }
  return { kind: "ready", bound, provisioned, waiting, attached: attachedBy(pod, lookup) };
}

type ClaimNeeds =
  | { readonly kind: "unready"; readonly reason: string }
  | { readonly kind: "bound"; readonly terms: readonly (readonly NodeSelectorTerm[])[] }
  | {
      readonly kind: "waiting";
      readonly claim: PersistentVolumeClaim;
      readonly terms: readonly (readonly NodeSelectorTerm[])[];
    };

function claimNeeds(name: string, claim: PersistentVolumeClaim | undefined, lookup: VolumeLookup): ClaimNeeds {
  if (claim === undefined) return { kind: "unready", reason: `persistentvolumeclaim "${name}" not found` };
  if (claim.metadata.deletionTimestamp !== undefined) {
    return { kind: "unready", reason: `persistentvolumeclaim "${name}" is being deleted` };
  }
  return isBound(claim) ? boundNeeds(claim, lookup) : unboundNeeds(claim, lookup);
}

function boundNeeds(claim: PersistentVolumeClaim, lookup: VolumeLookup): ClaimNeeds {
  const volume = lookup.volume(claim.spec.volumeName ?? "");
  if (volume === undefined) return { kind: "unready", reason: "node(s) unavailable due to missing PersistentVolume" };
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms;
  return { kind: "bound", terms: terms === undefined ? [] : [terms] };
}

function unboundNeeds(claim: PersistentVolumeClaim, lookup: VolumeLookup): ClaimNeeds {
  const storageClass = lookup.storageClass(claim.spec.storageClassName ?? "");
  if (storageClass?.volumeBindingMode !== "WaitForFirstConsumer") {
    return { kind: "unready", reason: "pod has unbound immediate PersistentVolumeClaims" };
  }
  const allowed = topologyTerms(storageClass);
  const selected = claim.metadata.annotations?.[selectedNodeAnnotation];
  // Another pod's placement has settled where the volume will be.
  const terms = [...(allowed.length > 0 ? [allowed] : []), ...(selected ? [[nodeTerm(selected)]] : [])];
  return { kind: "waiting", claim, terms };
}

function attachedBy(pod: PodFacts, lookup: VolumeLookup): ReadonlyMap<string, ReadonlySet<string>> {
  const attached = new Map<string, Set<string>>();
  for (const name of pod.claims) {
    const key = `${pod.namespace}/${name}`;
    const claim = lookup.claim(key);
    const driver = claim === undefined ? undefined : driverOf(claim, lookup);
    if (driver === undefined) continue;
    const claims = attached.get(driver) ?? new Set<string>();
    attached.set(driver, claims.add(key));
  }
  return attached;
}

/** Why the node cannot take the pod's volumes; undefined when it can. */
export function volumeRefusal(
  state: Extract<VolumeState, { kind: "ready" }>,
  entry: NodeEntry,
  lookup: VolumeLookup,
): string | undefined {
  if (state.bound.some((terms) => !matchesAnyTerm(terms, entry.node)))
    return "node(s) had volume node affinity conflict";
  if (state.provisioned.some((terms) => !matchesAnyTerm(terms, entry.node))) {
    return "node(s) didn't find available persistent volumes to bind";
  }
  return exceedsAttachLimit(state.attached, entry, lookup) ? "node(s) exceed max volume count" : undefined;
}

/** Claims that pods share count once; a driver that states no count for the node has no limit (scheduling 2.8). */
function exceedsAttachLimit(
  attached: ReadonlyMap<string, ReadonlySet<string>>,
  entry: NodeEntry,
  lookup: VolumeLookup,
): boolean {
  if (attached.size === 0) return false;
  const drivers = lookup.csiNode(entry.name)?.spec.drivers ?? [];
  for (const [driver, claims] of attached) {
    const allocatable = drivers.find(({ name }) => name === driver)?.allocatable;
    if (allocatable === undefined) continue;
    const all = new Set(claims);
    for (const placed of entry.pods.values()) {
      for (const claim of attachedBy(placed, lookup).get(driver) ?? []) all.add(claim);
    }
    if (all.size > (allocatable.count ?? 0)) return true;
  }
  return false;
}

/** Name of the VolumeAttachment of a volume at a node, the same whoever asks. */
export function attachmentNameOf(volume: string, driver: string, node: string): string {
  return `csi-${createHash("sha256").update(`${volume}${driver}${node}`).digest("hex")}`;
}
