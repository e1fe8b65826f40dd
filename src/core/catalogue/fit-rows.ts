import type { BitSet } from "./bit-set.ts";

/** A request as places in the resource space and amounts there; zero amounts are left out. */
export interface SparseAmounts {
  readonly places: Int32Array;
  readonly amounts: Float64Array;
}

export function sparseOf(vector: Float64Array): SparseAmounts {
  const places = [...vector.keys()].filter((place) => (vector[place] ?? 0) !== 0);
  return { places: Int32Array.from(places), amounts: Float64Array.from(places, (place) => vector[place] ?? 0) };
}

/** Removes from `rows` those of which `room` at one of `places` is less than `total`; returns `rows`. */
export function keepFitting(
  rows: BitSet,
  room: readonly Float64Array[],
  needs: { readonly total: Float64Array; readonly places: Int32Array },
): BitSet {
  for (const place of needs.places) {
    const total = needs.total[place] ?? 0;
    const column = room[place];
    if (column !== undefined) keepAtLeast(rows, column, total);
    else if (total > 0) rows.fill(0);
  }
  return rows;
}

/** Least amount of each word of rows. Columns are never changed once rows are asked for. */
const leastByColumn = new WeakMap<Float64Array, Float64Array>();

function leastOf(column: Float64Array): Float64Array {
  const known = leastByColumn.get(column);
  if (known !== undefined) return known;
  const least = new Float64Array((column.length + 31) >>> 5).fill(Infinity);
  for (let row = 0; row < column.length; row++) {
    const amount = column[row] ?? 0;
    if (amount < (least[row >>> 5] ?? 0)) least[row >>> 5] = amount;
  }
  leastByColumn.set(column, least);
  return least;
}

function keepAtLeast(rows: BitSet, column: Float64Array, amount: number): void {
  const least = leastOf(column);
  for (let i = 0; i < rows.length; i++) {
    let word = rows[i] ?? 0;
    if (word === 0 || (least[i] ?? 0) >= amount) continue;
    let kept = word;
    while (word !== 0) {
      const low = word & -word;
      const bit = 31 - Math.clz32(low);
      if ((column[(i << 5) + bit] ?? 0) < amount) kept &= ~low;
      word ^= low;
    }
    rows[i] = kept;
  }
}
