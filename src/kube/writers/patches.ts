import type { KubeObject, ResourceType } from "../../api/index.ts";
import type { CallOptions, KubeClient, ObjectName } from "../client.ts";
import { isKubeFault } from "../fault.ts";
import { mergeDiff, replacesList } from "./merge-diff.ts";

/** Labels and annotations as they should be; null removes. */
export interface MetadataChange {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

/** What a writer needs: the client, the kind, and the object as it was read. */
export interface WriteTarget<T extends KubeObject> {
  readonly client: KubeClient;
  readonly type: ResourceType<T>;
  readonly object: T;
}

export function nameOf(object: KubeObject): ObjectName {
  const { name = "", namespace } = object.metadata;
  return namespace === undefined || namespace === "" ? { name } : { name, namespace };
}

/**
 * Sets labels and annotations by a merge patch with only the keys that differ from the object as read; none differ, no
 * call. Resolves with the object as it now stands, or undefined when it is gone.
 */
export function patchMetadata<T extends KubeObject>(
  target: WriteTarget<T>,
  change: MetadataChange,
  options: CallOptions = {},
): Promise<T | undefined> {
  const { labels, annotations } = target.object.metadata;
  const metadata = {
    ...differing("labels", labels, change.labels),
    ...differing("annotations", annotations, change.annotations),
  };
  if (Object.keys(metadata).length === 0) return Promise.resolve(target.object);
  return mergePatch(target, { metadata }, options);
}

function differing(
  field: string,
  now: Readonly<Record<string, string>> = {},
  wanted: Readonly<Record<string, string | null>> = {},
): Readonly<Record<string, unknown>> {
  const changed = Object.entries(wanted).filter(([key, value]) => (now[key] ?? null) !== value);
  return changed.length === 0 ? {} : { [field]: Object.fromEntries(changed) };
}

/**
 * Writes the difference between the object as read and `after` with the version as optimistic lock, as is needed where
 * a list (finalizers, taints) is replaced (spec: lifecycle 0.5). No difference, no call. Rejects with `Conflict` when
 * somebody wrote in between, which a controller turns into a requeue; resolves with undefined when the object is gone.
 */
export function patchLocked<T extends KubeObject>(
  target: WriteTarget<T>,
  after: T,
  options: CallOptions = {},
): Promise<T | undefined> {
  const patch = mergeDiff(target.object, after);
  if (patch === undefined) return Promise.resolve(target.object);
  return mergePatch(target, locked(patch, target.object), options);
}

/** The same without a lock unless a list is replaced. */
export function patchObject<T extends KubeObject>(
  target: WriteTarget<T>,
  after: T,
  options: CallOptions = {},
): Promise<T | undefined> {
  const patch = mergeDiff(target.object, after);
  if (patch === undefined) return Promise.resolve(target.object);
  return mergePatch(target, replacesList(patch) ? locked(patch, target.object) : patch, options);
}

/** Adds a finalizer; to an object that is being deleted the API allows none, so it is left as it is. */
export function addFinalizer<T extends KubeObject>(
  target: WriteTarget<T>,
  finalizer: string,
  options: CallOptions = {},
): Promise<T | undefined> {
  const { finalizers = [], deletionTimestamp } = target.object.metadata;
  if (deletionTimestamp !== undefined || finalizers.includes(finalizer)) return Promise.resolve(target.object);
  return patchLocked(target, withFinalizers(target.object, [...finalizers, finalizer]), options);
}

/** Removes a finalizer, with the version as lock so that one added meanwhile is not lost. */
export function removeFinalizer<T extends KubeObject>(
  target: WriteTarget<T>,
  finalizer: string,
  options: CallOptions = {},
): Promise<T | undefined> {
  const { finalizers = [] } = target.object.metadata;
  const left = finalizers.filter((held) => held !== finalizer);
  return patchLocked(target, withFinalizers(target.object, left.length === 0 ? undefined : left), options);
}

function withFinalizers<T extends KubeObject>(object: T, finalizers: readonly string[] | undefined): T {
  const { finalizers: _, ...metadata } = object.metadata;
  return { ...object, metadata: finalizers === undefined ? metadata : { ...metadata, finalizers } };
}

export function locked(
  patch: Readonly<Record<string, unknown>>,
  object: KubeObject,
): Readonly<Record<string, unknown>> {
  const { resourceVersion } = object.metadata;
  if (resourceVersion === undefined) throw new Error(`${object.kind} has no resourceVersion to lock by; read it first`);
  const metadata = patch["metadata"] as Readonly<Record<string, unknown>> | undefined;
  return { ...patch, metadata: { ...metadata, resourceVersion } };
}

export async function mergePatch<T extends KubeObject>(
  { client, type, object }: WriteTarget<T>,
  body: Readonly<Record<string, unknown>>,
  options: CallOptions & { readonly subresource?: "status" },
): Promise<T | undefined> {
  try {
    return await client.patch(type, nameOf(object), { ...options, type: "merge", body });
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return undefined;
    throw error;
  }
}
