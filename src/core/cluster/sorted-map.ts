/**
 * A persistent map with text keys in sort order. Updates share all but one chunk with the map they came from, so that a
 * cluster of 100,000 pods changes by one pod without being copied, and lists come out in a total order without sorting.
 */

const chunkSize = 256;

interface Chunk<K, V> {
  readonly keys: readonly K[];
  readonly values: readonly V[];
}

export class SortedMap<K extends string, V> implements ReadonlyMap<K, V> {
  readonly size: number;
  readonly #chunks: readonly Chunk<K, V>[];
  /** Made on demand; the map itself never changes. */
  #list: readonly V[] | undefined;

  private constructor(chunks: readonly Chunk<K, V>[], size: number) {
    this.#chunks = chunks;
    this.size = size;
  }

  static empty<K extends string, V>(): SortedMap<K, V> {
    return new SortedMap<K, V>([], 0);
  }

  get(key: K): V | undefined {
    const chunk = this.#chunks[this.#chunkFor(key)];
    if (chunk === undefined) return undefined;
    const index = lowerBound(chunk.keys, key);
    return chunk.keys[index] === key ? chunk.values[index] : undefined;
  }

  has(key: K): boolean {
    const chunk = this.#chunks[this.#chunkFor(key)];
    return chunk !== undefined && chunk.keys[lowerBound(chunk.keys, key)] === key;
  }

  /** A map with `value` at `key`; this map itself when it is there already. */
  set(key: K, value: V): SortedMap<K, V> {
    const last = this.#chunks.length - 1;
    if (last < 0) return new SortedMap<K, V>([{ keys: [key], values: [value] }], 1);
    const position = Math.min(this.#chunkFor(key), last);
    const chunk = this.#chunks[position] as Chunk<K, V>;
    const index = lowerBound(chunk.keys, key);
    if (chunk.keys[index] !== key) {
      const grown = { keys: chunk.keys.toSpliced(index, 0, key), values: chunk.values.toSpliced(index, 0, value) };
      return new SortedMap<K, V>(this.#chunks.toSpliced(position, 1, ...halved(grown)), this.size + 1);
    }
    if (chunk.values[index] === value) return this;
    const changed = { keys: chunk.keys, values: chunk.values.with(index, value) };
    return new SortedMap<K, V>(this.#chunks.with(position, changed), this.size);
  }

  /** A map without `key`; this map itself when it is not there. */
  delete(key: K): SortedMap<K, V> {
    const position = this.#chunkFor(key);
    const chunk = this.#chunks[position];
    if (chunk === undefined) return this;
    const index = lowerBound(chunk.keys, key);
    if (chunk.keys[index] !== key) return this;
    const shrunk = { keys: chunk.keys.toSpliced(index, 1), values: chunk.values.toSpliced(index, 1) };
    const kept = shrunk.keys.length === 0 ? [] : [shrunk];
    return new SortedMap<K, V>(this.#chunks.toSpliced(position, 1, ...kept), this.size - 1);
  }

  /** Values in order of key. The same array every time. */
  list(): readonly V[] {
    this.#list ??= ([] as V[]).concat(...this.#chunks.map((chunk) => chunk.values));
    return this.#list;
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  *entries(): MapIterator<[K, V]> {
    for (const { keys, values } of this.#chunks) {
      for (const [index, key] of keys.entries()) yield [key, values[index] as V];
    }
  }

  *keys(): MapIterator<K> {
    for (const { keys } of this.#chunks) yield* keys;
  }

  *values(): MapIterator<V> {
    yield* this.list();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  /** The first chunk whose last key is not below `key`; the number of chunks when there is none. */
  #chunkFor(key: K): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.#chunks[middle]?.keys.at(-1);
      if (last !== undefined && last < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function lowerBound<K extends string>(keys: readonly K[], key: K): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as K) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function halved<K, V>(chunk: Chunk<K, V>): readonly Chunk<K, V>[] {
  if (chunk.keys.length <= chunkSize) return [chunk];
  const half = chunkSize >>> 1;
  return [
    { keys: chunk.keys.slice(0, half), values: chunk.values.slice(0, half) },
    { keys: chunk.keys.slice(half), values: chunk.values.slice(half) },
  ];
}
