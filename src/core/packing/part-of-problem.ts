import { type BitSet, bitSetOf, hasBit, setBit } from "../catalogue/bit-set.ts";
import type { FillRules, Filling, Machine, Opening, PackingDemand, PackingProblem, Stock } from "./problem.ts";

/** What parts of one problem are made from, again and again. */
export interface PartSource<State> {
  readonly problem: PackingProblem;
  readonly rules: FillRules<State> | undefined;
  /** Members of each machine; machines that share a list share its set. */
  readonly membership: readonly BitSet[];
  /** Machines as the parts see them: made once, and given other members in each part. */
  readonly machines: readonly PartMachine[];
}

type PartMachine = { -readonly [Key in keyof Machine]: Machine[Key] };

/** A few machines taken apart: their items alone, numbered anew in rising order. Of use until the next part is made. */
export interface Part<State> {
  readonly problem: PackingProblem;
  /** Of the machines that were taken apart, USD an hour. */
  readonly price: number;
  /** All items of the part wanted, from a stock that knows the machines of the whole. */
  demand(stock: Stock): PackingDemand<State>;
  /** The opening as the whole problem numbers machines and items. */
  inWhole(opening: Opening): Opening;
}

interface Opened {
  readonly machine: number;
  readonly filling: Filling;
}

export const partSource = <State>(problem: PackingProblem, rules: FillRules<State> | undefined): PartSource<State> => ({
  problem,
  rules,
  membership: membershipOf(problem),
  machines: problem.machines.map((machine) => ({ ...machine })),
});

/** The items of the chosen machines, worth `values`, and machines that are not dearer than all of them together. */
export function partOf<State>(source: PartSource<State>, chosen: readonly Opened[], values: Float64Array): Part<State> {
  const { shapeOf } = source.problem;
  const counts = countsOn(chosen);
  const items = Int32Array.from(counts.keys()).sort();
  const wanted = Int32Array.from(items, (item) => counts.get(item) ?? 0);
  let price = 0;
  for (const { machine } of chosen) price += source.problem.machines[machine]?.price ?? 0;
  const { machines, indices } = machinesFor(source, items, price);
  const problem = {
    ...source.problem,
    machines,
    values: Float64Array.from(items, (item) => values[item] ?? 0),
    shapeOf: Int32Array.from(items, (item) => shapeOf[item] ?? 0),
  };
  const rules = source.rules === undefined ? {} : { rules: renumberedRules(source.rules, items) };
  return {
    problem,
    price,
    demand: (stock) => ({ wanted, stock: renumberedStock(stock, indices), ...rules }),
    inWhole: ({ machine, copies, filling }) => ({
      machine: indices[machine] ?? 0,
      copies,
      filling: { ...filling, items: filling.items.map((item) => items[item] ?? 0) },
    }),
  };
}

function countsOn(chosen: readonly Opened[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { filling } of chosen) {
    for (let i = 0; i < filling.items.length; i++) {
      const item = filling.items[i] ?? 0;
      counts.set(item, (counts.get(item) ?? 0) + (filling.counts[i] ?? 0));
    }
  }
  return counts;
}

function machinesFor<State>(
  { machines: all, membership }: PartSource<State>,
  items: Int32Array,
  price: number,
): { readonly machines: readonly Machine[]; readonly indices: readonly number[] } {
  const lists = new Map<BitSet, Int32Array>();
  const machines: Machine[] = [];
  const indices: number[] = [];
  for (let index = 0; index < all.length; index++) {
    const [machine, own] = [all[index], membership[index]];
    if (machine === undefined || own === undefined || machine.price > price) continue;
    let members = lists.get(own);
    if (members === undefined) {
      members = membersIn(own, items);
      lists.set(own, members);
    }
    if (members.length === 0) continue;
    machine.members = members;
    machines.push(machine);
    indices.push(index);
  }
  return { machines, indices };
}

function membersIn(own: BitSet, items: Int32Array): Int32Array {
  const members = new Int32Array(items.length);
  let size = 0;
  for (let at = 0; at < items.length; at++) if (hasBit(own, items[at] ?? 0)) members[size++] = at;
  return members.subarray(0, size);
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

/** The rules as the part numbers its items. */
const renumberedRules = <State>(rules: FillRules<State>, items: Int32Array): FillRules<State> => ({
  start: (machine) => rules.start(machine),
  allowance: (state, item) => rules.allowance(state, items[item] ?? 0),
  add: (state, item, count) => {
    rules.add(state, items[item] ?? 0, count);
  },
});

/** The stock as the part numbers its machines. */
const renumberedStock = (stock: Stock, machines: readonly number[]): Stock => ({
  copy: () => renumberedStock(stock.copy(), machines),
  take: (machine, most) => stock.take(machines[machine] ?? 0, most),
  put: (machine, count) => {
    stock.put(machines[machine] ?? 0, count);
  },
});
