import type { KubeObject, ResourceType } from "../../api/index.ts";
import { createPacer, type Clock, type Logger } from "../../platform/index.ts";
import { type Delta, type Informer, type InformerOptions, type ObjectKey, objectKey } from "../runtime.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { IndexedStore } from "./indexed-store.ts";

/**
 * The store and its subscribers: turns what a list or a watch says into deltas (spec: operations 7.4 "Delivery"). A
 * changed UID is a delete and an add; an equal version is no event.
 */
export class SharedInformer<T extends KubeObject> implements Informer<T> {
  readonly type: ResourceType<T>;
  readonly store = new IndexedStore<T>();
  readonly options: InformerOptions<T>;
  readonly #handlers = new Set<(delta: Delta<T>) => void>();
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #freeze: boolean;
  readonly #synced = Promise.withResolvers<void>();
  synced = false;
  readable = true;

  constructor(
    options: InformerOptions<T>,
    context: { readonly clock: Clock; readonly log: Logger; readonly freeze: boolean },
  ) {
    this.type = options.type;
    this.options = options;
    this.#clock = context.clock;
    this.#log = context.log;
    this.#freeze = context.freeze;
    if (options.indexes !== undefined) this.store.addIndexes(options.indexes);
  }

  /** Resolves when the first list has been applied. */
  get whenSynced(): Promise<void> {
    return this.#synced.promise;
  }

  subscribe(handler: (delta: Delta<T>) => void): () => void {
    for (const object of this.store.list()) this.#tell(handler, { type: "added", object, initial: true });
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  /** Takes a whole list as the truth; what it lacks is deleted, marked "final state unknown". */
  async replace(items: readonly T[]): Promise<void> {
    const pacer = createPacer({ clock: this.#clock });
    const listed = new Set<ObjectKey>();
    for (const item of items) {
      listed.add(objectKey(item));
      this.apply(item);
      await pacer.breathe();
    }
    for (const stored of this.store.list()) {
      const key = objectKey(stored);
      if (!listed.has(key)) this.#remove(key, undefined, true);
      await pacer.breathe();
    }
    this.synced = true;
    this.#synced.resolve();
  }

  /** An object that exists in this state. */
  apply(received: T): void {
    const object = this.#trim(received);
    const key = objectKey(object);
    const previous = this.store.get(key);
    if (previous === undefined) {
      this.store.set(key, object);
      this.#deliver({ type: "added", object, initial: !this.synced });
      return;
    }
    if (previous.metadata.uid !== object.metadata.uid) {
      this.#remove(key, undefined, true);
      this.store.set(key, object);
      this.#deliver({ type: "added", object, initial: false });
      return;
    }
    if (previous.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.store.set(key, object);
    this.#deliver({ type: "updated", object, previous });
  }

  /** An object that was deleted, in its last state. */
  remove(received: T): void {
    const object = this.#trim(received);
    this.#remove(objectKey(object), object, false);
  }

  /** Delivers every object once more as an update to itself, so that reconcilers look again. */
  async resync(): Promise<void> {
    const pacer = createPacer({ clock: this.#clock });
    for (const listed of this.store.list()) {
      const object = this.store.get(objectKey(listed));
      if (object !== undefined) this.#deliver({ type: "updated", object, previous: object });
      await pacer.breathe();
    }
  }

  #remove(key: ObjectKey, last: T | undefined, finalStateUnknown: boolean): void {
    const stored = this.store.get(key);
    if (stored === undefined) return;
    this.store.delete(key);
    this.#deliver({ type: "deleted", object: last ?? stored, finalStateUnknown });
  }

  #trim(object: T): T {
    const trimmed = withoutManagedFields(object);
    const stripped = this.options.strip === undefined ? trimmed : this.options.strip(trimmed);
    return this.#freeze ? deepFreeze(stripped) : stripped;
  }

  #deliver(delta: Delta<T>): void {
    for (const handler of Array.from(this.#handlers)) this.#tell(handler, delta);
  }

  /** A handler that throws is a bug in it; the others, and the cache, go on. */
  #tell(handler: (delta: Delta<T>) => void, delta: Delta<T>): void {
    try {
      handler(delta);
    } catch (error) {
      this.#log.error("informer handler failed", { kind: this.type.kind, name: objectKey(delta.object), error });
    }
  }
}

/** An object that has none is kept as it is: an in-process server and its caches then share one copy. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
