import type { FillRules, Filling, Machine, PackingProblem } from "./problem.ts";
import type { Run, RunIndex } from "./runs.ts";

/** One machine being filled. */
interface Fill {
  readonly problem: PackingProblem;
  readonly machine: Machine;
  readonly room: Float64Array;
  /** Price share of each resource that is left, from all of it (its weight) down to 0. */
  readonly pull: Float64Array;
  readonly items: number[];
  readonly counts: number[];
  value: number;
  work: number;
}

/** What asking the rules about an item costs, in shapes looked at. */
const ruleCost = 12;
/** What a filling costs besides the shapes it looks at, in the same unit. */
const fillCost = 20;

/**
 * Fills one machine. Each step takes the shape that is worth most in the resources of which most is left (the dot product
 * of need and remainder), so that cpu and memory run out together, and more so where an item is worth more than its need:
 * such items are hard to place elsewhere. A quarter of what fits goes in at once, which keeps the steps
 * logarithmic in the number of pods. Ties go to the lower shape, then to the lower item.
 */
export function fillMachine<State>(
  problem: PackingProblem,
  machine: Machine,
  demand: {
    readonly left: Int32Array;
    readonly runs: RunIndex;
    readonly rules?: FillRules<State>;
    /** Goes on the machine before anything else. */
    readonly first?: number;
  },
): Filling {
  const runs = demand.runs.runsOf(machine);
  const fill: Fill = {
    problem,
    machine,
    room: machine.room.slice(),
    pull: machine.weights.slice(),
    items: [],
    counts: [],
    value: 0,
    work: fillCost + runs.length,
  };
  const state = demand.rules?.start(machine);
  const limits = demand.rules === undefined || state === undefined ? undefined : { rules: demand.rules, state };
  if (demand.first !== undefined) giveFirst(fill, runs, { item: demand.first, limits });
  for (let best = bestRun(fill, runs); best !== undefined; best = bestRun(fill, runs)) {
    giveFrom(fill, best, { left: demand.left, limits });
  }
  return { items: fill.items, counts: fill.counts, value: fill.value, work: fill.work };
}

/** Moves the item to the head of its run and puts one of it on the machine. */
function giveFirst<State>(
  fill: Fill,
  runs: readonly Run[],
  { item, limits }: { readonly item: number; readonly limits: Limits<State> | undefined },
): void {
  const run = runs.find(({ shape }) => shape === fill.problem.shapeOf[item]);
  if (run === undefined || !fits(fill, run.shape)) return;
  if (limits !== undefined && limits.rules.allowance(limits.state, item) <= 0) return;
  const at = fill.machine.members.indexOf(item);
  if (at < run.at || at >= run.end) return;
  // Items before it in the run are passed over on this machine: it is the one that must be housed.
  run.at = at;
  take(fill, run, { item, count: 1 });
  limits?.rules.add(limits.state, item, 1);
}

/** Puts a share of what fits on the machine, from the items of the run in turn. */
function giveFrom<State>(
  fill: Fill,
  run: Run,
  from: { readonly left: Int32Array; readonly limits: Limits<State> | undefined },
): void {
  let wanted = Math.max(1, fittingCount(fill, run.shape) >> 2);
  while (wanted > 0 && run.at < run.end) {
    const item = fill.machine.members[run.at] ?? 0;
    fill.work += from.limits === undefined ? 1 : ruleCost;
    const left = (from.left[item] ?? 0) - takenOf(fill, run);
    const allowed = from.limits === undefined ? left : from.limits.rules.allowance(from.limits.state, item);
    const count = Math.min(wanted, left, allowed);
    if (count > 0) {
      take(fill, run, { item, count });
      from.limits?.rules.add(from.limits.state, item, count);
      wanted -= count;
    }
    if (count < left && count < allowed) return;
    run.at++;
    run.entry = -1;
  }
}

interface Limits<State> {
  readonly rules: FillRules<State>;
  readonly state: State;
}

/** Drops runs that are used up or fit no more. */
function bestRun(fill: Fill, runs: Run[]): Run | undefined {
  const { values } = fill.problem;
  const { members } = fill.machine;
  let best: Run | undefined;
  let bestScore = -1;
  let kept = 0;
  const count = runs.length;
  fill.work += count;
  for (let i = 0; i < count; i++) {
    const run = runs[i] as Run;
    if (run.at >= run.end) continue;
    const score = pullOf(fill, run.shape);
    if (score < 0) continue;
    runs[kept++] = run;
    if (run.base === 0) run.base = weightOf(fill, run.shape);
    const worth = score * ((values[members[run.at] ?? 0] ?? 0) / run.base);
    if (worth > bestScore) {
      bestScore = worth;
      best = run;
    }
  }
  runs.length = kept;
  return best;
}

/** What draws the shape to the machine; negative when it does not fit. */
function pullOf({ problem: { width, shapes }, pull, room }: Fill, shape: number): number {
  const base = shape * width;
  let sum = 0;
  for (let r = 0; r < width; r++) {
    const amount = shapes[base + r] ?? 0;
    if (amount > (room[r] ?? 0)) return -1;
    sum += (pull[r] ?? 0) * amount;
  }
  return sum;
}

function weightOf({ problem: { width, shapes }, machine: { weights } }: Fill, shape: number): number {
  let sum = 1e-12;
  for (let r = 0; r < width; r++) sum += (weights[r] ?? 0) * (shapes[shape * width + r] ?? 0);
  return sum;
}

function fits({ problem: { width, shapes }, room }: Fill, shape: number): boolean {
  const base = shape * width;
  for (let r = 0; r < width; r++) if ((shapes[base + r] ?? 0) > (room[r] ?? 0)) return false;
  return true;
}

function fittingCount({ problem: { width, shapes }, room }: Fill, shape: number): number {
  let count = 0x3fffffff;
  for (let r = 0; r < width; r++) {
    const amount = shapes[shape * width + r] ?? 0;
    if (amount > 0) count = Math.min(count, Math.floor((room[r] ?? 0) / amount));
  }
  return count;
}

/** Only the item of the current position can have been added before: a run moves on once an item gives no more. */
const takenOf = ({ items, counts }: Fill, run: Run): number =>
  run.entry < 0 || items.length === 0 ? 0 : (counts[run.entry] ?? 0);

function take(fill: Fill, run: Run, { item, count }: { readonly item: number; readonly count: number }): void {
  const { width, shapes, values } = fill.problem;
  const { machine } = fill;
  for (let r = 0; r < width; r++) {
    const room = (fill.room[r] ?? 0) - count * (shapes[run.shape * width + r] ?? 0);
    fill.room[r] = room;
    const whole = machine.room[r] ?? 0;
    fill.pull[r] = whole > 0 ? ((machine.weights[r] ?? 0) * room) / whole : 0;
  }
  fill.value += count * (values[item] ?? 0);
  if (run.entry < 0) {
    run.entry = fill.items.push(item) - 1;
    fill.counts.push(count);
  } else fill.counts[run.entry] = (fill.counts[run.entry] ?? 0) + count;
}
