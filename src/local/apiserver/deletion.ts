/** DELETE of an object: preconditions, grace periods, finalizers and propagation. */
import type { CustomResourceDefinition } from "../../api/index.ts";
import type { DeleteOptions } from "../../kube/index.ts";
import { freezeJson, type ApiObject } from "../store/api-object.ts";
import { withMetadata } from "../store/field-path.ts";
import { tableKey } from "../store/object-table.ts";
import { present, timestamp, type ApiCore } from "./api-core.ts";
import { conflict, forbidden } from "./faults.ts";
import type { Served } from "./registry.ts";
import {
  removeObject,
  foregroundFinalizer,
  holdsContent,
  instancesFinalizer,
  orphanFinalizer,
  startCollection,
} from "./removal.ts";
import { resourceName } from "./resource.ts";
import { storedObject } from "./stored.ts";

export type DeleteRequest = Omit<DeleteOptions, "signal">;

export interface Deletion {
  /** The object as it stands after the request. */
  readonly object: ApiObject;
  /** Whether it is out of the store. */
  readonly gone: boolean;
}

const immortalNamespaces = new Set(["default", "kube-system", "kube-public"]);

export function deleteObject(
  core: ApiCore,
  served: Served,
  target: { readonly name: string; readonly namespace?: string | undefined },
  request: DeleteRequest,
): Deletion {
  const object = storedObject(served, target.name, target.namespace);
  checkPreconditions(served, object, request);
  if (object.kind === "Namespace" && immortalNamespaces.has(target.name)) {
    throw forbidden(resourceName(served.definition), target.name, "this namespace may not be deleted");
  }
  const deletion = beginDeletion(core, served, object, request);
  return { ...deletion, object: present(served, deletion.object) };
}

function checkPreconditions(served: Served, object: ApiObject, request: DeleteRequest): void {
  const { uid, resourceVersion, name = "" } = object.metadata;
  if (request.uid !== undefined && request.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${request.uid}, UID in object meta: ${uid}`;
    throw conflict(resourceName(served.definition), name, why);
  }
  if (request.resourceVersion !== undefined && request.resourceVersion !== resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${request.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`;
    throw conflict(resourceName(served.definition), name, why);
  }
}

/** Marks the object as going, or removes it at once when nothing holds it. */
export function beginDeletion(core: ApiCore, served: Served, object: ApiObject, request: DeleteRequest): Deletion {
  const next = freezeJson(markDeleted(core, served, object, request));
  const { finalizers = [], deletionGracePeriodSeconds = 0 } = next.metadata;
  const gone = finalizers.length === 0 && deletionGracePeriodSeconds === 0 && !holdsContent(next);
  if (request.dryRun) return { object: next, gone };
  const key = tableKey(next.metadata.name ?? "", next.metadata.namespace);
  if (gone) {
    // Only kinds with grace periods show a deletion time in their last state when they go at once.
    const graceful =
      served.definition.rules.graceSeconds !== undefined || object.metadata.deletionTimestamp !== undefined;
    const last = graceful ? next : withMetadata(object, { finalizers: undefined });
    return { object: removeObject(core, served.table, key, last), gone };
  }
  if (next === object) return { object, gone };
  const stored = served.table.put(key, next);
  startCollection(core, stored);
  return { object: stored, gone };
}

function markDeleted(core: ApiCore, served: Served, object: ApiObject, request: DeleteRequest): ApiObject {
  const wanted = finalizersAfter(core, object, request.propagationPolicy);
  const finalizers = wanted.length === 0 ? undefined : wanted;
  const grace = served.definition.rules.graceSeconds?.(object, request.gracePeriodSeconds);
  if (object.metadata.deletionTimestamp === undefined) {
    return firstMarked(object, { finalizers, grace: grace ?? 0, now: core.clock.now() });
  }
  const sooner = shortened(object, grace);
  const sameFinalizers = wanted.join() === (object.metadata.finalizers ?? []).join();
  return sooner === undefined && sameFinalizers ? object : withMetadata(object, { finalizers, ...sooner });
}

function firstMarked(
  object: ApiObject,
  mark: { readonly finalizers: readonly string[] | undefined; readonly grace: number; readonly now: number },
): ApiObject {
  const { generation } = object.metadata;
  const marked = withMetadata(object, {
    finalizers: mark.finalizers,
    deletionTimestamp: timestamp(mark.now + mark.grace * 1000),
    deletionGracePeriodSeconds: mark.grace,
    generation: generation === undefined ? undefined : generation + 1,
  });
  if (object.kind !== "Namespace") return marked;
  return { ...marked, status: { ...(object["status"] as object), phase: "Terminating" } };
}

/** A second delete with a shorter grace period counts from the first one. */
function shortened(object: ApiObject, grace: number | undefined): Readonly<Record<string, unknown>> | undefined {
  const { deletionTimestamp = "", deletionGracePeriodSeconds: old = 0 } = object.metadata;
  if (grace === undefined || grace >= old) return undefined;
  const asked = Date.parse(deletionTimestamp) - old * 1000;
  return { deletionTimestamp: timestamp(asked + grace * 1000), deletionGracePeriodSeconds: grace };
}

/** Whether the object is the definition of a kind that still has objects. */
function hasInstances(core: ApiCore, object: ApiObject): boolean {
  if (object.kind !== "CustomResourceDefinition") return false;
  const { group, names } = (object as unknown as CustomResourceDefinition).spec;
  return (core.registry.table(group, names.plural)?.size ?? 0) > 0;
}

function finalizersAfter(
  core: ApiCore,
  object: ApiObject,
  policy: DeleteRequest["propagationPolicy"],
): readonly string[] {
  const asked = byPolicy(object.metadata.finalizers ?? [], policy);
  return hasInstances(core, object) && !asked.includes(instancesFinalizer) ? [...asked, instancesFinalizer] : asked;
}

function byPolicy(current: readonly string[], policy: DeleteRequest["propagationPolicy"]): readonly string[] {
  if (policy === undefined) return current;
  const others = current.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  if (policy === "Background") return others;
  return [...others, policy === "Orphan" ? orphanFinalizer : foregroundFinalizer];
}
