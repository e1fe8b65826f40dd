import type { KubeObject } from "../../api/index.ts";
import type { ObjectKey } from "../runtime.ts";

/**
 * Objects ordered by key. The list handed out is a snapshot: it is copied on the first change after it was read, so
 * that iteration is stable while writers run and readers pay nothing while nothing changes.
 */
export class SortedObjects<T extends KubeObject> {
  #keys: ObjectKey[] = [];
  #objects: T[] = [];
  #shared = false;

  get size(): number {
    return this.#keys.length;
  }

  list(): readonly T[] {
    this.#shared = true;
    return this.#objects;
  }

  set(key: ObjectKey, object: T): void {
    this.#own();
    const place = this.#placeOf(key);
    if (this.#keys[place] === key) {
      this.#objects[place] = object;
      return;
    }
    this.#keys.splice(place, 0, key);
    this.#objects.splice(place, 0, object);
  }

  delete(key: ObjectKey): void {
    const place = this.#placeOf(key);
    if (this.#keys[place] !== key) return;
    this.#own();
    this.#keys.splice(place, 1);
    this.#objects.splice(place, 1);
  }

  #own(): void {
    if (!this.#shared) return;
    this.#objects = this.#objects.slice();
    this.#shared = false;
  }

  /** Where `key` is or would go. Lists come in order, so the end is tried first. */
  #placeOf(key: ObjectKey): number {
    const last = this.#keys.at(-1);
    if (last === undefined || last < key) return this.#keys.length;
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] as ObjectKey) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
