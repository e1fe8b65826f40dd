/** Consolidation as upstream does it (lifecycle 3.7, 3.8): the methods of the option `compatible`. */
import { failed, ok, type Result } from "../result.ts";
import { balancedScoring, poolTotals } from "./balanced.ts";
import { type Candidate, savingsRatio } from "./candidate.ts";
import { consolidationChecks } from "./consolidation-checks.ts";
import { commandOf, type Judge, type Move, type MoveRefusal } from "./evaluate.ts";
import type { Choice, DisruptionMethod, DisruptionMethodName, KeptReason, MethodContext } from "./method.ts";
import type { PoolScore } from "./pool-score.ts";
import { longestPrefix } from "./prefix-search.ts";
import { createSimulator } from "./simulation.ts";
import { computeUpstreamMove, withoutSameTypes } from "./upstream-rules.ts";

const shared = {
  reason: "Underutilized",
  disruptionClass: "graceful",
  checks: consolidationChecks,
  compare: (a: Candidate, b: Candidate) => savingsRatio(b) - savingsRatio(a),
  validationDelayMillis: 15_000,
  validation: "upstream",
  partial: false,
} as const;

export const multiNodeConsolidation: DisruptionMethod = Object.freeze<DisruptionMethod>({
  ...shared,
  name: "multi-node-consolidation",
  choose: chooseMany,
});

export const singleNodeConsolidation: DisruptionMethod = Object.freeze<DisruptionMethod>({
  ...shared,
  name: "single-node-consolidation",
  choose: chooseOne,
});

function* judgeOf(context: MethodContext, candidates: readonly Candidate[]): Generator<number, Judge> {
  const simulator = yield* createSimulator(context, { pending: "joined", keepDestinationsQuiet: true });
  return {
    simulator,
    context,
    drainRounds: () => 0,
    balanced: balancedScoring(poolTotals(context.snapshot, candidates, context.scope)),
  };
}

function* chooseMany(candidates: readonly Candidate[], context: MethodContext): Generator<number, Choice> {
  const judge = yield* judgeOf(context, candidates);
  let left = context.settings.workUnits;
  let refusedScores: Choice["refusedScores"];
  const evaluate = function* (set: readonly Candidate[]): Generator<number, Result<Move, MoveRefusal>> {
    // Upstream has a minute; here it is work, so that equal pictures give equal answers.
    left -= judge.simulator.snapshot.nodes.length;
    if (left < 0) return failed({ code: "not-worth-moving", text: "the search has done its work for this pass" });
    const found = yield* withoutSameTypes(judge, yield* computeUpstreamMove(judge, set));
    const verdict = balancedMove(judge, found);
    if (!verdict.ok) refusedScores = verdict.failure.scores ?? refusedScores;
    return verdict;
  };
  const { best, limitedByBudget } = yield* longestPrefix(candidates, { ledger: context.ledger, evaluate });
  return {
    commands: best === undefined ? [] : [commandOf(best, "multi-node-consolidation")],
    passedOver: [],
    limitedByBudget,
    unfinished: left < 0,
    // The last refusal, and only where nothing was found (lifecycle 3.13).
    ...(best === undefined && refusedScores !== undefined ? { refusedScores } : {}),
  };
}

function* chooseOne(candidates: readonly Candidate[], context: MethodContext): Generator<number, Choice> {
  const judge = yield* judgeOf(context, candidates);
  const passedOver: Choice["passedOver"][number][] = [];
  const refusedScores: PoolScore[] = [];
  let limitedByBudget = false;
  const pass = (candidate: Candidate, reason: Omit<KeptReason, "method">): void => {
    const method: DisruptionMethodName = "single-node-consolidation";
    passedOver.push({ candidate, reason: { ...reason, method } });
  };
  for (const candidate of interleaved(candidates)) {
    if (context.ledger.remaining(candidate.pool.key) === 0) {
      limitedByBudget = true;
      pass(candidate, { code: "budget", text: "the disruption budgets of its pool allow no node now" });
      continue;
    }
    if (judge.balanced.isHopeless(candidate)) {
      pass(candidate, { code: "balanced", text: "even removing it would disrupt more of its pool than it saves" });
      continue;
    }
    const found = balancedMove(judge, yield* computeUpstreamMove(judge, [candidate]));
    if (found.ok) {
      const commands = [commandOf(found.value, "single-node-consolidation")];
      return { commands, passedOver, limitedByBudget, refusedScores };
    }
    const { scores = [], ...why } = found.failure;
    refusedScores.push(...scores);
    pass(candidate, { ...why, event: "Unconsolidatable" });
  }
  return { commands: [], passedOver, limitedByBudget, refusedScores };
}

/** The first of each pool, then the second of each, ...: no pool waits for another (lifecycle 3.8). */
export function interleaved(candidates: readonly Candidate[]): readonly Candidate[] {
  const pools = new Map<Candidate["pool"], Candidate[]>();
  for (const candidate of candidates) pools.set(candidate.pool, [...(pools.get(candidate.pool) ?? []), candidate]);
  const queues = [...pools.values()];
  const longest = queues.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: longest }, (_, round) => queues.flatMap((queue) => queue[round] ?? [])).flat();
}

function balancedMove({ balanced }: Judge, found: Result<Move, MoveRefusal>): Result<Move, MoveRefusal> {
  if (!found.ok) return found;
  const verdict = balanced.judge(found.value.candidates, found.value.saving);
  if (!verdict.approved) return failed({ code: "balanced", text: verdict.text, scores: verdict.pools });
  return ok({ ...found.value, scores: verdict.pools });
}
