import type { KubeObject, ResourceType } from "../../api/index.ts";
import type { Informer, KubeClient, ObjectKey } from "../../kube/index.ts";
import { isKubeFault, objectKey } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";
import { indexes } from "./caches.ts";
import { controllerOf, isDeleting, nameOf } from "./ownership.ts";
import { timestampOf } from "./timestamps.ts";

/** After this long an own write that the cache never showed is forgotten: the object came and went between two lists. */
const forgetMilliseconds = 60_000;

interface Pending<T> {
  readonly object: T;
  readonly at: number;
}

const byKey = (left: KubeObject, right: KubeObject): number => (objectKey(left) < objectKey(right) ? -1 : 1);

interface Dependencies<T extends KubeObject> {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly type: ResourceType<T>;
  readonly informer: Informer<T>;
}

/**
 * The objects that owners manage, as the cache shows them corrected by own creations and deletions that it does not show
 * yet. Without it a controller would count from a stale cache and create twice (operations 7.4 "Own writes").
 */
export class OwnedObjects<T extends KubeObject> {
  readonly #from: Dependencies<T>;
  readonly #created = new Map<ObjectKey, Pending<T>>();
  readonly #removed = new Map<string, number>();

  constructor(dependencies: Dependencies<T>) {
    this.#from = dependencies;
    dependencies.informer.subscribe((delta) => {
      this.#created.delete(objectKey(delta.object));
      const isSeen = delta.type === "deleted" || isDeleting(delta.object);
      if (isSeen) this.#removed.delete(delta.object.metadata.uid ?? "");
    });
  }

  /** Ordered by key; an object whose deletion was asked for carries a deletion timestamp at once. */
  of(ownerUid: string): readonly T[] {
    const cached = this.#from.informer.store.byIndex(indexes.controller, ownerUid);
    const unseen = this.#created.size === 0 ? [] : this.#unseenOf(ownerUid);
    const all = unseen.length === 0 ? cached : [...cached, ...unseen].sort(byKey);
    return this.#removed.size === 0 ? all : all.map((object) => this.#marked(object));
  }

  async create(object: T, signal: AbortSignal): Promise<T> {
    const { kube, clock, type } = this.#from;
    const key = objectKey(object);
    // Noted before the call: the cache may show the object before the call returns.
    this.#created.set(key, { object, at: clock.monotonic() });
    try {
      const answer = await kube.create(type, object, { signal });
      if (this.#created.has(key)) this.#created.set(key, { object: answer, at: clock.monotonic() });
      return answer;
    } catch (error) {
      this.#created.delete(key);
      throw error;
    }
  }

  /** Asks for deletion of exactly this object; one that is gone already is fine. */
  async remove(object: T, signal: AbortSignal): Promise<void> {
    const { kube, clock, type, informer } = this.#from;
    const uid = object.metadata.uid ?? "";
    this.#removed.set(uid, clock.monotonic());
    try {
      await kube.delete(type, nameOf(object), { uid, signal });
      const isCached = informer.store.get(objectKey(object))?.metadata.uid === uid;
      if (!isCached) this.#removed.delete(uid);
    } catch (error) {
      this.#removed.delete(uid);
      if (isKubeFault(error, "NotFound") || isKubeFault(error, "Conflict")) return;
      throw error;
    }
  }

  #unseenOf(ownerUid: string): T[] {
    const unseen: T[] = [];
    for (const [key, { object, at }] of this.#created) {
      if (at + forgetMilliseconds < this.#from.clock.monotonic()) this.#created.delete(key);
      else if (controllerOf(object)?.uid === ownerUid) unseen.push(object);
    }
    return unseen;
  }

  #marked(object: T): T {
    const isAsked = this.#removed.has(object.metadata.uid ?? "");
    if (!isAsked || isDeleting(object)) return object;
    const deletionTimestamp = timestampOf(this.#from.clock.now());
    return { ...object, metadata: { ...object.metadata, deletionTimestamp } };
  }
}
