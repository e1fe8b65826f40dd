import { type BitSet, bitSetOf } from "../catalogue/bit-set.ts";
import type { SetId } from "../catalogue/requirement-table.ts";
import type { Machine, PackingProblem } from "../packing/problem.ts";
import { computeResourcePrices } from "../packing/resource-prices.ts";
import type { Resumable } from "../resumable.ts";
import type { Pool } from "./claim.ts";
import { type Layout, layOut } from "./demand-layout.ts";
import { equalLists, withoutRepeats } from "./machine-members.ts";
import { type Demand, type FreshFit, freshFit, type Session } from "./session.ts";
import { usefulRows, type UsefulRows } from "./useful-rows.ts";

/** A machine that may be opened: a row of a pool under the requirements of some demand. */
export interface MachineOption extends Machine {
  readonly pool: Pool;
  readonly seed: SetId;
  readonly row: number;
  /** Without what is charged for scarce limits; `price` is with it. */
  readonly listPrice: number;
  /** Its demands owe each other nothing but room: one requirement set, no ports, no hosts, no minValues. */
  readonly plain: boolean;
}

export interface MachineProblem extends PackingProblem {
  readonly machines: readonly MachineOption[];
  readonly demands: readonly Demand[];
  /** What each demand would leave of a new claim of the pool. */
  readonly fits: ReadonlyMap<Pool, Fits>;
}

export type Fits = readonly (FreshFit | undefined)[];

/** Prices closer than this are the same; catalogue prices have at most six decimals. */
export const priceTolerance = 1e-9;

/** Stands in for prices that the provider does not know, so that such machines come last but can be compared. */
const unknownPrice = 1e6;

interface Seed {
  readonly pool: Pool;
  readonly set: SetId;
  /** What the demand that started it first asks for, before the pool's own requirements. */
  readonly demandSet: SetId;
  readonly rows: BitSet;
  /** Demands that started it. */
  readonly own: number[];
}

const piecesPerPause = 16;

/** What a machine is to cost more than its price, USD an hour, because it uses up scarce limits. */
export type Surcharge = (pool: Pool, row: number) => number;

const noSurcharge: Surcharge = () => 0;

/** All machines worth opening for the demands on one tier of pools, and what every pod is worth on them. Yields work. */
export function* buildMachineProblem(
  session: Session,
  pools: readonly Pool[],
  unordered: readonly Demand[],
  surcharge: Surcharge = noSurcharge,
): Generator<number, MachineProblem> {
  const layout = layOut(session, unordered);
  const { demands, shapes, shapeOf, width } = layout;
  const values = new Float64Array(demands.length);
  const machines: MachineOption[] = [];
  const fitsOf = new Map<Pool, Fits>();
  for (const pool of pools) {
    const fits: (FreshFit | undefined)[] = [];
    for (const demand of demands) {
      fits.push(freshFit(session, pool, demand));
      if (fits.length % piecesPerPause === 0) yield piecesPerPause;
    }
    fitsOf.set(pool, fits);
    const looked: UsefulRows[] = [];
    for (const seed of seedsOf(pool, fits, demands)) {
      yield* seedMachines({ ...layout, session, seed, fits, values, surcharge, looked }, machines);
    }
  }
  return { width, shapes, shapeOf, values, machines: yield* withoutRepeats(machines), demands, fits: fitsOf };
}

function seedsOf(pool: Pool, fits: Fits, demands: readonly Demand[]): readonly Seed[] {
  const seeds = new Map<SetId, Seed>();
  fits.forEach((fit, item) => {
    if (fit === undefined) return;
    const seed = seeds.get(fit.set) ?? {
      pool,
      set: fit.set,
      demandSet: demands[item]?.set ?? -1,
      rows: bitSetOf(fit.rows.length * 32),
      own: [],
    };
    for (let i = 0; i < seed.rows.length; i++) seed.rows[i] = (seed.rows[i] ?? 0) | (fit.rows[i] ?? 0);
    seed.own.push(item);
    seeds.set(fit.set, seed);
  });
  return [...seeds.values()];
}

interface SeedContext extends Layout {
  readonly session: Session;
  readonly seed: Seed;
  readonly fits: Fits;
  /** Written: worth of the demands that started the seed. */
  readonly values: Float64Array;
  readonly surcharge: Surcharge;
  /** Rows worth a look, of seeds of this pool so far: those of equal rows and prices share theirs. */
  readonly looked: UsefulRows[];
}

function* seedMachines(context: SeedContext, into: MachineOption[]): Resumable<void> {
  const { session, seed, demands, slotRooms, width } = context;
  const list = pricesOf(session, seed.set);
  const price = (row: number): number => list(row) + context.surcharge(seed.pool, row);
  const rows = yield* usefulRows(context, price);
  const columns = [
    ...session.space.names.map((_, place) => Float64Array.from(rows, (row) => seed.pool.room.room[place]?.[row] ?? 0)),
    ...slotRooms.map((room) => new Float64Array(rows.length).fill(room)),
  ];
  const machines = { amounts: columns, prices: Float64Array.from(rows, (row) => price(row)) };
  const weights = computeResourcePrices(machines, needOf(context)) ?? new Float64Array(width);
  for (const item of seed.own) raiseValue(context, item, weights);
  const members = compatibleItems(context);
  yield demands.length;
  const plain =
    !seed.pool.template.hasMinValues && members.items.every((item) => isPlain(demands[item] as Demand, seed));
  let before: Int32Array | undefined;
  for (const [i, row] of rows.entries()) {
    const found = membersAt(members, row, list(row) + priceTolerance);
    // Machines that take the same items share one list: whoever asks whether lists are equal need not look into them.
    const shared = before !== undefined && equalLists(before, found) ? before : found;
    before = shared;
    into.push({
      pool: seed.pool,
      seed: seed.set,
      row,
      plain,
      price: price(row),
      listPrice: list(row),
      room: Float64Array.from(columns, (column) => column[i] ?? 0),
      members: shared,
      weights,
    });
    if (i % piecesPerPause === 0) yield piecesPerPause * (1 + (demands.length >> 8));
  }
}

/** What the demands that started the seed need together. */
function needOf({ seed, demands, shapes, shapeOf, width }: SeedContext): Float64Array {
  const need = new Float64Array(width);
  for (const item of seed.own) {
    const base = (shapeOf[item] ?? 0) * width;
    const count = demands[item]?.count ?? 0;
    for (let place = 0; place < width; place++) need[place] = (need[place] ?? 0) + (shapes[base + place] ?? 0) * count;
  }
  return need;
}

function isPlain({ workload, stage, set }: Demand, seed: Seed): boolean {
  if (workload.ports.length > 0 || stage.topology.hostBinding.length > 0) return false;
  return stage.volumes.length === 1 && stage.volumes[0]?.size === 0 && set === seed.demandSet;
}

/** A demand that several pools could take is worth what the cheapest of them would ask. */
function raiseValue({ shapes, shapeOf, values, width }: SeedContext, item: number, weights: Float64Array): void {
  let value = 0;
  for (let place = 0; place < width; place++)
    value += (weights[place] ?? 0) * (shapes[(shapeOf[item] ?? 0) * width + place] ?? 0);
  const known = values[item] ?? 0;
  values[item] = known > 0 ? Math.min(known, value) : value;
}

/** Price of a row under a requirement set, as machines are compared. */
export function machinePrice({ table, options }: Session, set: SetId, row: number): number {
  return Math.min(table.select(set).price[row] ?? unknownPrice, unknownPrice) + options.nodeChargePerHour;
}

const pricesOf =
  (session: Session, set: SetId) =>
  (row: number): number =>
    machinePrice(session, set, row);

/** Demands whose requirements go together with the seed's; the columns are alike in order. */
interface Members {
  readonly items: readonly number[];
  readonly rows: readonly BitSet[];
  /** Prices of rows once the item is on a machine of the seed. */
  readonly prices: readonly Float64Array[];
  readonly charge: number;
}

function compatibleItems({ session, seed, fits, demands }: SeedContext): Members {
  const members = { items: [] as number[], rows: [] as BitSet[], prices: [] as Float64Array[] };
  fits.forEach((fit, item) => {
    const set = fit === undefined ? -1 : narrowBy(session, seed.set, { set: (demands[item] as Demand).set, fit });
    if (fit === undefined || set < 0) return;
    members.items.push(item);
    members.rows.push(fit.rows);
    members.prices.push(session.table.select(set).price);
  });
  return { ...members, charge: session.options.nodeChargePerHour };
}

/** Items that the row takes at no more than `most`. */
function membersAt({ items, rows, prices, charge }: Members, row: number, most: number): Int32Array {
  const found = new Int32Array(items.length);
  const [word, bit] = [row >>> 5, 1 << (row & 31)];
  let size = 0;
  let takes = false;
  for (let i = 0; i < items.length; i++) {
    // Items of one shape and requirement set stand together and share their rows.
    if (i === 0 || rows[i] !== rows[i - 1] || prices[i] !== prices[i - 1]) {
      const holds = ((rows[i]?.[word] ?? 0) & bit) !== 0;
      takes = holds && Math.min(prices[i]?.[row] ?? unknownPrice, unknownPrice) + charge <= most;
    }
    if (takes) found[size++] = items[i] ?? 0;
  }
  return found.subarray(0, size);
}

export function narrowBy({ table }: Session, set: SetId, by: { readonly set: SetId; readonly fit: FreshFit }): SetId {
  const own = set === by.set ? set : table.narrow(set, by.set);
  return own < 0 || by.fit.volume === undefined ? own : table.narrow(own, by.fit.volume);
}
