import type { FillRules, Filling, Machine, PackingProblem } from "./problem.ts";

/** Amounts are integers, so half a unit is enough to absorb nothing and forgive nothing. */
const slack = 0;

interface Fill {
  readonly problem: PackingProblem;
  readonly machine: Machine;
  readonly left: Int32Array;
  readonly room: Float64Array;
  /** Price share of each resource left, from all of it (its weight) down to 0. */
  readonly pull: Float64Array;
  readonly items: number[];
  readonly counts: number[];
  readonly position: Map<number, number>;
  value: number;
}

/**
 * Fills one machine. Each step takes the item that is worth most in the resources of which most is left (the dot product
 * of need and remainder), so that cpu and memory run out together; a quarter of what fits goes in at once, which keeps
 * the steps logarithmic in the number of pods. Ties go to the lower item index.
 */
export function fillMachine<State>(
  problem: PackingProblem,
  machine: Machine,
  demand: { readonly left: Int32Array; readonly rules?: FillRules<State> },
): Filling {
  const fill = startFill(problem, machine, demand.left);
  const { rules } = demand;
  const state = rules?.start(machine);
  let open = Array.from(machine.members).filter((item) => (fill.left[item] ?? 0) > 0);
  while (open.length > 0) {
    open = open.filter((item) => (fill.left[item] ?? 0) > 0 && fits(fill, item));
    const item = bestItem(fill, open);
    if (item < 0) break;
    const fitting = fittingCount(fill, item);
    const allowed = rules !== undefined && state !== undefined ? rules.allowance(state, item) : fitting;
    if (allowed <= 0) {
      open = open.filter((other) => other !== item);
      continue;
    }
    const count = Math.min(allowed, Math.max(1, fitting >> 2));
    take(fill, item, count);
    if (rules !== undefined && state !== undefined) rules.add(state, item, count);
  }
  const used = machine.room.map((room, r) => room - (fill.room[r] ?? 0));
  return { items: fill.items, counts: fill.counts, used, value: fill.value };
}

function startFill(problem: PackingProblem, machine: Machine, left: Int32Array): Fill {
  return {
    problem,
    machine,
    left: left.slice(),
    room: machine.room.slice(),
    pull: machine.weights.slice(),
    items: [],
    counts: [],
    position: new Map(),
    value: 0,
  };
}

function fits(fill: Fill, item: number): boolean {
  const { width, amounts } = fill.problem;
  const base = item * width;
  for (let r = 0; r < width; r++) if ((amounts[base + r] ?? 0) > (fill.room[r] ?? 0) + slack) return false;
  return true;
}

function bestItem(fill: Fill, open: readonly number[]): number {
  const { width, amounts } = fill.problem;
  let best = -1;
  let bestScore = -1;
  for (const item of open) {
    let score = 0;
    for (let r = 0; r < width; r++) score += (fill.pull[r] ?? 0) * (amounts[item * width + r] ?? 0);
    if (score > bestScore) {
      bestScore = score;
      best = item;
    }
  }
  return best;
}

function fittingCount(fill: Fill, item: number): number {
  const { width, amounts } = fill.problem;
  let count = fill.left[item] ?? 0;
  for (let r = 0; r < width; r++) {
    const amount = amounts[item * width + r] ?? 0;
    if (amount > 0) count = Math.min(count, Math.floor((fill.room[r] ?? 0) / amount));
  }
  return count;
}

function take(fill: Fill, item: number, count: number): void {
  const { width, amounts, values } = fill.problem;
  const { machine } = fill;
  for (let r = 0; r < width; r++) {
    const room = (fill.room[r] ?? 0) - count * (amounts[item * width + r] ?? 0);
    fill.room[r] = room;
    const whole = machine.room[r] ?? 0;
    fill.pull[r] = whole > 0 ? ((machine.weights[r] ?? 0) * room) / whole : 0;
  }
  fill.left[item] = (fill.left[item] ?? 0) - count;
  fill.value += count * (values[item] ?? 0);
  const at = fill.position.get(item);
  if (at === undefined) {
    fill.position.set(item, fill.items.length);
    fill.items.push(item);
    fill.counts.push(count);
  } else fill.counts[at] = (fill.counts[at] ?? 0) + count;
}
