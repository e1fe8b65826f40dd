/** Which orders of domains to try next where domains tie; numbers only. */
import { tieOrdersOf } from "../compatible/ties.ts";

export interface TieSearch {
  /** Orders of the cheapest try so far, by group. */
  orders: ReadonlyMap<number, number>;
  /** Groups in which domains tied, and how many domains each has. Grows while tries are made. */
  readonly met: Map<number, number>;
  /** Of that try, USD an hour. */
  cost: number;
  readonly tries: number;
}

/**
 * First the same order for all groups, each in turn, then for one group after the other, beside what has been cheapest so far.
 * The caller notes the cost of each before it asks for the next. Ends when a whole turn has made nothing cheaper.
 */
export function* nextTieOrders(search: TieSearch): Generator<ReadonlyMap<number, number>, void> {
  let left = search.tries;
  for (let order = 0; order < mostOrders(search) && left > 0; order++, left--)
    yield new Map([...search.met.keys()].map((group) => [group, order]));
  for (let before = Infinity; before > search.cost; ) {
    before = search.cost;
    for (const [group, order] of everyOrder(search)) {
      if (order === (search.orders.get(group) ?? 0)) continue;
      if (left-- <= 0) return;
      yield new Map(search.orders).set(group, order);
    }
  }
}

/** Every order of every group, as known now. */
const everyOrder = ({ met }: TieSearch): readonly (readonly [group: number, order: number])[] =>
  [...met]
    .sort(([a], [b]) => a - b)
    .flatMap(([group, domains]) => Array.from({ length: tieOrdersOf(domains) }, (_, order) => [group, order] as const));

const mostOrders = ({ met }: TieSearch): number =>
  [...met.values()].reduce((most, domains) => Math.max(most, tieOrdersOf(domains)), 0);
