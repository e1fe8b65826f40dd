/**
 * Revised simplex for `min cost * x` with `columns * x = 1` in every row and `x >= 0`, for programmes of which the columns
 * are not listed but made when some are worth having. It starts from one column for each row, which is all that row has.
 */
export interface Simplex {
  /** What one unit of each row's right-hand side costs now. */
  duals(): Float64Array;
  /** USD an hour, or whatever the costs are in. */
  value(): number;
  /** Takes the column in where that lowers the value; says whether it did. */
  enter(column: SparseColumn): boolean;
  /** How much of each column that was taken in and is still there. */
  levels(): ReadonlyMap<SparseColumn, number>;
}

/** Entries by row; rows that are not named have none. */
export interface SparseColumn {
  readonly cost: number;
  readonly rows: readonly number[];
  readonly entries: readonly number[];
}

const tolerance = 1e-9;

interface State {
  readonly inverse: Float64Array[];
  readonly level: Float64Array;
  readonly costs: Float64Array;
  readonly columns: (SparseColumn | undefined)[];
}

/** `start[i]`: cost of the column of row `i`, scaled so that its entry is 1. */
export function createSimplex(start: Float64Array): Simplex {
  const state: State = {
    inverse: Array.from(start, (_, i) => unitRow(start.length, i)),
    level: new Float64Array(start.length).fill(1),
    costs: start.slice(),
    columns: Array.from(start, () => undefined),
  };
  return {
    duals: () => dualsOf(state),
    value: () => state.level.reduce((sum, level, row) => sum + level * (state.costs[row] ?? 0), 0),
    enter(column) {
      const direction = directionOf(state, column);
      const worth = direction.reduce((sum, factor, row) => sum + factor * (state.costs[row] ?? 0), 0);
      if (!(worth > column.cost + tolerance * (1 + Math.abs(column.cost)))) return false;
      const leaving = leavingRow(state, direction);
      if (leaving < 0) return false;
      pivot(state, direction, leaving);
      state.costs[leaving] = column.cost;
      state.columns[leaving] = column;
      return true;
    },
    levels: () =>
      new Map(state.columns.flatMap((column, row) => (column === undefined ? [] : [[column, state.level[row] ?? 0]]))),
  };
}

function unitRow(length: number, at: number): Float64Array {
  const row = new Float64Array(length);
  row[at] = 1;
  return row;
}

function dualsOf({ inverse, costs }: State): Float64Array {
  const duals = new Float64Array(costs.length);
  inverse.forEach((row, i) => {
    const cost = costs[i] ?? 0;
    if (cost !== 0) for (let j = 0; j < duals.length; j++) duals[j] = (duals[j] ?? 0) + cost * (row[j] ?? 0);
  });
  return duals;
}

const directionOf = ({ inverse }: State, { rows, entries }: SparseColumn): Float64Array =>
  Float64Array.from(inverse, (row) => rows.reduce((sum, at, i) => sum + (row[at] ?? 0) * (entries[i] ?? 0), 0));

/** The row that reaches zero first; of equals the one with the largest factor, for steadiness. */
function leavingRow({ level }: State, direction: Float64Array): number {
  let best = -1;
  let bestStep = Infinity;
  for (let row = 0; row < direction.length; row++) {
    const factor = direction[row] ?? 0;
    if (factor <= tolerance) continue;
    const step = (level[row] ?? 0) / factor;
    if (step > bestStep || (step === bestStep && factor <= (direction[best] ?? 0))) continue;
    best = row;
    bestStep = step;
  }
  return best;
}

function pivot({ inverse, level }: State, direction: Float64Array, leaving: number): void {
  const by = direction[leaving] ?? 1;
  const pivotRow = (inverse[leaving] ?? new Float64Array(0)).map((entry) => entry / by);
  const step = (level[leaving] ?? 0) / by;
  inverse[leaving] = pivotRow;
  for (let i = 0; i < direction.length; i++) {
    const factor = direction[i] ?? 0;
    if (i === leaving || factor === 0) continue;
    takeMultiple(inverse[i], pivotRow, factor);
    level[i] = Math.max(0, (level[i] ?? 0) - factor * step);
  }
  level[leaving] = step;
}

function takeMultiple(row: Float64Array | undefined, of: Float64Array, factor: number): void {
  if (row === undefined) return;
  for (let j = 0; j < row.length; j++) row[j] = (row[j] ?? 0) - factor * (of[j] ?? 0);
}
