import { type BitSet, bitSetOf, hasBit, setBit } from "../catalogue/bit-set.ts";
import { houseDearest } from "./house-dearest.ts";
import { openMachines } from "./open-machines.ts";
import type { Filling, Machine, Opening, Packing, PackingDemand, PackingProblem, Stock } from "./problem.ts";

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
  const search: Search<State> = { problem, demand, bins, stock, membership: membershipOf(problem) };
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
  readonly demand: PackingDemand<State>;
  /** Changed as cheaper ones are found, and so is the stock. */
  readonly bins: Bin[];
  readonly stock: Stock;
  readonly membership: readonly BitSet[];
}

/** Packs the items of the chosen bins anew, and puts the result in their place when it is cheaper. */
function* rebuild<State>(
  { problem, demand, bins, stock, membership }: Search<State>,
  chosen: readonly Bin[],
  { pack, values }: { readonly pack: typeof openMachines; readonly values: Float64Array },
): Generator<number, { readonly cheaper: boolean; readonly work: number }> {
  const part = partOf(problem, chosen, membership);
  for (const { machine } of chosen) stock.put(machine, 1);
  const again = { ...demand, wanted: part.wanted, stock: renumbered(stock, part.machines) };
  const packed = yield* pack({ ...part.problem, values }, again);
  const cheaper = packed.price < part.price - priceStep && packed.left.every((count) => count === 0);
  if (!cheaper) {
    for (const { machine } of chosen) stock.take(machine, 1);
    return { cheaper, work: packed.work };
  }
  const made = packed.openings.map((opening) => ({ ...opening, machine: part.machines[opening.machine] ?? 0 }));
  for (const { machine, copies } of made) stock.take(machine, copies);
  replaceBins(
    bins,
    chosen,
    made.flatMap((opening) => binsOf(problem, opening)),
  );
  return { cheaper, work: packed.work };
}

const binsOf = ({ machines, values }: PackingProblem, { machine, copies, filling }: Opening): readonly Bin[] => {
  const worth = filling.items.reduce((sum, item, i) => sum + (values[item] ?? 0) * (filling.counts[i] ?? 0), 0);
  return Array.from({ length: copies }, () => ({ machine, filling, waste: (machines[machine]?.price ?? 0) - worth }));
};

type Draw = (below: number) => number;

/** How far values are moved at most in every second try, so that the same machines can be packed in another way. */
const stir = 0.08;

function stirred(values: Float64Array, draw: Draw): Float64Array {
  return draw(2) === 0 ? values : values.map((value) => value * (1 + (stir * (draw(201) - 100)) / 100));
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

interface Part {
  readonly problem: PackingProblem;
  /** Index in the whole problem by index in the part. */
  readonly machines: readonly number[];
  readonly wanted: Int32Array;
  readonly price: number;
}

/** The problem of the chosen bins alone: their items, and machines that are not dearer than all of them together. */
function partOf(problem: PackingProblem, chosen: readonly Bin[], membership: readonly BitSet[]): Part {
  const wanted = new Int32Array(problem.values.length);
  let price = 0;
  for (const { machine, filling } of chosen) {
    price += problem.machines[machine]?.price ?? 0;
    for (const [i, item] of filling.items.entries()) wanted[item] = (wanted[item] ?? 0) + (filling.counts[i] ?? 0);
  }
  const items = [...new Set(chosen.flatMap(({ filling }) => filling.items))].sort((a, b) => a - b);
  const machines: Machine[] = [];
  const indices: number[] = [];
  problem.machines.forEach((machine, index) => {
    if (machine.price > price) return;
    const own = membership[index];
    const members = own === undefined ? [] : items.filter((item) => hasBit(own, item));
    if (members.length === 0) return;
    machines.push({ ...machine, members: Int32Array.from(members) });
    indices.push(index);
  });
  return { problem: { ...problem, machines }, machines: indices, wanted, price };
}

function membershipOf({ machines, values }: PackingProblem): readonly BitSet[] {
  const known = new Map<Int32Array, BitSet>();
  return machines.map(({ members }) => {
    const same = known.get(members);
    if (same !== undefined) return same;
    const set = bitSetOf(values.length);
    for (const item of members) setBit(set, item);
    known.set(members, set);
    return set;
  });
}

/** The stock as the part numbers its machines. */
const renumbered = (stock: Stock, machines: readonly number[]): Stock => ({
  copy: () => renumbered(stock.copy(), machines),
  take: (machine, most) => stock.take(machines[machine] ?? 0, most),
  put: (machine, count) => {
    stock.put(machines[machine] ?? 0, count);
  },
});

function replaceBins(bins: Bin[], gone: readonly Bin[], made: readonly Bin[]): void {
  const dropped = new Set(gone);
  let kept = 0;
  for (const bin of bins) if (!dropped.has(bin)) bins[kept++] = bin;
  bins.length = kept;
  bins.push(...made);
}
