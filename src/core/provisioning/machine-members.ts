/** Lists of demands that machines take, as numbers in rising order. */
import type { Resumable } from "../resumable.ts";

/** A machine as far as its likeness to others goes. */
interface Likeness {
  readonly pool: { readonly template: { readonly index: number } };
  readonly row: number;
  readonly price: number;
  readonly members: Int32Array;
}

const unitsPerYield = 64;

/** Of machines alike in pool, row and price those whose demands another one takes as well are left out. */
export function* withoutRepeats<M extends Likeness>(machines: readonly M[]): Resumable<readonly M[]> {
  const kept = new Map<string, M[]>();
  let units = 0;
  for (const machine of machines.toSorted((a, b) => b.members.length - a.members.length)) {
    const key = `${machine.pool.template.index}/${machine.row}/${machine.price}`;
    const alike = kept.get(key);
    if (alike === undefined) kept.set(key, [machine]);
    else if (!alike.some((other) => includesAll(other.members, machine.members))) alike.push(machine);
    units += 1 + (machine.members.length >> 10);
    if (units < unitsPerYield) continue;
    yield units;
    units = 0;
  }
  const survivors = new Set([...kept.values()].flat());
  return machines.filter((machine) => survivors.has(machine));
}

/** Both are in rising order. */
function includesAll(all: Int32Array, some: Int32Array): boolean {
  if (all === some) return true;
  let at = 0;
  for (let i = 0; i < some.length; i++) {
    const item = some[i] ?? 0;
    while (at < all.length && (all[at] ?? 0) < item) at++;
    if (all[at] !== item) return false;
  }
  return true;
}

export function equalLists(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
