import type { KubeObject, ResourceType } from "../../api/index.ts";
import type { Informer, KubeClient, ObjectKey } from "../../kube/index.ts";
import { isKubeFault, objectKey } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";
import { indexes } from "./caches.ts";
import { controllerOf, isDeleting, nameOf } from "./ownership.ts";
import { timestampOf } from "./timestamps.ts";

/** After this long an own write that the cache never showed is forgotten: the object came and went between two lists. */
const forgetMilliseconds = 60_000;

/**
 * The objects that owners manage, as the cache shows them corrected by own creations and deletions that it does not show
 * yet. Without it a controller would count from a stale cache and create twice (operations 7.4 "Own writes").
 */
export interface OwnedObjects<T extends KubeObject> {
  /** Ordered by key; an object whose deletion was asked for carries a deletion timestamp at once. */
  of(ownerUid: string): readonly T[];
  create(object: T, signal: AbortSignal): Promise<T>;
  /** Asks for deletion of exactly this object; one that is gone already is fine. */
  remove(object: T, signal: AbortSignal): Promise<void>;
}

interface Pending<T> {
  readonly object: T;
  readonly at: number;
}

const byKey = (left: KubeObject, right: KubeObject): number => (objectKey(left) < objectKey(right) ? -1 : 1);

export function createOwnedObjects<T extends KubeObject>(dependencies: {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly type: ResourceType<T>;
  readonly informer: Informer<T>;
}): OwnedObjects<T> {
  const { kube, clock, type, informer } = dependencies;
  const created = new Map<ObjectKey, Pending<T>>();
  const removed = new Map<string, number>();
  informer.subscribe((delta) => {
    created.delete(objectKey(delta.object));
    if (delta.type === "deleted" || isDeleting(delta.object)) removed.delete(delta.object.metadata.uid ?? "");
  });

  const unseenOf = (ownerUid: string): T[] => {
    const unseen: T[] = [];
    for (const [key, { object, at }] of created) {
      if (at + forgetMilliseconds < clock.monotonic()) created.delete(key);
      else if (controllerOf(object)?.uid === ownerUid) unseen.push(object);
    }
    return unseen;
  };

  const marked = (object: T): T => {
    const at = removed.get(object.metadata.uid ?? "");
    if (at === undefined || isDeleting(object)) return object;
    return { ...object, metadata: { ...object.metadata, deletionTimestamp: timestampOf(clock.now()) } };
  };

  return {
    of(ownerUid) {
      const cached = informer.store.byIndex(indexes.controller, ownerUid);
      const unseen = created.size === 0 ? [] : unseenOf(ownerUid);
      const all = unseen.length === 0 ? cached : [...cached, ...unseen].sort(byKey);
      return removed.size === 0 ? all : all.map(marked);
    },
    async create(object, signal) {
      const key = objectKey(object);
      // Noted before the call: the cache may show the object before the call returns.
      created.set(key, { object, at: clock.monotonic() });
      try {
        const answer = await kube.create(type, object, { signal });
        if (created.has(key)) created.set(key, { object: answer, at: clock.monotonic() });
        return answer;
      } catch (error) {
        created.delete(key);
        throw error;
      }
    },
    async remove(object, signal) {
      const uid = object.metadata.uid ?? "";
      removed.set(uid, clock.monotonic());
      try {
        await kube.delete(type, nameOf(object), { uid, signal });
        const stillCached = informer.store.get(objectKey(object))?.metadata.uid === uid;
        if (!stillCached) removed.delete(uid);
      } catch (error) {
        removed.delete(uid);
        if (isKubeFault(error, "NotFound") || isKubeFault(error, "Conflict")) return;
        throw error;
      }
    },
  };
}
