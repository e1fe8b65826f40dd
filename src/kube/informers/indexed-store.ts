import type { KubeObject } from "../../api/index.ts";
import type { IndexFunction, ObjectKey, Store } from "../runtime.ts";
import { SortedObjects } from "./sorted-objects.ts";

interface Index<T extends KubeObject> {
  readonly valuesOf: IndexFunction<T>;
  readonly byValue: Map<string, SortedObjects<T>>;
}

const nothing: readonly never[] = Object.freeze([]);

/** Read and write side of an informer's cache (spec: operations 7.4 "Store"). */
export class IndexedStore<T extends KubeObject> implements Store<T> {
  readonly #byKey = new Map<ObjectKey, T>();
  readonly #all = new SortedObjects<T>();
  readonly #indexes = new Map<string, Index<T>>();

  get size(): number {
    return this.#byKey.size;
  }

  get(key: ObjectKey): T | undefined {
    return this.#byKey.get(key);
  }

  list(): readonly T[] {
    return this.#all.list();
  }

  byIndex(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) {
      const known = [...this.#indexes.keys()].join(", ") || "none";
      throw new Error(`no index "${index}" on this store; indexes: ${known}`);
    }
    return found.byValue.get(value)?.list() ?? nothing;
  }

  /** Adds indexes, also over what is stored already. A name that is taken must come with the same function. */
  addIndexes(indexes: Readonly<Record<string, IndexFunction<T>>>): void {
    for (const [name, valuesOf] of Object.entries(indexes)) {
      const known = this.#indexes.get(name);
      if (known !== undefined && known.valuesOf !== valuesOf) {
        throw new Error(`index "${name}" is defined already, by another function`);
      }
      if (known !== undefined) continue;
      const index: Index<T> = { valuesOf, byValue: new Map() };
      this.#indexes.set(name, index);
      for (const [key, object] of this.#byKey) enter(index, key, object);
    }
  }

  set(key: ObjectKey, object: T): void {
    const previous = this.#byKey.get(key);
    this.#byKey.set(key, object);
    this.#all.set(key, object);
    for (const index of this.#indexes.values()) {
      if (previous !== undefined) leave(index, key, previous);
      enter(index, key, object);
    }
  }

  delete(key: ObjectKey): void {
    const previous = this.#byKey.get(key);
    if (previous === undefined) return;
    this.#byKey.delete(key);
    this.#all.delete(key);
    for (const index of this.#indexes.values()) leave(index, key, previous);
  }
}

function enter<T extends KubeObject>(index: Index<T>, key: ObjectKey, object: T): void {
  for (const value of index.valuesOf(object)) {
    const objects = index.byValue.get(value) ?? new SortedObjects<T>();
    objects.set(key, object);
    index.byValue.set(value, objects);
  }
}

function leave<T extends KubeObject>(index: Index<T>, key: ObjectKey, object: T): void {
  for (const value of index.valuesOf(object)) {
    const objects = index.byValue.get(value);
    objects?.delete(key);
    if (objects?.size === 0) index.byValue.delete(value);
  }
}
