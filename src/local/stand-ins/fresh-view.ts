import type { KubeObject } from "../../api/index.ts";
import type { ObjectKey, Store } from "../../kube/index.ts";
import { objectKey } from "../../kube/index.ts";

/** Resource versions of one server are ordered integers in text form. */
function versionOf(object: KubeObject): number {
  return Number(object.metadata.resourceVersion ?? 0);
}

/** A cache that never shows less than what this process has written itself (operations 7.4 "Own writes"). */
export interface FreshView<T extends KubeObject> {
  get(key: ObjectKey): T | undefined;
  /** Remembers the server's answer until the cache has it; gives it back. */
  wrote(object: T): T;
}

export function createFreshView<T extends KubeObject>(store: Store<T>): FreshView<T> {
  const written = new Map<ObjectKey, T>();
  return {
    get(key) {
      const cached = store.get(key);
      const own = written.get(key);
      if (own === undefined) return cached;
      const isAhead = cached?.metadata.uid === own.metadata.uid && versionOf(own) > versionOf(cached ?? own);
      if (isAhead) return own;
      written.delete(key);
      return cached;
    },
    wrote(object) {
      written.set(objectKey(object), object);
      return object;
    },
  };
}
