/**
 * Consolidation by repacking (docs/adr/0006): the best set of nodes to take away, of any size, for as many new machines as
 * is cheapest. Where budgets let only some of them go at once, those go that belong together, onto room and machines that
 * the rest of the plan keeps, so that no pod is moved twice on the way.
 */
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { DisruptionLimitsFailure } from "../pods/disruption-limits.ts";
import { finished } from "../resumable.ts";
import { failed, ok, type Result } from "../result.ts";
import { balancedScoring, poolTotals } from "./balanced.ts";
import { type Candidate, savingsRatio } from "./candidate.ts";
import { repackingChecks } from "./consolidation-checks.ts";
import { createDrainRounds } from "./drain-rounds.ts";
import { leavingSoon } from "./destinations.ts";
import { commandOf, evaluateMove, type Judge, type Move, type MoveRefusal, savingTolerance } from "./evaluate.ts";
import type { BudgetLedger } from "./ledger.ts";
import type { Choice, DisruptionMethod, KeptReason, MethodContext } from "./method.ts";
import { movesOf } from "./move-memory.ts";
import { searchMoves, type SearchOutcome } from "./repack-search.ts";
import { type DisruptionOptions, disruptionScope, filterCandidates, methodScope } from "./pipeline.ts";
import { longestPrefix } from "./prefix-search.ts";
import { defaultDisruptionSettings } from "./settings.ts";
import { rehearsedMove } from "./rehearsed-move.ts";
import { createSimulator } from "./simulation.ts";
import { type Scan, scanSingles, type Verdict } from "./single-scan.ts";
import { boundOf, type Survey, surveyLayout, worthOf } from "./survey.ts";

export const repacking: DisruptionMethod = Object.freeze<DisruptionMethod>({
  name: "consolidation",
  reason: "Underutilized",
  disruptionClass: "graceful",
  checks: repackingChecks,
  compare: (a, b) => savingsRatio(b) - savingsRatio(a),
  choose,
  validationDelayMillis: 0,
  validation: "repacking",
  partial: false,
});

function* choose(all: readonly Candidate[], context: MethodContext): Generator<number, Choice> {
  const simulator = yield* createSimulator(context, { pending: "separate", keepDestinationsQuiet: true });
  const passedOver: Choice["passedOver"][number][] = [];
  const candidates = all.filter((candidate) => {
    const reason = holdReason(candidate, context, simulator.expected);
    if (reason !== undefined) passedOver.push({ candidate, reason });
    return reason === undefined;
  });
  const balanced = balancedScoring(poolTotals(context.snapshot, all, context.scope));
  const drainRounds = createDrainRounds(context.snapshot.podDisruptionBudgets);
  const judge: Judge = { simulator, context, balanced, drainRounds };
  const survey = yield* surveyLayout(simulator, candidates);
  const scan = yield* scanSingles(survey, candidates);
  const outcome = yield* bestMove({ judge, survey, scan }, candidates);
  const settled = outcome.best === undefined ? undefined : yield* settledMove(judge, outcome.best);
  const rehearsed = settled === undefined ? { move: undefined } : yield* rehearsedMove(judge, settled);
  const best = rehearsed.move;
  // Searching longer would find it again: what is settled here is what the scheduler may do.
  const found = best === undefined ? withRefusals(outcome, candidates, settled, rehearsed.refusal) : outcome;
  const taken = new Set(best?.candidates);
  for (const [position, candidate] of candidates.entries()) {
    if (taken.has(candidate)) continue;
    const reason = stayReason(candidate, {
      outcome: found,
      position,
      verdict: scan.verdicts.get(candidate),
      ledger: context.ledger,
    });
    passedOver.push({ candidate, reason });
  }
  return {
    commands: best === undefined ? [] : [commandOf(best, "consolidation")],
    passedOver,
    limitedByBudget: candidates.some(({ pool }) => context.ledger.remaining(pool.key) === 0),
    unfinished: outcome.exhausted,
    refusedScores: [...outcome.refusals.values()].flatMap(({ scores = [] }) => scores),
    bound: fixedPrice(context, candidates) + boundOf(survey, candidates),
  };
}

/** Nothing is done, and the nodes of the move that was found stay for its reason. */
function withRefusals(
  outcome: SearchOutcome,
  candidates: readonly Candidate[],
  move: Move | undefined,
  refusal: MoveRefusal | undefined,
): SearchOutcome {
  if (move === undefined || refusal === undefined) return outcome;
  const refusals = new Map(outcome.refusals);
  for (const candidate of move.candidates) refusals.set(candidates.indexOf(candidate), refusal);
  return { ...outcome, best: undefined, refusals };
}

/** Nodes that nobody may touch cost what they cost. */
function fixedPrice({ snapshot, scope }: MethodContext, candidates: readonly Candidate[]): number {
  const free = new Set(candidates.map(({ node }) => node.name));
  const totals = poolTotals(
    { ...snapshot, nodes: snapshot.nodes.filter(({ name }) => !free.has(name)) },
    candidates,
    scope,
  );
  return [...totals.values()].reduce((sum, { cost }) => sum + cost, 0);
}

function holdReason(
  candidate: Candidate,
  context: MethodContext,
  expected: ReadonlySet<string>,
): KeptReason | undefined {
  const method = "consolidation";
  if (expected.has(candidate.node.name))
    return { code: "expected", text: "a pod that waits is expected on it", method };
  const { memory, mostMoves } = context.settings;
  const moved = candidate.pods.find((pod) => movesOf(memory, pod, context.scope.now) >= mostMoves);
  if (moved === undefined) return undefined;
  const name = `${moved.metadata.namespace ?? "default"}/${moved.metadata.name ?? ""}`;
  return {
    code: "moved-before",
    text: `pod ${name} was moved ${mostMoves === 1 ? "once" : `${mostMoves} times`} within the hour`,
    method,
  };
}

interface Ground {
  readonly judge: Judge;
  readonly survey: Survey;
  readonly scan: Scan;
}

/** The whole plan first, then as much of it as budgets allow; never less than upstream's own move would save. */
function* bestMove(ground: Ground, candidates: readonly Candidate[]): Generator<number, SearchOutcome> {
  const { judge, survey } = ground;
  const { ledger, settings } = judge.context;
  const worths = candidates.map((candidate) => worthOf(survey, candidate));
  const open = { maxPodsMoved: settings.maxPodsMoved, workUnits: settings.workUnits };
  const seeds = seedsOf(ground, candidates);
  const whole = yield* searchMoves({ judge, candidates, worths, seeds, limits: open, effort: tryEffort });
  const within = whole.best === undefined || fits(whole.best.candidates, ledger);
  const best = within ? whole.best : yield* partOf(ground, { candidates, worths, target: whole.best });
  return { ...whole, best: yield* atLeastUpstream(ground, candidates, best) };
}

function fits(candidates: readonly Candidate[], given: BudgetLedger): boolean {
  let ledger = given;
  for (const { pool } of candidates) {
    const next = ledger.take(pool.key);
    if (!next.ok) return false;
    ledger = next.value;
  }
  return true;
}

/** Single nodes that the scan found, best saving first: the cheapest seeds there are. */
function seedsOf({ scan }: Ground, candidates: readonly Candidate[]): readonly (readonly number[])[] {
  const saving = (candidate: Candidate): number => {
    const verdict = scan.verdicts.get(candidate);
    if (verdict?.kind === "delete") return candidate.price;
    return verdict?.kind === "replace" ? candidate.price - verdict.price : 0;
  };
  return candidates
    .map((candidate, position) => ({ position, saving: saving(candidate) }))
    .filter((each) => each.saving > savingTolerance)
    .sort((a, b) => b.saving - a.saving || a.position - b.position)
    .slice(0, 3)
    .map(({ position }) => [position]);
}

/**
 * What may go now of a plan that is larger than the budgets: sets of neighbours in waste, with the rest of the plan shut, so
 * that pods go where they will stay. Falls back on the best move that fits the budgets by itself.
 */
function* partOf(
  { judge }: Ground,
  ask: {
    readonly candidates: readonly Candidate[];
    readonly worths: readonly number[];
    readonly target: Move | undefined;
  },
): Generator<number, Move | undefined> {
  const { ledger, settings } = judge.context;
  const target = new Set(ask.target?.candidates);
  const inTarget = [...ask.candidates.keys()].filter((at) => target.has(ask.candidates[at] as Candidate));
  const limits = { ledger, maxPodsMoved: settings.maxPodsMoved, workUnits: settings.workUnits / 2 };
  const part = yield* searchMoves({
    judge,
    candidates: inTarget.map((at) => ask.candidates[at] as Candidate),
    worths: inTarget.map((at) => ask.worths[at] ?? 0),
    seeds: [],
    limits,
    effort: tryEffort,
    closed: new Set([...target].map(({ node }) => node)),
  });
  if (part.best !== undefined) return part.best;
  const own = yield* searchMoves({
    judge,
    candidates: ask.candidates,
    worths: ask.worths,
    seeds: [],
    limits,
    effort: tryEffort,
  });
  return own.best;
}

/**
 * Upstream's own search is run too, and where its move saves more than the best by score, its move is made: whoever comes
 * from there loses nothing (lifecycle 8, guard rail).
 */
function* atLeastUpstream(
  ground: Ground,
  candidates: readonly Candidate[],
  best: Move | undefined,
): Generator<number, Move | undefined> {
  const { judge } = ground;
  const { ledger, settings } = judge.context;
  const evaluate = (set: readonly Candidate[]): Generator<number, Result<Move, MoveRefusal>> => theirMove(judge, set);
  const many = yield* longestPrefix(candidates, { ledger, evaluate });
  const theirs = many.best ?? (yield* firstSingle(ground, candidates));
  if (theirs === undefined || theirs.podsMoved > settings.maxPodsMoved) return best;
  // Who moved within the hour does so again only for what that is worth: upstream has no memory, and pays for it.
  if (theirs.score <= 0 && movedBefore(judge.context, theirs)) return best;
  return best === undefined || theirs.saving > best.saving + savingTolerance ? theirs : best;
}

/** Judged by our rules; upstream launches one machine for a move at the most (lifecycle 3.6). */
function* theirMove(judge: Judge, set: readonly Candidate[]): Generator<number, Result<Move, MoveRefusal>> {
  const found = yield* evaluateMove(judge, set);
  if (!found.ok || found.value.replacements.length <= 1) return found;
  return failed({ code: "no-cheaper-replacement", text: "its pods would need more than one machine" });
}

const movedBefore = ({ settings, scope }: MethodContext, { candidates }: Move): boolean =>
  candidates.some(({ pods }) => pods.some((pod) => movesOf(settings.memory, pod, scope.now) > 0));

/**
 * The move as it is made: with machines chosen with full effort, and with pods kept off nodes that will go soon, where that
 * saves as much (lifecycle 8, O15).
 */
function* settledMove(judge: Judge, move: Move): Generator<number, Move> {
  const closed = move.closed === undefined ? {} : { closed: move.closed };
  const again = yield* evaluateMove(judge, move.candidates, closed);
  const best = again.ok && again.value.saving > move.saving ? again.value : move;
  const leaving = leavingSoon(judge.context.snapshot, judge.context.scope.now);
  const names = new Set([...leaving].map(({ name }) => name));
  if (!best.nominations.some(({ node }) => names.has(node))) return best;
  const lasting = yield* evaluateMove(judge, move.candidates, {
    closed: new Set([...leaving, ...(move.closed ?? [])]),
  });
  return lasting.ok && lasting.value.saving >= best.saving - savingTolerance ? lasting.value : best;
}

/** While sets are compared, machines are chosen with little effort: what wins is worked out in full. */
const tryEffort = 0.05;

/** Upstream's single-node search: the first in its order that saves anything. The scan spares it those that cannot. */
function* firstSingle({ judge, scan }: Ground, candidates: readonly Candidate[]): Generator<number, Move | undefined> {
  const { ledger, settings } = judge.context;
  let left = settings.workUnits;
  for (const candidate of candidates) {
    const kind = scan.verdicts.get(candidate)?.kind;
    if (kind === "dear" || ledger.remaining(candidate.pool.key) === 0) continue;
    if (candidate.pods.length > settings.maxPodsMoved) continue;
    left -= judge.simulator.snapshot.nodes.length;
    if (left < 0) return undefined;
    const found = yield* theirMove(judge, [candidate]);
    if (found.ok) return found.value;
  }
  return undefined;
}

function stayReason(
  { price, pool }: Candidate,
  known: {
    readonly outcome: SearchOutcome;
    readonly position: number;
    readonly verdict: Verdict | undefined;
    readonly ledger: BudgetLedger;
  },
): KeptReason {
  const method = "consolidation";
  const dollars = (amount: number): string => `${Number(amount.toFixed(6))} $/h`;
  if (known.ledger.remaining(pool.key) === 0)
    return {
      code: "budget",
      text: `the disruption budgets of ${pool.key.kind} "${pool.key.name}" allow no node now`,
      method,
    };
  if (known.outcome.best !== undefined)
    return { code: "other-first", text: "another move saves more, and goes first", method };
  const event = "Unconsolidatable";
  const refusal = known.outcome.refusals.get(known.position);
  const { verdict } = known;
  if (refusal?.code === "placement") return { code: refusal.code, text: refusal.text, method, event };
  if (verdict?.kind === "dear" && Number.isFinite(verdict.price)) {
    const text = `its pods would need a machine of ${dollars(verdict.price)}, or several of ${dollars(verdict.least)} at the least; it costs ${dollars(price)}`;
    return { code: "no-cheaper-replacement", text, method, event };
  }
  if (refusal !== undefined) return { code: refusal.code, text: refusal.text, method, event };
  return { code: "not-worth-moving", text: "moving its pods would cost more than it saves", method, event };
}

/** Every candidate for consolidation judged by itself, in one go; for benches and for questions about single nodes. */
export function scanCandidates(
  snapshot: ClusterSnapshot,
  options: Omit<DisruptionOptions, "methods">,
): Result<ReadonlyMap<Candidate, Verdict>, DisruptionLimitsFailure> {
  const scope = disruptionScope(snapshot, options);
  if (!scope.ok) return scope;
  const { candidates } = filterCandidates(repacking, snapshot, scope.value);
  const settings = { ...defaultDisruptionSettings, ...options.settings };
  const scan = finished(scanning({ snapshot, scope: methodScope(repacking, scope.value), settings }, candidates));
  return ok(scan.verdicts);
}

function* scanning(
  context: Pick<MethodContext, "snapshot" | "scope" | "settings">,
  candidates: readonly Candidate[],
): Generator<number, Scan> {
  const simulator = yield* createSimulator(context, { pending: "separate", keepDestinationsQuiet: true });
  return yield* scanSingles(yield* surveyLayout(simulator, candidates), candidates);
}
