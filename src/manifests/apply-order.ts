import type { ManifestObject } from "./parse-manifests.ts";

/** Kinds that others need, first; the rest keep the order of the files. */
const early = [
  "Namespace",
  "CustomResourceDefinition",
  "PriorityClass",
  "StorageClass",
  "ServiceAccount",
  "ConfigMap",
  "Secret",
  "PersistentVolume",
  "EC2NodeClass",
  "KWOKNodeClass",
  "AWSNodeTemplate",
  "NodePool",
  "Provisioner",
];

/** Whether others may need the object before they are applied. */
export const comesFirst = ({ object }: ManifestObject): boolean => early.includes(object.kind);

/** Order in which objects are applied: what others refer to comes first; otherwise the order of the input (stable). */
export function applyOrder(objects: readonly ManifestObject[]): readonly ManifestObject[] {
  const rank = ({ object }: ManifestObject): number => {
    const index = early.indexOf(object.kind);
    return index < 0 ? early.length : index;
  };
  return objects
    .map((entry, index) => ({ entry, index, rank: rank(entry) }))
    .toSorted((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ entry }) => entry);
}

export interface Duplicate {
  readonly first: ManifestObject;
  readonly second: ManifestObject;
  /** `apps/v1 Deployment default/web`. */
  readonly name: string;
}

/** Objects that are named twice in one input: the first stands, each later one is reported. */
export function findDuplicates(objects: readonly ManifestObject[]): readonly Duplicate[] {
  const seen = new Map<string, ManifestObject>();
  const duplicates: Duplicate[] = [];
  for (const entry of objects) {
    if (entry.object.metadata.name === undefined) continue;
    const name = objectName(entry);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, entry);
    else duplicates.push({ first, second: entry, name });
  }
  return duplicates;
}

/** `apps/v1 Deployment default/web`; cluster-scoped kinds read as in `default` too unless a namespace is given. */
export function objectName({ object }: ManifestObject): string {
  const { namespace, name = "" } = object.metadata;
  return `${object.apiVersion} ${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
