/** The last step of a delete: an object that nothing holds any more leaves the store. */
import { freezeJson, type ApiObject } from "../store/api-object.ts";
import type { ObjectTable } from "../store/object-table.ts";
import type { ApiCore } from "./api-core.ts";
import { objectAt } from "./owner-graph.ts";

export const foregroundFinalizer = "foregroundDeletion";
export const orphanFinalizer = "orphan";
/** Holds a CustomResourceDefinition until its objects are gone. */
export const instancesFinalizer = "customresourcecleanup.apiextensions.k8s.io";

/** Removes the object when it is being deleted and nothing holds it any more; says whether it did. */
export function settleRemoval(core: ApiCore, table: ObjectTable, key: string, next: ApiObject): boolean {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds = 0 } = next.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0 || deletionGracePeriodSeconds > 0) return false;
  if (holdsContent(next)) return false;
  removeObject(core, table, key, next);
  return true;
}

/** Namespaces are held by `spec.finalizers` until their content is gone. */
export function holdsContent(object: ApiObject): boolean {
  if (object.kind !== "Namespace") return false;
  const finalizers = (object["spec"] as { finalizers?: readonly string[] } | undefined)?.finalizers ?? [];
  return finalizers.length > 0;
}

/** Takes an object out of the store; its dependents are collected in the background. */
export function removeObject(core: ApiCore, table: ObjectTable, key: string, last: ApiObject): ApiObject {
  const removed = table.remove(key, freezeJson(last));
  const uid = removed.metadata.uid ?? "";
  if (core.owners.dependentsOf(uid).length > 0) core.collect({ kind: "owner-gone", uid });
  for (const owner of removed.metadata.ownerReferences ?? []) {
    const held = objectAt(core.owners.locate(owner.uid))?.metadata.finalizers?.includes(foregroundFinalizer);
    if (held) core.collect({ kind: "foreground", uid: owner.uid });
  }
  collectHolders(core, removed);
  return removed;
}

/** What waits for the last of its objects is looked at again: a namespace, or the definition of the kind. */
function collectHolders(core: ApiCore, removed: ApiObject): void {
  const { namespace } = removed.metadata;
  const home = namespace === undefined ? undefined : core.context.find({ group: "", plural: "namespaces" }, namespace);
  if (home?.metadata.deletionTimestamp !== undefined) core.collect({ kind: "namespace", uid: home.metadata.uid ?? "" });
  const definition = core.context.find(
    { group: "apiextensions.k8s.io", plural: "customresourcedefinitions" },
    core.registry.definitionName(removed) ?? "",
  );
  if (definition?.metadata.finalizers?.includes(instancesFinalizer)) {
    core.collect({ kind: "definition", uid: definition.metadata.uid ?? "" });
  }
}

/** Starts the work that the collector's own finalizers and a namespace's content ask for. */
export function startCollection(core: ApiCore, object: ApiObject): void {
  const { uid = "", finalizers = [] } = object.metadata;
  if (finalizers.includes(orphanFinalizer)) core.collect({ kind: "orphan", uid });
  if (finalizers.includes(foregroundFinalizer)) core.collect({ kind: "foreground", uid });
  if (holdsContent(object)) core.collect({ kind: "namespace", uid });
  if (finalizers.includes(instancesFinalizer)) core.collect({ kind: "definition", uid });
}
