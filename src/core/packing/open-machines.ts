import { fillMachine } from "./fill-machine.ts";
import type { FillRules, Filling, PackingProblem } from "./problem.ts";

/** A machine opened `copies` times with the same filling. */
export interface Opening {
  readonly machine: number;
  readonly copies: number;
  readonly filling: Filling;
}

export interface PackingDemand<State> {
  /** How many of each item are to be placed; counted down as machines are opened. */
  readonly left: Int32Array;
  readonly rules?: FillRules<State>;
  /** Opens up to `copies` machines of the filling and says how many it could (limits). */
  readonly open: (opening: Opening) => number;
}

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
export function* openMachines<State>(problem: PackingProblem, demand: PackingDemand<State>): Generator<number, void> {
  const queue = startQueue(problem);
  for (let head = queue.pop(); head !== undefined; head = queue.pop()) {
    const machine = problem.machines[head.machine];
    if (machine === undefined) continue;
    const filling = fillMachine(problem, machine, demand);
    yield machine.members.length + 1;
    if (filling.items.length === 0) continue;
    const score = filling.value / machine.price;
    const next = queue.at(-1);
    if (next !== undefined && score < next.score) {
      insert(queue, { machine: head.machine, score });
      continue;
    }
    if (openCopies(demand, head.machine, filling) > 0) insert(queue, { machine: head.machine, score });
  }
}

/** Best last. A machine worth nothing yet (its items have no price) is kept: it may be the only one for them. */
function startQueue(problem: PackingProblem): Candidate[] {
  const queue = problem.machines.map((machine, index) => {
    let most = 0;
    for (let r = 0; r < problem.width; r++) most += (machine.weights[r] ?? 0) * (machine.room[r] ?? 0);
    return { machine: index, score: most / machine.price };
  });
  return queue.sort((a, b) => a.score - b.score || b.machine - a.machine);
}

function insert(queue: Candidate[], candidate: Candidate): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = queue[middle];
    if (
      other !== undefined &&
      (other.score < candidate.score || (other.score === candidate.score && other.machine > candidate.machine))
    )
      low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, candidate);
}

function openCopies<State>(demand: PackingDemand<State>, machine: number, filling: Filling): number {
  let copies = Infinity;
  filling.items.forEach((item, i) => {
    copies = Math.min(copies, Math.floor((demand.left[item] ?? 0) / (filling.counts[i] ?? 1)));
  });
  const opened = demand.open({ machine, copies, filling });
  filling.items.forEach((item, i) => {
    demand.left[item] = (demand.left[item] ?? 0) - (filling.counts[i] ?? 0) * opened;
  });
  return opened;
}
