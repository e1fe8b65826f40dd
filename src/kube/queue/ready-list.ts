import type { ObjectKey } from "../runtime.ts";

interface Entry {
  readonly key: ObjectKey;
  readonly addedAt: number;
}

/** First in, first out, each key once. Removal leaves a hole that is skipped later; the front moves along the array. */
export class ReadyList {
  #entries: Entry[] = [];
  #front = 0;
  readonly #live = new Map<ObjectKey, Entry>();

  get size(): number {
    return this.#live.size;
  }

  has(key: ObjectKey): boolean {
    return this.#live.has(key);
  }

  push(key: ObjectKey, addedAt: number): void {
    if (this.#live.has(key)) return;
    const entry = { key, addedAt };
    this.#entries.push(entry);
    this.#live.set(key, entry);
  }

  /** Removes a key and gives the time at which it was added. */
  remove(key: ObjectKey): number | undefined {
    const entry = this.#live.get(key);
    this.#live.delete(key);
    return entry?.addedAt;
  }

  shift(): Entry | undefined {
    while (this.#front < this.#entries.length) {
      const entry = this.#entries[this.#front] as Entry;
      this.#front += 1;
      if (this.#live.get(entry.key) !== entry) continue;
      this.#live.delete(entry.key);
      this.#compact();
      return entry;
    }
    this.#compact();
    return undefined;
  }

  #compact(): void {
    if (this.#front < 1024 || this.#front * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#front);
    this.#front = 0;
  }
}
