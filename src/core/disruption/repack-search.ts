/**
 * Which nodes to take away, of all sets of candidates: an anytime search over the whole pool set, seeded by today's layout
 * (lifecycle 8, O1 to O5). A set is judged by one run of the engine, which packs its pods onto the room that stays and onto
 * as many new machines as is cheapest; so every move is N to M. Sets are tried in three ways, each from the best so far:
 * all lengths of two orders (how little a node holds for its price, and how much a move of its pods would save), then
 * blocks in and out, then single exchanges. Work is counted in units, and the answer is the best found so far.
 */
import type { StateNode } from "../cluster/state-node.ts";
import type { Candidate } from "./candidate.ts";
import { evaluateMove, type Judge, type Move, type MoveRefusal, moveCost } from "./evaluate.ts";
import type { BudgetLedger } from "./ledger.ts";

export interface SearchAsk {
  readonly judge: Judge;
  /** In order of name. */
  readonly candidates: readonly Candidate[];
  /** What the pods of each candidate are worth, USD an hour. */
  readonly worths: readonly number[];
  /** Sets that are tried first, as positions. */
  readonly seeds: readonly (readonly number[])[];
  readonly limits: SearchLimits;
  /** How hard each try looks for better machines, as a share of the usual. */
  readonly effort: number;
  /** Shut while a set is tried, as far as they are not in it. */
  readonly closed?: ReadonlySet<StateNode>;
}

export interface SearchLimits {
  readonly ledger?: BudgetLedger;
  readonly maxPodsMoved: number;
  readonly workUnits: number;
}

export interface SearchOutcome {
  readonly best: Move | undefined;
  /** Why sets of one node were refused, by position; for the reasons of nodes that stay. */
  readonly refusals: ReadonlyMap<number, MoveRefusal>;
  readonly evaluated: number;
  readonly exhausted: boolean;
}

interface Search {
  readonly ask: SearchAsk;
  readonly known: Map<string, number>;
  readonly refusals: Map<number, MoveRefusal>;
  best: Move | undefined;
  chosen: readonly number[];
  spent: number;
  /** Exchanges were left untried for want of their share of the work. */
  cut: boolean;
}

/** Yields work. */
export function* searchMoves(ask: SearchAsk): Generator<number, SearchOutcome> {
  const none = { best: undefined, chosen: [], spent: 0, cut: false };
  const search: Search = { ask, known: new Map(), refusals: new Map(), ...none };
  for (const seed of ask.seeds) yield* attempt(search, seed);
  for (const order of ordersOf(ask)) yield* tryPrefixes(search, order);
  yield* improve(search);
  return {
    best: search.best,
    refusals: search.refusals,
    evaluated: search.known.size,
    exhausted: search.cut || search.spent >= ask.limits.workUnits,
  };
}

/** Judges a set once, keeps it if it is the best so far, and gives its score. */
function* attempt(search: Search, positions: readonly number[]): Generator<number, number> {
  const { ask } = search;
  const set = [...positions].sort((a, b) => a - b);
  const key = set.join();
  const known = search.known.get(key);
  if (known !== undefined) return known;
  if (set.length === 0 || !hasWork(search) || !isAllowed(ask, set)) return -Infinity;
  const candidates = set.map((position) => ask.candidates[position] as Candidate);
  search.spent += workOf(ask, candidates);
  // Of single nodes the whole answer is wanted: it is the reason of those that stay.
  const floor = set.length === 1 ? Number.NEGATIVE_INFINITY : scoreSoFar(search);
  const closed = ask.closed === undefined ? {} : { closed: ask.closed };
  const found = yield* evaluateMove(ask.judge, candidates, { floor, effort: ask.effort, ...closed });
  const score = found.ok ? found.value.score : -Infinity;
  search.known.set(key, score);
  if (found.ok) keepBest(search, found.value, set);
  else if (set.length === 1) search.refusals.set(set[0] ?? 0, found.failure);
  return score;
}

/** 0 before anything was found: moves that are not worth their evictions are none. */
const scoreSoFar = ({ best }: Search): number => best?.score ?? 0;

function keepBest(search: Search, move: Move, set: readonly number[]): void {
  if (move.score <= 0 || move.score <= scoreSoFar(search) + 1e-12) return;
  search.best = move;
  search.chosen = set;
}

/** Before it is run: a simulation costs about its nodes and twice the pods that it places. */
const workOf = ({ judge }: SearchAsk, candidates: readonly Candidate[]): number =>
  60 + judge.simulator.snapshot.nodes.length + 2 * podsOf(candidates);

const podsOf = (candidates: readonly Candidate[]): number => candidates.reduce((sum, { pods }) => sum + pods.length, 0);

function isAllowed({ candidates, limits }: SearchAsk, set: readonly number[]): boolean {
  let ledger = limits.ledger;
  let pods = 0;
  for (const position of set) {
    const candidate = candidates[position] as Candidate;
    pods += candidate.pods.length;
    if (pods > limits.maxPodsMoved) return false;
    const next = ledger?.take(candidate.pool.key);
    if (next === undefined) continue;
    if (!next.ok) return false;
    ledger = next.value;
  }
  return true;
}

/** Positions by what a node wastes of its price, and by what is wasted for each pod that would move. */
function ordersOf({ judge, candidates, worths }: SearchAsk): readonly (readonly number[])[] {
  const positions = [...candidates.keys()];
  const waste = positions.map((at) => (candidates[at]?.price ?? 0) - (worths[at] ?? 0));
  const price = (at: number): number => Math.max(candidates[at]?.price ?? 0, 1e-12);
  const effort = positions.map((at) => moveCost(judge.context, candidates[at] as Candidate) + 1e-9);
  const by = (key: (at: number) => number) => positions.toSorted((a, b) => key(b) - key(a) || a - b);
  return [by((at) => (waste[at] ?? 0) / price(at)), by((at) => (waste[at] ?? 0) / (effort[at] ?? 1))];
}

/** All lengths of short orders; of long ones some, closer together around the best. */
function* tryPrefixes(search: Search, order: readonly number[]): Generator<number, void> {
  const fitting = withinLimits(search.ask, order);
  const count = fitting.length;
  if (count <= allLengths) {
    for (let length = count; length >= 1; length--) yield* attempt(search, fitting.slice(0, length));
    return;
  }
  const scores = new Map<number, number>();
  const probe = function* (length: number): Generator<number, void> {
    if (length < 1 || length > count || scores.has(length)) return;
    scores.set(length, yield* attempt(search, fitting.slice(0, length)));
  };
  for (let length = count; length >= 1; length = Math.floor(length * 0.7)) yield* probe(length);
  for (let round = 0; round < 3; round++) {
    const tried = [...scores.keys()].sort((a, b) => a - b);
    const top = tried.reduce(
      (a, b) => ((scores.get(b) ?? -Infinity) > (scores.get(a) ?? -Infinity) ? b : a),
      tried[0] ?? 1,
    );
    const at = tried.indexOf(top);
    yield* probe(Math.floor((top + (tried[at - 1] ?? top)) / 2));
    yield* probe(Math.floor((top + (tried[at + 1] ?? top)) / 2));
  }
}

const allLengths = 32;

/** The order without what budgets and the cap on moved pods leave no room for. */
function withinLimits(ask: SearchAsk, order: readonly number[]): readonly number[] {
  const kept: number[] = [];
  for (const position of order) {
    kept.push(position);
    if (!isAllowed(ask, kept)) kept.pop();
  }
  return kept;
}

/** From the best set: blocks of neighbours in waste are put in or taken out, then one is exchanged for another. */
function* improve(search: Search): Generator<number, void> {
  const { ask } = search;
  const [order] = ordersOf(ask);
  if (order === undefined || ask.candidates.length === 0) return;
  for (let size = Math.max(1, order.length >> 3); ; size = Math.max(1, size >> 2)) {
    while ((yield* flipBlocks(search, order, size)) && hasWork(search));
    if (size === 1) break;
  }
  const most = search.spent + ask.limits.workUnits * exchangeShare;
  while (hasWork(search) && (yield* exchange(search, order, most)));
}

/**
 * Share of the work that single exchanges may take: there are as many as pairs of nodes, and what is left to find by them is
 * little. A further pass over the same picture has more work, and so more of them.
 */
const exchangeShare = 0.1;

const hasWork = ({ spent, ask }: Search): boolean => spent < ask.limits.workUnits;

function* flipBlocks(search: Search, order: readonly number[], size: number): Generator<number, boolean> {
  let improved = false;
  for (let from = 0; from < order.length && hasWork(search); from += size) {
    const before = scoreSoFar(search);
    const block = order.slice(from, from + size);
    const chosen = new Set(search.chosen);
    const without = search.chosen.filter((position) => !block.includes(position));
    const joined = [...search.chosen, ...block.filter((position) => !chosen.has(position))];
    if (without.length < search.chosen.length) yield* attempt(search, without);
    if (joined.length > chosen.size) yield* attempt(search, joined);
    if (scoreSoFar(search) > before) improved = true;
  }
  return improved;
}

/** One in, one out; the first that is better. */
function* exchange(search: Search, order: readonly number[], most: number): Generator<number, boolean> {
  const before = scoreSoFar(search);
  const chosen = new Set(search.chosen);
  const outside = order.filter((position) => !chosen.has(position));
  const inside = order.filter((position) => chosen.has(position)).reverse();
  for (const out of inside) {
    const rest = search.chosen.filter((position) => position !== out);
    for (const position of outside) {
      search.cut = search.spent >= most;
      if (!hasWork(search) || search.cut) return false;
      yield* attempt(search, [...rest, position]);
      if (scoreSoFar(search) > before) return true;
    }
  }
  return false;
}
