import { fillMachine } from "./fill-machine.ts";
import type { Filling, Opening, Packing, PackingDemand, PackingProblem } from "./problem.ts";
import { createRunIndex } from "./runs.ts";

interface Candidate {
  readonly machine: number;
  /** Worth for price when last tried: an estimate from above, since demand only shrinks. */
  readonly score: number;
}

/**
 * Opens machines until nothing is left that fits one: always the machine whose filling is worth most for its price. A
 * score is recomputed only when it comes first. Yields the work done since the last yield, in items looked at, so that
 * the caller may pause anywhere; order: score, then machine index.
 */
export function* openMachines<State>(
  problem: PackingProblem,
  demand: PackingDemand<State>,
): Generator<number, Packing> {
  const left = demand.wanted.slice();
  const stock = demand.stock.copy();
  const openings: Opening[] = [];
  let price = 0;
  let work = 0;
  let told = 0;
  const queue = startQueue(problem);
  const { rules } = demand;
  const filled = { left, runs: createRunIndex(problem, left), ...(rules === undefined ? {} : { rules }) };
  for (let head = queue.pop(); head !== undefined; head = queue.pop()) {
    const machine = problem.machines[head.machine];
    if (machine === undefined) continue;
    const filling = fillMachine(problem, machine, filled);
    work += filling.work;
    if (work - told >= workPerYield) {
      yield work - told;
      told = work;
    }
    if (filling.items.length === 0) continue;
    const score = filling.value / machine.price;
    const next = queue.at(-1);
    if (next !== undefined && isBehind({ machine: head.machine, score }, next)) {
      insert(queue, { machine: head.machine, score });
      continue;
    }
    const copies = stock.take(head.machine, mostCopies(left, filling));
    if (copies === 0) continue;
    takeFilling(left, filling, copies);
    openings.push({ machine: head.machine, copies, filling });
    price += machine.price * copies;
    insert(queue, { machine: head.machine, score });
  }
  if (work > told) yield work - told;
  return { openings, left, price, work };
}

/** Pausing is not free: many levels of work hand it on. */
const workPerYield = 1024;

/** Best last; twice what the whole room would be worth, so that every machine is tried once before any is opened. */
function startQueue(problem: PackingProblem): Candidate[] {
  const queue = problem.machines.map((machine, index) => {
    let most = 0;
    for (let r = 0; r < problem.width; r++) most += (machine.weights[r] ?? 0) * (machine.room[r] ?? 0);
    return { machine: index, score: (2 * most) / machine.price };
  });
  return queue.sort((a, b) => a.score - b.score || b.machine - a.machine);
}

/** Of equals the first of the problem is opened: its pool comes first (v1alpha5 D7). */
const isBehind = (a: Candidate, b: Candidate): boolean =>
  a.score < b.score || (a.score === b.score && a.machine > b.machine);

function insert(queue: Candidate[], candidate: Candidate): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = queue[middle];
    if (
      other === undefined ||
      other.score > candidate.score ||
      (other.score === candidate.score && other.machine < candidate.machine)
    )
      high = middle;
    else low = middle + 1;
  }
  queue.splice(low, 0, candidate);
}

/** Takes what is on the copies from what is left. */
export function takeFilling(left: Int32Array, { items, counts }: Filling, copies: number): void {
  for (let i = 0; i < items.length; i++) {
    const item = items[i] ?? 0;
    left[item] = (left[item] ?? 0) - (counts[i] ?? 0) * copies;
  }
}

/** How often the filling can be repeated with what is left. */
export function mostCopies(left: Int32Array, filling: Filling): number {
  let copies = Number.MAX_SAFE_INTEGER;
  const { items, counts } = filling;
  for (let i = 0; i < items.length; i++)
    copies = Math.min(copies, Math.floor((left[items[i] ?? 0] ?? 0) / (counts[i] ?? 1)));
  return copies;
}
