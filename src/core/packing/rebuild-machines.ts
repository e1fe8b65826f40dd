import { houseDearest } from "./house-dearest.ts";
import { openMachines } from "./open-machines.ts";
import { partOf, partSource, type PartSource } from "./part-of-problem.ts";
import type { Filling, Opening, Packing, PackingDemand, PackingProblem, Stock } from "./problem.ts";

interface Bin {
  readonly machine: number;
  readonly filling: Filling;
  /** Price beyond what its items are worth. */
  readonly waste: number;
}

/** A smaller saving is rounding. */
const priceStep = 1e-9;
/** Most machines that are taken apart at once. */
const mostAtOnce = 8;
/** Cost of one try besides the shapes it looks at, in the same unit. */
const tryCost = 200;
/** Tries in a row without success after which a packing of so many machines counts as good. */
const patience = (bins: number): number => 20 + 10 * bins;
/** Machines are chosen as the most wasteful of this many drawn. */
const draws = 4;

/**
 * Takes a few machines apart, the wasteful ones more often, and packs their items anew; keeps the result when it is
 * cheaper. Stops after `effort` shapes looked at. The draws come from a fixed sequence, so equal packings give equal ones.
 */
export function* rebuildMachines<State>(
  problem: PackingProblem,
  demand: PackingDemand<State>,
  from: { readonly packing: Packing; readonly effort: number },
): Generator<number, Packing> {
  const { packing, effort } = from;
  const bins = packing.openings.flatMap((opening) => binsOf(problem, opening));
  if (bins.length < 2 || packing.work > effort) return packing;
  const stock = demand.stock.copy();
  for (const { machine, copies } of packing.openings) stock.take(machine, copies);
  const search: Search<State> = { problem, bins, stock, source: partSource(problem, demand.rules) };
  const draw = drawsOf(bins.length);
  let failures = 0;
  for (let spent = 0; spent < effort && bins.length > 1 && failures < patience(bins.length); ) {
    const pack = draw(2) === 0 ? openMachines : houseDearest;
    const tried = yield* rebuild(search, chooseBins(bins, draw), { pack, values: stirred(problem.values, draw) });
    spent += tried.work + problem.machines.length + tryCost;
    failures = tried.cheaper ? 0 : failures + 1;
  }
  return {
    ...packing,
    openings: bins.map(({ machine, filling }) => ({ machine, filling, copies: 1 })),
    price: bins.reduce((sum, { machine }) => sum + (problem.machines[machine]?.price ?? 0), 0),
  };
}

interface Search<State> {
  readonly problem: PackingProblem;
  /** Changed as cheaper ones are found, and so is the stock. */
  readonly bins: Bin[];
  readonly stock: Stock;
  readonly source: PartSource<State>;
}

/** Packs the items of the chosen bins anew, and puts the result in their place when it is cheaper. */
function* rebuild<State>(
  { problem, bins, stock, source }: Search<State>,
  chosen: readonly Bin[],
  { pack, values }: { readonly pack: typeof openMachines; readonly values: Float64Array },
): Generator<number, { readonly cheaper: boolean; readonly work: number }> {
  const part = partOf(source, chosen, values);
  for (const { machine } of chosen) stock.put(machine, 1);
  const packed = yield* pack(part.problem, part.demand(stock));
  const cheaper = packed.price < part.price - priceStep && isNoneLeft(packed);
  if (!cheaper) {
    for (const { machine } of chosen) stock.take(machine, 1);
    return { cheaper, work: packed.work };
  }
  const made = packed.openings.map((opening) => part.inWhole(opening));
  for (const { machine, copies } of made) stock.take(machine, copies);
  replaceBins(
    bins,
    chosen,
    made.flatMap((opening) => binsOf(problem, opening)),
  );
  return { cheaper, work: packed.work };
}

function isNoneLeft({ left }: Packing): boolean {
  for (let item = 0; item < left.length; item++) if (left[item] !== 0) return false;
  return true;
}

const binsOf = ({ machines, values }: PackingProblem, { machine, copies, filling }: Opening): readonly Bin[] => {
  const worth = filling.items.reduce((sum, item, i) => sum + (values[item] ?? 0) * (filling.counts[i] ?? 0), 0);
  return Array.from({ length: copies }, () => ({ machine, filling, waste: (machines[machine]?.price ?? 0) - worth }));
};

type Draw = (below: number) => number;

/** How far values are moved at most in every second try, so that the same machines can be packed in another way. */
const stir = 0.08;

function stirred(values: Float64Array, draw: Draw): Float64Array {
  if (draw(2) === 0) return values;
  const moved = new Float64Array(values.length);
  for (let item = 0; item < moved.length; item++) {
    moved[item] = (values[item] ?? 0) * (1 + (stir * (draw(201) - 100)) / 100);
  }
  return moved;
}

/** A linear congruential sequence; only its evenness matters. */
function drawsOf(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

function chooseBins(bins: readonly Bin[], draw: Draw): readonly Bin[] {
  const count = Math.min(bins.length, 2 + draw(mostAtOnce - 1));
  const chosen = new Set<Bin>();
  for (let tries = 0; chosen.size < count && tries < 4 * count; tries++) {
    let wasteful = bins[draw(bins.length)];
    for (let i = 1; i < (chosen.size === 0 ? draws : 2); i++) {
      const other = bins[draw(bins.length)];
      if ((other?.waste ?? 0) > (wasteful?.waste ?? 0)) wasteful = other;
    }
    if (wasteful !== undefined) chosen.add(wasteful);
  }
  return [...chosen];
}

function replaceBins(bins: Bin[], gone: readonly Bin[], made: readonly Bin[]): void {
  const dropped = new Set(gone);
  let kept = 0;
  for (const bin of bins) if (!dropped.has(bin)) bins[kept++] = bin;
  bins.length = kept;
  bins.push(...made);
}
