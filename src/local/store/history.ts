import type { ApiObject } from "./api-object.ts";

/** One change of one object. `previous` is absent for the first state, `type` DELETED carries the last state. */
export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly key: string;
  readonly object: ApiObject;
  readonly previous: ApiObject | undefined;
  readonly version: number;
}

/**
 * The newest changes of a kind, oldest first, bounded in number. Versions at or after `floor` can be resumed from:
 * everything that happened later is still here.
 */
export class History {
  readonly #capacity: number;
  #changes: Change[] = [];
  #start = 0;
  #floor = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get floor(): number {
    return this.#floor;
  }

  add(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length - this.#start <= this.#capacity) return;
    this.#floor = this.#changes[this.#start]?.version ?? this.#floor;
    this.#start += 1;
    if (this.#start > this.#capacity) {
      this.#changes = this.#changes.slice(this.#start);
      this.#start = 0;
    }
  }

  /** Forgets everything up to the newest change, as a compaction would. */
  compact(): void {
    this.#floor = this.#changes.at(-1)?.version ?? this.#floor;
    this.#changes = [];
    this.#start = 0;
  }

  /** Changes after `version`, or undefined when some of them are forgotten. */
  after(version: number): readonly Change[] | undefined {
    if (version < this.#floor) return undefined;
    let low = this.#start;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#changes[middle]!.version <= version) low = middle + 1;
      else high = middle;
    }
    return this.#changes.slice(low);
  }
}
