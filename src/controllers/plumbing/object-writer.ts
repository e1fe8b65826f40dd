import type { KubeObject, ResourceType } from "../../api/index.ts";
import {
  deleteIfPresent,
  type Informer,
  isKubeFault,
  type KubeClient,
  mergeDiff,
  objectKey,
} from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";

/** A write of the difference between an object as read and as wanted (spec: lifecycle 0.5). */
export interface ObjectChange<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly before: T;
  readonly after: T;
  /** Sends `before`'s resourceVersion along: for lists (finalizers, taints, conditions), which a patch replaces whole. */
  readonly lock: boolean;
}

const nameOf = (object: KubeObject): { readonly name: string; readonly namespace?: string } => ({
  name: object.metadata.name ?? "",
  ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
});

function lockedBody(change: ObjectChange<KubeObject>, patch: Readonly<Record<string, unknown>>): unknown {
  const { resourceVersion } = change.before.metadata;
  if (!change.lock || resourceVersion === undefined) return patch;
  return { ...patch, metadata: { ...(patch.metadata as object | undefined), resourceVersion } };
}

async function send<T extends KubeObject>(
  kube: KubeClient,
  change: ObjectChange<T>,
  patch: Readonly<Record<string, unknown>> | undefined,
  options: { readonly subresource?: "status"; readonly signal: AbortSignal },
): Promise<T | undefined> {
  if (patch === undefined) return change.before;
  try {
    return await kube.patch(change.type, nameOf(change.before), {
      type: "merge",
      body: lockedBody(change, patch),
      ...options,
    });
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return undefined;
    throw error;
  }
}

const withoutStatus = (object: KubeObject): object => ({ ...object, status: undefined });
const statusOnly = (object: KubeObject): object => ({ status: (object as { readonly status?: unknown }).status });

/**
 * Patches metadata and spec; no difference means no call. Resolves with the object as written, undefined when it is gone;
 * rejects with a `Conflict` fault when locked and changed meanwhile.
 */
export const patchObject = <T extends KubeObject>(
  kube: KubeClient,
  change: ObjectChange<T>,
  signal: AbortSignal,
): Promise<T | undefined> =>
  send(kube, change, mergeDiff(withoutStatus(change.before), withoutStatus(change.after)), { signal });

/** The same for `/status`. */
export const patchStatus = <T extends KubeObject>(
  kube: KubeClient,
  change: ObjectChange<T>,
  signal: AbortSignal,
): Promise<T | undefined> =>
  send(kube, change, mergeDiff(statusOnly(change.before), statusOnly(change.after)), {
    subresource: "status",
    signal,
  });

/** Deletes this very object (by UID). True when this call asked for it, false when it was gone or replaced already. */
export async function deleteObject<T extends KubeObject>(
  kube: KubeClient,
  type: ResourceType<T>,
  object: T,
  signal: AbortSignal,
): Promise<boolean> {
  const { uid } = object.metadata;
  const preconditions = uid === undefined ? {} : { uid };
  const outcome = await deleteIfPresent(kube, { type, name: nameOf(object) }, { signal, ...preconditions });
  return outcome.kind === "deleting";
}

const digits = /^\d+$/;

function isAtLeast(version: string | undefined, wanted: string): boolean {
  if (version === undefined) return false;
  return digits.test(version) && digits.test(wanted) ? BigInt(version) >= BigInt(wanted) : version === wanted;
}

const ownWriteMilliseconds = 1_000;

/**
 * Waits until the cache shows `written` or a newer version, a second at most (lifecycle 0.2 "post-patch pause"): the next
 * reconcile must not act on a state from before its own write.
 */
export function waitForOwnWrite<T extends KubeObject>(
  clock: Clock,
  informer: Informer<T>,
  written: T,
  signal: AbortSignal,
): Promise<void> {
  const wanted = written.metadata.resourceVersion ?? "";
  const isSeen = (cached: T): boolean => isAtLeast(cached.metadata.resourceVersion, wanted);
  return waitForCache({ clock, informer, object: written, isSeen }, signal);
}

/** The same for a deletion that was asked for: until the cache shows it, or no such object any more. */
export function waitForOwnDelete<T extends KubeObject>(
  clock: Clock,
  informer: Informer<T>,
  deleted: T,
  signal: AbortSignal,
): Promise<void> {
  const isSeen = (cached: T): boolean => cached.metadata.deletionTimestamp !== undefined;
  return waitForCache({ clock, informer, object: deleted, isSeen }, signal);
}

async function waitForCache<T extends KubeObject>(
  wait: {
    readonly clock: Clock;
    readonly informer: Informer<T>;
    readonly object: T;
    readonly isSeen: (cached: T) => boolean;
  },
  signal: AbortSignal,
): Promise<void> {
  const key = objectKey(wait.object);
  let waited = 0;
  for (let pause = 2; waited < ownWriteMilliseconds; pause *= 2) {
    const cached = wait.informer.store.get(key);
    if (cached === undefined || cached.metadata.uid !== wait.object.metadata.uid || wait.isSeen(cached)) return;
    const step = Math.min(pause, ownWriteMilliseconds - waited);
    await wait.clock.sleep(step, { signal });
    waited += step;
  }
}
