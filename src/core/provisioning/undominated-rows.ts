import { type BitSet, hasBit } from "../catalogue/bit-set.ts";
import type { Resumable } from "../resumable.ts";

/**
 * Rows without those that another row beats: no dearer, no smaller in any of `columns`, and in as many of `openSets`
 * (the rows that each requirement set leaves open). In rising order. Yields work done.
 */
export function* undominatedRows(
  rows: readonly number[],
  by: {
    readonly price: (row: number) => number;
    readonly columns: readonly Float64Array[];
    readonly openSets: readonly BitSet[];
    /** Most that one pod asks for, by column. */
    readonly largestNeeds: readonly number[];
  },
): Resumable<readonly number[]> {
  const prices = new Map(rows.map((row) => [row, by.price(row)]));
  const ordered = rows.toSorted((a, b) => (prices.get(a) ?? 0) - (prices.get(b) ?? 0) || a - b);
  let kept = yield* without(ordered, by, {
    share: 1,
    test: (other, row) => holdsShare(by.columns, other, { row, share: 1 }),
  });
  for (let share = 0.98; kept.length > mostRows && share > leastShare; share -= 0.02) {
    const holdsNearlyAsMuch = (other: number, row: number): boolean =>
      isRoomy(by, other) && holdsShare(by.columns, other, { row, share });
    kept = yield* without(kept, by, { share, test: holdsNearlyAsMuch });
  }
  return [...kept].sort((a, b) => a - b);
}

/**
 * A catalogue with a type for every core offers hundreds of choices where dozens will do: beyond this many, a row also
 * gives way to a cheaper one that is nearly as large. Claims are bought as the cheapest type that holds their pods in any case.
 */
const mostRows = 96;
const leastShare = 0.8;

const unitsPerYield = 64;

type Columns = readonly Float64Array[];

/** Whether another row is as good, given that it costs no more; it holds at least `share` of every column. */
interface Beats {
  readonly share: number;
  readonly test: (other: number, row: number) => boolean;
}

function* without(
  ordered: readonly number[],
  by: { readonly columns: Columns; readonly openSets: readonly BitSet[] },
  beats: Beats,
): Resumable<readonly number[]> {
  const kept: number[] = [];
  const most = new Float64Array(by.columns.length);
  let units = 0;
  for (const row of ordered) {
    // Nothing beats a row that is larger in something than all before it: true of nearly all in a graded catalogue.
    const isLargest = by.columns.some((column, i) => beats.share * (column[row] ?? 0) > (most[i] ?? 0));
    const isBeaten = (other: number): boolean => beats.test(other, row) && isAsOpen(by.openSets, other, row);
    if (isLargest || kept.findLastIndex(isBeaten) < 0) {
      kept.push(row);
      by.columns.forEach((column, i) => {
        most[i] = Math.max(most[i] ?? 0, column[row] ?? 0);
      });
    }
    units += 1 + (kept.length >> 6);
    if (units < unitsPerYield) continue;
    yield units;
    units = 0;
  }
  return kept;
}

function holdsShare(columns: Columns, other: number, { row, share }: { row: number; share: number }): boolean {
  for (const column of columns) if ((column[other] ?? 0) < share * (column[row] ?? 0)) return false;
  return true;
}

/** Several of the largest pods fit, so that no pod needs the larger row. */
function isRoomy(by: { readonly columns: Columns; readonly largestNeeds: readonly number[] }, row: number): boolean {
  return by.columns.every((column, i) => (column[row] ?? 0) >= 2 * (by.largestNeeds[i] ?? 0));
}

function isAsOpen(sets: readonly BitSet[], other: number, row: number): boolean {
  for (const open of sets) if (hasBit(open, row) && !hasBit(open, other)) return false;
  return true;
}
