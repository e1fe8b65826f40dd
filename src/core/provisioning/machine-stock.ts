import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Stock } from "../packing/problem.ts";
import type { Pool } from "./claim.ts";
import type { MachineOption, Surcharge } from "./machine-options.ts";
import { copiesWithin, nodesExhausted, type PoolLimits, takeLimits, useOfRow } from "./pool-limits.ts";

/** What one machine of a row uses of the limits of its pool. */
export function useOf(
  { pool, row }: Pick<MachineOption, "pool" | "row">,
  catalogue: Catalogue,
): ReadonlyMap<string, number> {
  return useOfRow(row, pool.limits, catalogue);
}

/** Charges a share of `total` (USD an hour) for the share that a machine uses of what limits leave. */
export function limitSurcharge(catalogue: Catalogue, total: number): Surcharge {
  const known = new Map<Pool, Map<number, number>>();
  return (pool, row) => {
    const memo = known.get(pool) ?? new Map<number, number>();
    known.set(pool, memo);
    const charge = memo.get(row) ?? total * shareOfLimits(pool, useOf({ pool, row }, catalogue));
    memo.set(row, charge);
    return charge;
  };
}

function shareOfLimits({ limits }: Pool, use: ReadonlyMap<string, number>): number {
  let share = 0;
  for (const [name, left] of limits.remaining ?? []) share = Math.max(share, (use.get(name) ?? 0) / Math.max(left, 1));
  return share;
}

/** What is left while machines are tried: of limits, of reservations, and of machines in all. Changed in place. */
interface Supply {
  /** By the limits of a pool, which its halves share. */
  readonly limits: ReadonlyMap<PoolLimits, PoolLimits>;
  readonly places: Map<string, number>;
  open: number;
}

/** Machines that the limits of their pools and the reservations they use still allow, `most` in all. */
export function limitStock(
  machines: readonly MachineOption[],
  from: { readonly catalogue: Catalogue; readonly most: number; readonly places: ReadonlyMap<string, number> },
): Stock {
  const uses = new Map<MachineOption, ReadonlyMap<string, number>>();
  const useOnce = (machine: MachineOption) => {
    const use = uses.get(machine) ?? useOf(machine, from.catalogue);
    uses.set(machine, use);
    return use;
  };
  const stockOf = (supply: Supply): Stock => ({
    copy: () => stockOf(copySupply(supply)),
    take(index, wanted) {
      const machine = machines[index];
      const left = machine === undefined ? undefined : supply.limits.get(machine.pool.limits);
      if (machine === undefined || left === undefined || nodesExhausted(left)) return 0;
      const use = useOnce(machine);
      const copies = Math.min(wanted, supply.open, placesFor(supply, machine.pool), copiesWithin(left, use));
      takeSupply(supply, machine.pool, copies);
      takeLimits(left, use, copies);
      return copies;
    },
    put(index, count) {
      const machine = machines[index];
      const left = machine === undefined ? undefined : supply.limits.get(machine.pool.limits);
      if (machine === undefined || left === undefined) return;
      takeSupply(supply, machine.pool, -count);
      takeLimits(left, useOnce(machine), -count);
    },
  });
  const limits = new Map(machines.map(({ pool }) => [pool.limits, pool.limits]));
  return stockOf(copySupply({ limits, places: new Map(from.places), open: from.most }));
}

const copySupply = ({ limits, places, open }: Supply): Supply => ({
  limits: new Map([...limits].map(([key, { remaining }]) => [key, { remaining: remaining && new Map(remaining) }])),
  places: new Map(places),
  open,
});

function placesFor({ places }: Supply, { reservations = [] }: Pool): number {
  return reservations.reduce((least, id) => Math.min(least, places.get(id) ?? 0), Number.MAX_SAFE_INTEGER);
}

function takeSupply(supply: Supply, { reservations = [] }: Pool, copies: number): void {
  supply.open -= copies;
  for (const id of reservations) supply.places.set(id, (supply.places.get(id) ?? 0) - copies);
}
