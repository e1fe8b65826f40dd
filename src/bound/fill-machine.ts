import type { BoundMachine, BoundShape } from "../core/index.ts";
import { createSimplex, type Simplex, type SparseColumn } from "./simplex.ts";

/** What a pod of each shape takes of one machine. */
export interface MachineShares {
  readonly machine: BoundMachine;
  /**
   * Shares of the machine by resource, by place in `machine.shapes`; only of resources that some of them ask for. Grows by one
   * for each shape of which whole pods, and no fractions, turn out to matter.
   */
  readonly shares: Float64Array[];
  /** Whole pods of each shape that the machine holds when it holds no others. */
  readonly whole: Float64Array;
}

/** A machine filled with fractions of pods, so that they are worth as much as can be. */
export interface Fill {
  /** No filling is worth more, whatever rounding did. */
  readonly most: number;
  /** Pods in the filling, by shape. */
  readonly pods: ReadonlyMap<number, number>;
}

export function sharesOf(machine: BoundMachine, shapes: readonly BoundShape[]): MachineShares {
  const shares = machine.room
    .map((room, resource) =>
      Float64Array.from(machine.shapes, (shape) => (room > 0 ? (shapes[shape]?.need[resource] ?? 0) / room : 0)),
    )
    .filter((column) => column.some((share) => share > 0));
  const whole = Float64Array.from(machine.shapes, (_, place) => {
    const largest = shares.reduce((most, column) => Math.max(most, column[place] ?? 0), 0);
    return Math.max(1, Math.floor(1 / largest + tolerance));
  });
  return { machine, shares, whole };
}

const maxPivots = 100;
const tolerance = 1e-9;

/** `values`: what a pod of each shape is worth, none below zero. */
export function fillMachine(shares: MachineShares, values: Float64Array): Fill {
  const worth = Float64Array.from(shares.machine.shapes, (shape) => values[shape] ?? 0);
  let fill = fillOnce(shares, worth);
  // A machine of 1.9 pods holds one: where a filling rests on such fractions, that is a limit like a resource.
  while (holdToWhole(shares, fill.places)) fill = fillOnce(shares, worth);
  const pods = new Map([...fill.places].map(([place, amount]) => [shares.machine.shapes[place] ?? -1, amount]));
  return { most: fill.most, pods };
}

interface PlaceFill {
  readonly most: number;
  /** Pods by place in `machine.shapes`. */
  readonly places: ReadonlyMap<number, number>;
}

function fillOnce(shares: MachineShares, worth: Float64Array): PlaceFill {
  const simplex = createSimplex(new Float64Array(shares.shares.length));
  const placeOf = new Map<SparseColumn, number>();
  let prices = pricesOf(simplex);
  for (let pivots = 0; pivots < maxPivots; pivots++) {
    const column = nextColumn(shares, { worth, prices, placeOf });
    if (column === undefined || !simplex.enter(column)) break;
    prices = pricesOf(simplex);
  }
  const places = new Map<number, number>();
  for (const [column, level] of simplex.levels()) {
    const place = placeOf.get(column);
    if (place !== undefined && level > 0) places.set(place, (places.get(place) ?? 0) + level);
  }
  return { most: worthAtMost(shares, worth, prices), places };
}

/** Whether a limit was added. */
function holdToWhole({ machine, shares, whole }: MachineShares, places: ReadonlyMap<number, number>): boolean {
  const broken = [...places].filter(([place, pods]) => pods > (whole[place] ?? 1) + wholeTolerance);
  for (const [place] of broken) {
    const limit = new Float64Array(machine.shapes.length);
    limit[place] = 1 / (whole[place] ?? 1);
    shares.push(limit);
  }
  return broken.length > 0;
}

const wholeTolerance = 1e-6;

/** Worth of all of each resource. */
const pricesOf = (simplex: Simplex): Float64Array => simplex.duals().map((dual) => -dual);

/** Leaving some of a resource unused where its price fell below zero, else the shape worth most beyond what it takes. */
function nextColumn(
  { shares, whole }: MachineShares,
  now: {
    readonly worth: Float64Array;
    readonly prices: Float64Array;
    /** Written. */
    readonly placeOf: Map<SparseColumn, number>;
  },
): SparseColumn | undefined {
  const unused = now.prices.findIndex((price) => price < -tolerance);
  if (unused >= 0) return { cost: 0, rows: [unused], entries: [1] };
  let best = -1;
  let bestGain = 0;
  now.worth.forEach((worth, place) => {
    const gain = (worth - askedBy(shares, now.prices, place)) * (whole[place] ?? 1);
    if (!(gain > bestGain)) return;
    best = place;
    bestGain = gain;
  });
  if (best < 0) return undefined;
  const entries = shares.map((column) => column[best] ?? 0);
  const column = { cost: -(now.worth[best] ?? 0), rows: [...entries.keys()], entries };
  now.placeOf.set(column, best);
  return column;
}

/** What a pod takes, at these prices. */
const askedBy = (shares: readonly Float64Array[], prices: Float64Array, place: number): number =>
  shares.reduce((sum, column, resource) => sum + Math.max(0, prices[resource] ?? 0) * (column[place] ?? 0), 0);

/**
 * By duality: prices at which no pod is worth more than it takes make the whole machine worth their sum at most. What some
 * are worth beyond that, by rounding or for want of pivots, is added for as many as there is room for.
 */
function worthAtMost({ shares, whole }: MachineShares, worth: Float64Array, prices: Float64Array): number {
  const sum = prices.reduce((total, price) => total + Math.max(0, price), 0);
  return worth.reduce((total, own, place) => {
    const beyond = own - askedBy(shares, prices, place);
    return beyond > 0 ? total + beyond * (whole[place] ?? 1) : total;
  }, sum);
}
