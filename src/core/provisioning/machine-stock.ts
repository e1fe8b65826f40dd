import type { Catalogue } from "../catalogue/catalogue.ts";
import { bitSetOf, setBit } from "../catalogue/bit-set.ts";
import type { Stock } from "../packing/problem.ts";
import type { Pool } from "./claim.ts";
import type { MachineOption, Surcharge } from "./machine-options.ts";
import { copiesWithin, largestUse, nodesExhausted, type PoolLimits, takeLimits } from "./pool-limits.ts";

/** What one machine of a row uses of the limits of its pool. */
export function useOf(
  { pool, row }: Pick<MachineOption, "pool" | "row">,
  catalogue: Catalogue,
): ReadonlyMap<string, number> {
  const rows = bitSetOf(catalogue.rowCount);
  setBit(rows, row);
  return largestUse(rows, pool.limits, catalogue);
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

/** Machines that the limits of their pools still allow, `most` in all. */
export function limitStock(machines: readonly MachineOption[], catalogue: Catalogue, most: number): Stock {
  const uses = new Map<MachineOption, ReadonlyMap<string, number>>();
  const useOnce = (machine: MachineOption) => {
    const use = uses.get(machine) ?? useOf(machine, catalogue);
    uses.set(machine, use);
    return use;
  };
  const stockOf = (limits: ReadonlyMap<Pool, PoolLimits>, allowed: number): Stock => {
    let open = allowed;
    return {
      copy: () =>
        stockOf(
          new Map([...limits].map(([pool, { remaining }]) => [pool, { remaining: remaining && new Map(remaining) }])),
          open,
        ),
      take(index, wanted) {
        const machine = machines[index];
        const left = machine === undefined ? undefined : limits.get(machine.pool);
        if (machine === undefined || left === undefined || nodesExhausted(left)) return 0;
        const use = useOnce(machine);
        const copies = Math.min(wanted, open, copiesWithin(left, use));
        takeLimits(left, use, copies);
        open -= copies;
        return copies;
      },
      put(index, count) {
        const machine = machines[index];
        const left = machine === undefined ? undefined : limits.get(machine.pool);
        if (machine === undefined || left === undefined) return;
        takeLimits(left, useOnce(machine), -count);
        open += count;
      },
    };
  };
  return stockOf(new Map(machines.map(({ pool }) => [pool, pool.limits])), most).copy();
}
