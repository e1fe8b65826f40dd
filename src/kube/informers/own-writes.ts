import type { KubeObject } from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import { type Informer, type ObjectKey, objectKey } from "../runtime.ts";

/**
 * The cache lags behind our own writes (spec: operations 7.4 "Own writes"). What a write returned is kept until the
 * cache shows that version or a newer one, so that a reconcile never acts on a state which it has itself changed.
 */
export interface OwnWrites<T extends KubeObject> {
  /** Keeps what a create, update or patch returned. */
  wrote(object: T): void;
  /** The newer of what the cache holds and what was written last. */
  get(key: ObjectKey): T | undefined;
  /** Written, but not yet in the cache in that version. */
  pending(): readonly T[];
}

/** An object that was deleted before the cache ever saw it is forgotten after this. */
const forgetMilliseconds = 60_000;

interface Written<T> {
  readonly object: T;
  readonly until: number;
}

export function createOwnWrites<T extends KubeObject>(options: {
  readonly informer: Informer<T>;
  readonly clock: Clock;
}): OwnWrites<T> {
  const { informer, clock } = options;
  const written = new Map<ObjectKey, Written<T>>();
  const current = (key: ObjectKey): T | undefined => {
    const write = written.get(key);
    if (write === undefined) return undefined;
    if (clock.monotonic() < write.until && !shows(informer.store.get(key), write.object)) return write.object;
    written.delete(key);
    return undefined;
  };
  informer.subscribe((delta) => {
    const key = objectKey(delta.object);
    const write = written.get(key);
    if (write === undefined) return;
    const gone = delta.type === "deleted" && delta.object.metadata.uid === write.object.metadata.uid;
    if (gone || shows(delta.object, write.object)) written.delete(key);
  });
  return Object.freeze({
    wrote: (object: T) => {
      const key = objectKey(object);
      if (!shows(informer.store.get(key), object)) {
        written.set(key, { object, until: clock.monotonic() + forgetMilliseconds });
      }
    },
    get: (key: ObjectKey) => current(key) ?? informer.store.get(key),
    pending: () => [...written.keys()].toSorted().flatMap((key) => current(key) ?? []),
  });
}

/** Versions of one kind are comparable as integers (Kubernetes 1.35 says so, and etcd has always given them so). */
function shows(cached: KubeObject | undefined, written: KubeObject): boolean {
  if (cached === undefined) return false;
  return BigInt(cached.metadata.resourceVersion ?? 0) >= BigInt(written.metadata.resourceVersion ?? 0);
}
