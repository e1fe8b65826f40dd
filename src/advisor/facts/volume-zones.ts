/** Where the volumes of a workload can be reached from, as far as the input has their claims (scheduling 2.9). */
import {
  labels,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type StorageClass,
} from "../../api/index.ts";
import { type Requirement, type Requirements, type StorageObjects, volumeAlternatives } from "../../core/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import type { Facts } from "./facts.ts";
import type { Workload } from "./workloads.ts";

/** A claim's volume, or what its class allows. */
export interface VolumeZone {
  readonly claim: string;
  /** What each alternative says of zones; never empty. */
  readonly wanted: readonly Requirement[];
}

/** Only claims that cannot be reached from everywhere, in order of the pod's volumes. */
export function volumeZones(facts: Facts, workload: Workload): readonly VolumeZone[] {
  const objects = storageOf(facts);
  return claimsOf(workload).flatMap((claim) => {
    const wanted = alternativesOf(claim, workload.namespace, objects).map((each) => each.get(labels.zone));
    const bound = wanted.filter((requirement) => requirement !== undefined);
    return wanted.length === 0 || bound.length < wanted.length ? [] : { claim, wanted: bound };
  });
}

function alternativesOf(claim: string, namespace: string, objects: StorageObjects): readonly Requirements[] {
  const volumes = [{ name: claim, persistentVolumeClaim: { claimName: claim } }];
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "any", namespace },
    spec: { containers: [], volumes },
  };
  return volumeAlternatives(pod, objects);
}

interface WithClaims {
  readonly spec?: { readonly volumeClaimTemplates?: readonly { readonly metadata?: { readonly name?: string } }[] };
}

/** Written ones, then those that a StatefulSet makes, one for each replica. */
function claimsOf({ spec, entry, kind, name, replicas = 0 }: Workload): readonly string[] {
  const written = (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  const templates = kind === "StatefulSet" ? ((entry.object as WithClaims).spec?.volumeClaimTemplates ?? []) : [];
  const made = templates.flatMap(({ metadata }) =>
    Array.from({ length: Math.min(replicas, mostReplicas) }, (_, index) => `${metadata?.name ?? ""}-${name}-${index}`),
  );
  return [...written, ...made];
}

/** A figure in a file may be anything; claims beyond this are not looked for. */
const mostReplicas = 1000;

const storageOf = (facts: Facts): StorageObjects =>
  facts.remembered(facts, "storage", () => ({
    persistentVolumeClaims: byName<PersistentVolumeClaim>(facts, "PersistentVolumeClaim", claimKey),
    persistentVolumes: byName<PersistentVolume>(facts, "PersistentVolume", nameOf),
    storageClasses: byName<StorageClass>(facts, "StorageClass", nameOf),
  }));

const nameOf = ({ object: { metadata } }: ManifestObject): string => metadata.name ?? "";
const claimKey = (entry: ManifestObject): string => `${entry.object.metadata.namespace ?? "default"}/${nameOf(entry)}`;

/** Objects without a spec say nothing. */
const byName = <T>(
  { objects }: Facts,
  kind: string,
  keyOf: (entry: ManifestObject) => string,
): ReadonlyMap<string, T> =>
  new Map(
    objects
      .filter(({ object }) => object.kind === kind && (kind === "StorageClass" || "spec" in object))
      .map((entry) => [keyOf(entry), entry.object as unknown as T]),
  );
