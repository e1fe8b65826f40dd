import { type BitSet, isEqualSet, membersOf } from "../catalogue/bit-set.ts";
import type { SetId } from "../catalogue/requirement-table.ts";
import type { Resumable } from "../resumable.ts";
import type { Layout } from "./demand-layout.ts";
import type { Pool } from "./claim.ts";
import type { FreshFit, Session } from "./session.ts";
import { undominatedRows } from "./undominated-rows.ts";

export interface RowsAsk extends Pick<Layout, "shapes" | "width"> {
  readonly session: Session;
  readonly seed: { readonly pool: Pool; readonly set: SetId; readonly rows: BitSet };
  readonly fits: readonly (FreshFit | undefined)[];
  /** Of seeds of the same pool and demands so far. */
  readonly looked: UsefulRows[];
}

/** What was found for a seed's rows at its prices. */
export interface UsefulRows {
  readonly of: BitSet;
  readonly price: Float64Array;
  readonly rows: readonly number[];
}

/** Rows that some machine problem could want: no other row is as good for the same demands (a few dozen of hundreds). */
export function* usefulRows(ask: RowsAsk, priceOf: (row: number) => number): Resumable<readonly number[]> {
  const { session, seed, looked } = ask;
  const { price } = session.table.select(seed.set);
  const known = looked.find((each) => each.price === price && isEqualSet(each.of, seed.rows));
  if (known !== undefined) return known.rows;
  const rows = yield* undominatedRows(membersOf(seed.rows), { ...rivalry(ask), price: priceOf });
  looked.push({ of: seed.rows, price, rows });
  return rows;
}

/** What rows of the seed are compared by. Rows that the seed's own set leaves open say nothing: all of its rows are among them. */
function rivalry({ session, seed, fits, shapes, width }: RowsAsk) {
  const largest = new Float64Array(width);
  for (let at = 0; at < shapes.length; at++) {
    const place = at % width;
    largest[place] = Math.max(largest[place] ?? 0, shapes[at] ?? 0);
  }
  // Host slots are alike on all rows.
  const places = [...session.space.names.keys()].filter((place) => (largest[place] ?? 0) > 0);
  const sets = new Set(fits.flatMap((fit) => fit?.set ?? []));
  return {
    columns: places.map((place) => seed.pool.room.room[place] ?? new Float64Array(0)),
    openSets: [...new Set([...sets].map((set) => session.table.select(set).rows))],
    largestNeeds: places.map((place) => largest[place] ?? 0),
  };
}
