/** Keys in byte order with fast prefix ranges. Order of insertion does not matter. */
export class SortedKeys {
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  add(key: string): void {
    const position = this.lowerBound(key);
    if (this.#keys[position] !== key) this.#keys.splice(position, 0, key);
  }

  delete(key: string): void {
    const position = this.lowerBound(key);
    if (this.#keys[position] === key) this.#keys.splice(position, 1);
  }

  /** Keys that start with `prefix`, from `start` (inclusive) on. */
  range(prefix: string, start = ""): readonly string[] {
    const from = this.lowerBound(start > prefix ? start : prefix);
    const to = prefix === "" ? this.#keys.length : this.lowerBound(`${prefix}\uffff`);
    return this.#keys.slice(from, Math.max(from, to));
  }

  private lowerBound(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
