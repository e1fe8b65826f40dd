import { openMachines } from "./open-machines.ts";
import type { Packing, PackingDemand, PackingProblem } from "./problem.ts";
import { rebuildMachines } from "./rebuild-machines.ts";

/** How hard to look, in shapes looked at; a unit is some 10 nanoseconds. */
export interface SearchEffort {
  /** For better prices of items (whole packings made anew). */
  readonly repricing: number;
  /** For better machines (a few taken apart and packed anew). */
  readonly rebuilding: number;
}

export const defaultEffort: SearchEffort = Object.freeze({ repricing: 400_000, rebuilding: 800_000 });

/** A round whose prices are a mean of what was and what was paid moves half of the way. */
const damping = 0.5;
/** Rounds in a row without a better packing after which prices have settled. */
const staleRounds = 4;

/**
 * A cheap packing: greedy first, then again with items priced by what they had to pay, so that awkward ones choose while
 * there is company for them; then the least worthy machines are taken apart together and packed anew. Keeps the best of
 * all: most items placed, then the lower price.
 */
export function* packMachines<State>(
  problem: PackingProblem,
  demand: PackingDemand<State>,
  effort: SearchEffort = defaultEffort,
): Generator<number, Packing> {
  let best = yield* openMachines(problem, demand);
  let values = problem.values;
  let last = best;
  let spent = best.work;
  for (let stale = 0; stale < staleRounds && spent + best.work < effort.repricing; ) {
    values = repriced(problem, values, last);
    last = yield* openMachines({ ...problem, values }, demand);
    spent += last.work;
    stale = isBetter(last, best) ? 0 : stale + 1;
    if (stale === 0) best = last;
  }
  return yield* rebuildMachines({ ...problem, values }, demand, { packing: best, effort: effort.rebuilding });
}

function isBetter(a: Packing, b: Packing): boolean {
  const [leftA, leftB] = [sumOf(a.left), sumOf(b.left)];
  return leftA < leftB || (leftA === leftB && a.price < b.price);
}

const sumOf = (counts: Int32Array): number => counts.reduce((sum, count) => sum + count, 0);

/** Items on machines that were worth less than their price become dearer, and with that earlier. */
function repriced(problem: PackingProblem, values: Float64Array, packing: Packing): Float64Array {
  const paid = new Float64Array(values.length);
  const placed = new Float64Array(values.length);
  for (const { machine, copies, filling } of packing.openings) {
    const ratio = (problem.machines[machine]?.price ?? 0) / filling.value;
    for (const [i, item] of filling.items.entries()) {
      const count = (filling.counts[i] ?? 0) * copies;
      paid[item] = (paid[item] ?? 0) + ratio * count;
      placed[item] = (placed[item] ?? 0) + count;
    }
  }
  return values.map((value, item) => {
    const count = placed[item] ?? 0;
    return count > 0 ? value * ((paid[item] ?? 0) / count) ** damping : value;
  });
}
