import type { KubeObject, OwnerReference } from "../../api/index.ts";

/** The owner that manages the object, if any. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** The reference that marks `owner` as the managing owner. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? "",
    uid: owner.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Key of the managing owner when it is of `kind`, as a list for use in watch mappings. */
export function keysOfController(object: KubeObject, kind: string): readonly string[] {
  const owner = controllerOf(object);
  return owner?.kind === kind ? [`${object.metadata.namespace ?? ""}/${owner.name}`] : [];
}

export const isDeleting = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

export const nameOf = (object: KubeObject): { name: string; namespace: string } => ({
  name: object.metadata.name ?? "",
  namespace: object.metadata.namespace ?? "",
});
