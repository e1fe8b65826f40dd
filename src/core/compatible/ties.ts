/** Which of several domains with equally few pods comes first: the first by name, unless told otherwise. */
import type { Group } from "./topology-groups.ts";

/**
 * `cheapest`: the cheapest for the claim. Else an order of domains for each group: the reference itself takes them as its
 * maps come, so that any of them may be its outcome.
 */
export type Ties = "cheapest" | TieOrders;

export interface TieOrders {
  /** Number of an order (`inTieOrder`) by index of the group; by name where there is none. */
  readonly orders: ReadonlyMap<number, number>;
  /** Written: groups in which domains tied, and how many domains each has. */
  readonly met: Map<number, number>;
  /** Written where it is given: whether some domains that tied differ in price, so that `cheapest` could choose otherwise. */
  readonly prices?: { differ: boolean };
}

export const noTieOrders = (): TieOrders => ({ orders: new Map(), met: new Map() });

/** All orders of up to three domains; of more, each of them first. */
export const tieOrdersOf = (domains: number): number => (domains === 3 ? 6 : domains);

/** `domains` in the order of that number; 0 leaves them as they are. */
export function inTieOrder(domains: readonly string[], order: number): readonly string[] {
  const three = domains.length === 3;
  const first = three ? order >> 1 : order % Math.max(1, domains.length);
  const rest = [...domains.slice(0, first), ...domains.slice(first + 1)];
  return [...domains.slice(first, first + 1), ...(three && order % 2 === 1 ? rest.reverse() : rest)];
}

/** The one of tied domains that comes first; notes that they tied. */
export function firstOfTied(tied: readonly string[], { index, domains }: Group, ties: TieOrders): string | undefined {
  if (tied.length > 1) ties.met.set(index, domains.size);
  const order = ties.orders.get(index) ?? 0;
  const sorted = order === 0 ? tied.toSorted() : inTieOrder([...domains.keys()].sort(), order);
  return sorted.find((domain) => tied.includes(domain));
}
