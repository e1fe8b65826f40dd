/**
 * Shadow prices of resources: what one unit of each is worth when demand may be cut freely over machines. They solve the
 * small linear programme "cheapest fractional machines that cover the demand", so that for every machine
 * `sum(prices[r] * amount[r]) <= machine price`, and the demand's value is the programme's optimum (a lower bound in USD
 * an hour for pods that may use all of these machines).
 *
 * Revised simplex with one row for each resource (two to six in practice); columns are machines.
 */
export interface MachineColumns {
  /** By resource row, by column. */
  readonly amounts: readonly Float64Array[];
  readonly prices: Float64Array;
}

/** Work bound: far above what these programmes need, so that a cycle cannot hold the engine. */
const maxPivots = 200;
const tolerance = 1e-9;

interface Basis {
  /** Column of each row: machine index, or -1 for the artificial start column, or -(2 + r) for "too much of r". */
  readonly columns: Int32Array;
  readonly inverse: Float64Array[];
  readonly level: Float64Array;
}

/**
 * Prices by resource row; zero where nothing is demanded. `undefined` when no machine mix covers the demand.
 *
 * At the exact optimum a resource of which a little is left over costs nothing, and packing would waste it until it runs
 * out. So the prices are the mean over the demand as it is and with each resource in turn raised by `skew`.
 */
export function computeResourcePrices(
  machines: MachineColumns,
  demand: Float64Array,
  skew = 1.5,
): Float64Array | undefined {
  const rows = [...demand.keys()].filter((row) => (demand[row] ?? 0) > 0);
  const mean = new Float64Array(demand.length);
  for (const raised of [-1, ...rows]) {
    const amounts = rows.map((row) => (demand[row] ?? 0) * (row === raised ? skew : 1));
    const scaled = rows.map((row, i) => scaledRow(machines.amounts[row], amounts[i] ?? 1));
    const solved = solveCover(scaled, machines.prices);
    if (solved === undefined) return undefined;
    rows.forEach((row, i) => {
      mean[row] = (mean[row] ?? 0) + Math.max(0, solved[i] ?? 0) / (amounts[i] ?? 1) / (rows.length + 1);
    });
  }
  return mean;
}

const scaledRow = (amounts: Float64Array | undefined, by: number): Float64Array =>
  (amounts ?? new Float64Array(0)).map((amount) => amount / by);

function solveCover(rows: readonly Float64Array[], prices: Float64Array): Float64Array | undefined {
  const size = rows.length;
  const artificialCost =
    1e6 * (1 + prices.reduce((most, price) => (price < Infinity ? Math.max(most, price) : most), 0));
  const basis: Basis = {
    columns: new Int32Array(size).fill(-1),
    inverse: rows.map((_, i) => Float64Array.from({ length: size }, (__, j) => (i === j ? 1 : 0))),
    level: new Float64Array(size).fill(1),
  };
  for (let pivot = 0; pivot < maxPivots; pivot++) {
    const duals = dualsOf(basis, prices, artificialCost);
    const entering = enteringColumn(rows, prices, duals);
    if (entering === undefined) break;
    if (!pivotOn(basis, columnOf(rows, entering), entering)) break;
  }
  if (basis.columns.some((column, row) => column === -1 && (basis.level[row] ?? 0) > tolerance)) return undefined;
  return dualsOf(basis, prices, artificialCost);
}

function dualsOf(basis: Basis, prices: Float64Array, artificialCost: number): Float64Array {
  const duals = new Float64Array(basis.columns.length);
  basis.columns.forEach((column, row) => {
    const cost = column >= 0 ? (prices[column] ?? 0) : column === -1 ? artificialCost : 0;
    const inverse = basis.inverse[row];
    for (let j = 0; j < duals.length; j++) duals[j] = (duals[j] ?? 0) + cost * (inverse?.[j] ?? 0);
  });
  return duals;
}

/** The machine worth most beyond its price, in shares of it; else a resource whose price went below zero. */
function enteringColumn(rows: readonly Float64Array[], prices: Float64Array, duals: Float64Array): number | undefined {
  for (let row = 0; row < duals.length; row++) if ((duals[row] ?? 0) < -tolerance) return -(2 + row);
  let best: number | undefined;
  let bestRatio = 1 + tolerance;
  for (let column = 0; column < prices.length; column++) {
    let worth = 0;
    for (let row = 0; row < rows.length; row++) worth += (duals[row] ?? 0) * (rows[row]?.[column] ?? 0);
    const ratio = worth / Math.max(prices[column] ?? Infinity, 1e-12);
    if (ratio > bestRatio) {
      bestRatio = ratio;
      best = column;
    }
  }
  return best;
}

const columnOf = (rows: readonly Float64Array[], column: number): Float64Array =>
  Float64Array.from(rows, (row, i) => (column >= 0 ? (row[column] ?? 0) : i === -column - 2 ? -1 : 0));

function pivotOn(basis: Basis, column: Float64Array, entering: number): boolean {
  const direction = basis.inverse.map((row) => row.reduce((sum, value, j) => sum + value * (column[j] ?? 0), 0));
  const leaving = leavingRow(basis, direction);
  if (leaving < 0) return false;
  const pivotRow = basis.inverse[leaving];
  const pivotValue = direction[leaving] ?? 1;
  if (pivotRow === undefined) return false;
  for (let j = 0; j < pivotRow.length; j++) pivotRow[j] = (pivotRow[j] ?? 0) / pivotValue;
  basis.level[leaving] = (basis.level[leaving] ?? 0) / pivotValue;
  direction.forEach((factor, i) => {
    if (i === leaving || factor === 0) return;
    const row = basis.inverse[i] ?? new Float64Array(0);
    for (let j = 0; j < row.length; j++) row[j] = (row[j] ?? 0) - factor * (pivotRow[j] ?? 0);
    basis.level[i] = (basis.level[i] ?? 0) - factor * (basis.level[leaving] ?? 0);
  });
  basis.columns[leaving] = entering;
  return true;
}

function leavingRow(basis: Basis, direction: readonly number[]): number {
  let best = -1;
  let bestStep = Infinity;
  direction.forEach((value, row) => {
    const step = value > tolerance ? (basis.level[row] ?? 0) / value : Infinity;
    if (step < bestStep) {
      bestStep = step;
      best = row;
    }
  });
  return best;
}
