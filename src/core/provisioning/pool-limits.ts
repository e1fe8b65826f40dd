import type { Catalogue } from "../catalogue/catalogue.ts";
import { type BitSet, hasBit } from "../catalogue/bit-set.ts";
import { poolUsageOf } from "../cluster/pool-usage.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { PoolView } from "../cluster/views.ts";
import { resourcesAssuming } from "../quantity/parse-resources.ts";

/** What the limits of a pool leave (scheduling 4.1, 4.7). Counted down as claims are opened. */
export interface PoolLimits {
  /** Undefined without limits. By resource; may be below zero. */
  readonly remaining: Map<string, number> | undefined;
}

/** Limits minus capacity of the pool's nodes that stay; every node also counts one `nodes`. */
export function poolLimits(view: PoolView, snapshot: ClusterSnapshot): PoolLimits {
  if (view.pool.spec.limits === undefined) return { remaining: undefined };
  const usage = poolUsageOf(snapshot, view.key);
  const limits = resourcesAssuming(view.pool.spec.limits, 0);
  return { remaining: new Map(Object.entries(limits).map(([name, limit]) => [name, limit - (usage[name] ?? 0)])) };
}

/** Whether so many machines, each the largest there is, could be more than what is left. */
export function mayBind(remaining: ReadonlyMap<string, number>, machines: number, catalogue: Catalogue): boolean {
  for (const [name, left] of remaining) {
    const largest =
      name === "nodes" ? 1 : capacityColumn(catalogue, name).reduce((most, own) => Math.max(most, own), 0);
    if (!(left >= largest * machines)) return true;
  }
  return false;
}

/** No further node may be made, whatever its type. */
export const nodesExhausted = ({ remaining }: PoolLimits): boolean => (remaining?.get("nodes") ?? Infinity) <= 0;

/** Rows whose type fits in what is left; a remainder below zero leaves none, whatever the resource. */
export function rowsWithinLimits(rows: BitSet, limits: PoolLimits, catalogue: Catalogue): BitSet {
  const kept = rows.slice();
  for (const [name, left] of limits.remaining ?? []) {
    if (name === "nodes") continue;
    const capacity = capacityColumn(catalogue, name);
    const bySize = catalogue.rowsBySize(name);
    for (let i = 0; i < bySize.length; i++) {
      const row = bySize[i] ?? 0;
      if ((capacity[catalogue.typeOfRow[row] ?? 0] ?? 0) <= left) break;
      kept[row >>> 5] = (kept[row >>> 5] ?? 0) & ~(1 << (row & 31));
    }
  }
  return kept;
}

/** Largest amount of each limited resource that any of the rows has: what a claim might use at worst. */
export function largestUse(rows: BitSet, limits: PoolLimits, catalogue: Catalogue): ReadonlyMap<string, number> {
  const use = new Map<string, number>();
  for (const name of limits.remaining?.keys() ?? []) {
    use.set(name, name === "nodes" ? 1 : largestOf(rows, name, catalogue));
  }
  return use;
}

function largestOf(rows: BitSet, name: string, catalogue: Catalogue): number {
  const bySize = catalogue.rowsBySize(name);
  for (let i = 0; i < bySize.length; i++) {
    const row = bySize[i] ?? 0;
    if (hasBit(rows, row)) return capacityColumn(catalogue, name)[catalogue.typeOfRow[row] ?? 0] ?? 0;
  }
  return 0;
}

/** The same of one row. */
export function useOfRow(row: number, { remaining }: PoolLimits, catalogue: Catalogue): ReadonlyMap<string, number> {
  const type = catalogue.typeOfRow[row] ?? 0;
  const use = new Map<string, number>();
  for (const name of remaining?.keys() ?? [])
    use.set(name, name === "nodes" ? 1 : (capacityColumn(catalogue, name)[type] ?? 0));
  return use;
}

/** Rows whose type uses no more than `use` of any limited resource. */
export function rowsWithinUse(rows: BitSet, use: ReadonlyMap<string, number>, catalogue: Catalogue): BitSet {
  return rowsWithinLimits(rows, { remaining: new Map(use) }, catalogue);
}

export function takeLimits({ remaining }: PoolLimits, use: ReadonlyMap<string, number>, copies = 1): void {
  for (const [name, amount] of use) remaining?.set(name, (remaining.get(name) ?? 0) - amount * copies);
}

/** How many times the use fits in what is left. */
export function copiesWithin({ remaining }: PoolLimits, use: ReadonlyMap<string, number>): number {
  let copies = Number.MAX_SAFE_INTEGER;
  for (const [name, left] of remaining ?? []) {
    const amount = use.get(name) ?? 0;
    if (left < 0) return 0;
    if (amount > 0) copies = Math.min(copies, Math.floor(left / amount));
  }
  return copies;
}

function capacityColumn(catalogue: Catalogue, name: string): Float64Array {
  const at = catalogue.resources.indexOf(name);
  return catalogue.capacity[at] ?? new Float64Array(catalogue.types.length);
}
