import type { BoundMachine, BoundProblem, BoundShape } from "../core/index.ts";
import { type Fill, fillMachine, type MachineShares, sharesOf } from "./fill-machine.ts";
import { simplerProblem } from "./simpler-problem.ts";
import { createSimplex, type Simplex, type SparseColumn } from "./simplex.ts";

/** How far below the optimum the bound may stay, as a share of it. */
const closeEnough = 1e-3;

/**
 * A lower bound of the cheapest fractional machines that hold the pods, USD an hour. Each round makes fillings of machines at
 * the values of pods so far; the values, lowered until no machine is worth more than it costs, give a bound by duality. The
 * best of all rounds is returned once it is close to the programme's value, or after `rounds`.
 */
export function coverBound(whole: BoundProblem, rounds = 300): number {
  const cover = coverOf(simplerProblem(whole));
  if (cover.shapes.length === 0) return 0;
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const duals = cover.simplex.duals();
    const filled = fillAll(cover, duals);
    best = Math.max(best, boundAt(cover, duals, filled));
    if (best >= cover.simplex.value() * (1 - closeEnough)) break;
    if (!enterAll(cover, filled)) break;
  }
  return best;
}

interface Cover {
  readonly shapes: readonly BoundShape[];
  readonly machines: readonly MachineShares[];
  /** Row of each machine of which there is only so much; behind those of the shapes. */
  readonly scarceRow: ReadonlyMap<MachineShares, number>;
  readonly simplex: Simplex;
}

function coverOf({ shapes, machines }: BoundProblem): Cover {
  const shared = machines.map((machine) => sharesOf(machine, shapes));
  const scarce = shared.filter(({ machine }) => machine.most < Infinity);
  const start = new Float64Array(shapes.length + scarce.length);
  start.set(aloneCosts(shapes, shared));
  return {
    shapes,
    machines: shared,
    scarceRow: new Map(scarce.map((each, i) => [each, shapes.length + i])),
    simplex: createSimplex(start),
  };
}

/** What the pods of each shape cost on machines of their own; where they have none, more than all others together. */
function aloneCosts(shapes: readonly BoundShape[], machines: readonly MachineShares[]): Float64Array {
  const costs = new Float64Array(shapes.length).fill(Infinity);
  for (const { machine, whole } of machines) {
    if (machine.most < Infinity) continue;
    machine.shapes.forEach((shape, place) => {
      const alone = (shapes[shape]?.pods ?? 0) * (machine.price / (whole[place] ?? 1));
      costs[shape] = Math.min(costs[shape] ?? Infinity, alone);
    });
  }
  const homeless = 1 + costs.reduce((sum, cost) => (cost < Infinity ? sum + cost : sum), 0);
  return costs.map((cost) => Math.min(cost, homeless));
}

type Filled = readonly { readonly of: MachineShares; readonly fill: Fill; readonly ratio: number }[];

/** `ratio`: worth of the filling for what the machine costs; the dearest mistake first. */
function fillAll({ shapes, machines }: Cover, duals: Float64Array): Filled {
  const values = Float64Array.from(shapes, ({ pods }, shape) => Math.max(0, duals[shape] ?? 0) / pods);
  return machines
    .map((of) => {
      const fill = fillMachine(of, values);
      return { of, fill, ratio: of.machine.most < Infinity ? 0 : fill.most / of.machine.price };
    })
    .sort((a, b) => b.ratio - a.ratio);
}

function boundAt({ shapes }: Cover, duals: Float64Array, filled: Filled): number {
  const excess = filled.reduce((most, { ratio }) => Math.max(most, ratio), 0);
  const worth = shapes.reduce((sum, _, shape) => sum + Math.max(0, duals[shape] ?? 0), 0);
  const given = filled.reduce(
    (sum, { of, fill }) => (of.machine.most < Infinity ? sum + of.machine.most * fill.most : sum),
    0,
  );
  return excess === 0 ? 0 : (worth - given) / excess;
}

function enterAll({ shapes, scarceRow, simplex }: Cover, filled: Filled): boolean {
  let entered = false;
  for (const { of, fill } of filled) {
    const column = columnOf(of.machine, fill, { shapes, scarce: scarceRow.get(of) });
    if (column.rows.length > 0 && simplex.enter(column)) entered = true;
  }
  return entered;
}

/** In units of all pods of a shape, and of all there is of a scarce machine. */
function columnOf(
  { price, most }: BoundMachine,
  { pods }: Fill,
  { shapes, scarce }: { readonly shapes: readonly BoundShape[]; readonly scarce: number | undefined },
): SparseColumn {
  const rows = [...pods.keys()];
  const entries = rows.map((shape) => (pods.get(shape) ?? 0) / (shapes[shape]?.pods ?? 1));
  return scarce === undefined
    ? { cost: price, rows, entries }
    : { cost: 0, rows: [...rows, scarce], entries: [...entries, 1 / most] };
}
