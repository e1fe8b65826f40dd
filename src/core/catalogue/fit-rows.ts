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

function keepAtLeast(rows: BitSet, column: Float64Array, amount: number): void {
  for (let i = 0; i < rows.length; i++) {
    let word = rows[i] ?? 0;
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
