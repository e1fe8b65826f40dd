/** What taking a set of nodes away would mean: the one judgement that every consolidation method asks (lifecycle 3.6). */
import type { StateNode } from "../cluster/state-node.ts";
import { evictionCost } from "../pods/eviction-cost.ts";
import { hasPreferences } from "../pods/preferences.ts";
import type { Nomination, PlannedClaim } from "../provisioning/plan.ts";
import { failed, ok, type Result } from "../result.ts";
import { type AdmissionRules, admitReplacements, boughtAs, choicesOf } from "./admission.ts";
import type { BalancedScoring } from "./balanced.ts";
import type { Candidate } from "./candidate.ts";
import type { DisruptionCommand, MethodContext } from "./method.ts";
import type { DrainRounds } from "./drain-rounds.ts";
import { isRegretted, movesOf } from "./move-memory.ts";
import type { PoolScore } from "./pool-score.ts";
import { interruptionCost, poolsOf } from "./spot-risk.ts";
import { nominationsOf, type RunOptions, type Simulation, type Simulator } from "./simulation.ts";

/** Savings below this are the noise of adding prices. */
export const savingTolerance = 1e-9;

/** Types that a lone spot machine's replacement must keep (lifecycle 3.6). */
export const spotToSpotTypes = 15;

export interface Move {
  readonly candidates: readonly Candidate[];
  readonly replacements: readonly PlannedClaim[];
  readonly nominations: readonly Nomination[];
  /** USD an hour; what goes less what comes. */
  readonly saving: number;
  readonly podsMoved: number;
  /** The saving less what moving the pods is worth. */
  readonly score: number;
  /** By pool; absent where nothing was scored. */
  readonly scores?: readonly PoolScore[];
  /** Nodes that were to take none of the pods. */
  readonly closed?: ReadonlySet<StateNode>;
}

export interface MoveRefusal {
  readonly code:
    | "stranded-pods"
    | "no-cheaper-replacement"
    | "min-values"
    | "spot-to-spot"
    | "not-worth-moving"
    | "balanced"
    /** Where the scheduler puts the pods, more would be needed than the move counts on. */
    | "placement";
  readonly text: string;
  /** Of a move that a Balanced pool refused. */
  readonly scores?: readonly PoolScore[];
}

export interface Judge {
  readonly simulator: Simulator;
  readonly context: MethodContext;
  readonly balanced: BalancedScoring;
  readonly drainRounds: DrainRounds;
}

/** A round of a drain that budgets draw out is worth as much as moving so many pods. */
const podsOfRound = 20;

/** Yields work. `floor`: what scores no more than that is of no interest; `closed` nodes take no pods. Refused: pods would be stranded, nothing is saved, or a rule of spot, minValues or Balanced says no. */
export function* evaluateMove(
  judge: Judge,
  candidates: readonly Candidate[],
  how: EvaluationOptions = {},
): Generator<number, Result<Move, MoveRefusal>> {
  const found = yield* judged(judge, candidates, how);
  const price = yieldPrice(judge.context, candidates);
  if (found.ok || price === 0 || price >= priceOf(candidates)) return found;
  const without = yield* judged(judge, candidates, { ...how, preferencePolicy: "Ignore" });
  if (!without.ok || without.value.saving <= price) return found;
  return ok({ ...without.value, score: without.value.score - price });
}

type EvaluationOptions = RunOptions & { readonly floor?: number };

/** What yielding preferences of these nodes' pods has to save, USD an hour; 0 where none of them has any. */
function yieldPrice({ settings }: MethodContext, candidates: readonly Candidate[]): number {
  const count = candidates.reduce((sum, { pods }) => sum + pods.filter(hasPreferences).length, 0);
  return count === 0 ? 0 : count * settings.preferencePricePerHour;
}

function* judged(
  judge: Judge,
  candidates: readonly Candidate[],
  how: EvaluationOptions,
): Generator<number, Result<Move, MoveRefusal>> {
  const simulation = yield* judge.simulator.run(candidates, how);
  if (simulation.stranded.length > 0) return failed(strandedRefusal(simulation));
  const price = priceOf(candidates);
  // Rules only make launches dearer, so what falls short without them need not be asked about them.
  const most = scoreOf(judge, {
    candidates,
    made: simulation.plan.claims.length,
    saving: price - simulation.plan.pricePerHour,
  });
  if (most <= (how.floor ?? Number.NEGATIVE_INFINITY)) return failed(notBetter);
  const admitted = admit(judge, candidates, simulation);
  if (!admitted.ok) return admitted;
  const saving = price - admitted.value.reduce((sum, { cheapest }) => sum + cheapest.price, 0);
  if (saving <= savingTolerance && !savesMachines(judge, candidates, admitted.value))
    return failed({ code: "no-cheaper-replacement", text: "its pods would cost as much elsewhere" });
  const risk = riskOf(judge, candidates, admitted.value);
  if (risk > 0 && saving <= risk)
    return failed({ code: "spot-to-spot", text: "the interruptions of its replacement would cost more than it saves" });
  const { approved, text, pools: scores } = judge.balanced.judge(candidates, saving);
  if (!approved) return failed({ code: "balanced", text, scores });
  const move = { ...moveOf(judge, { candidates, replacements: admitted.value, simulation, saving, risk }), scores };
  return ok(how.closed === undefined ? move : { ...move, closed: how.closed });
}

function moveOf(
  judge: Judge,
  found: {
    readonly candidates: readonly Candidate[];
    readonly replacements: readonly PlannedClaim[];
    readonly simulation: Simulation;
    readonly saving: number;
    readonly risk: number;
  },
): Move {
  const { candidates, replacements, simulation, saving, risk } = found;
  return {
    candidates,
    replacements,
    nominations: nominationsOf(simulation.plan),
    saving,
    podsMoved: candidates.reduce((sum, { pods }) => sum + pods.length, 0),
    score: scoreOf(judge, { candidates, made: replacements.length, saving }) - risk,
  };
}

function scoreOf(
  { context, drainRounds }: Pick<Judge, "context" | "drainRounds">,
  move: { readonly candidates: readonly Candidate[]; readonly made: number; readonly saving: number },
): number {
  const charge = context.settings.provisioning.nodeChargePerHour ?? 0;
  const moving = move.candidates.reduce((sum, candidate) => sum + moveCost(context, candidate), 0);
  const waiting = drainRounds(move.candidates) * podsOfRound * context.settings.moveCostPerHour;
  return move.saving + charge * (move.candidates.length - move.made) - moving - waiting;
}

const notBetter: MoveRefusal = Object.freeze({ code: "not-worth-moving", text: "another move is worth more" });

/** Fewer machines for the same price pay once a machine costs something by itself (lifecycle 8, O6). */
function savesMachines({ context }: Judge, out: readonly Candidate[], made: readonly PlannedClaim[]): boolean {
  const charge = context.settings.provisioning.nodeChargePerHour ?? 0;
  const more = made.reduce((sum, { cheapest }) => sum + cheapest.price, 0) - priceOf(out);
  return charge * (out.length - made.length) > more + savingTolerance;
}

function admit(judge: Judge, candidates: readonly Candidate[], { plan }: Simulation) {
  if (plan.claims.length === 0) return ok(plan.claims);
  const { settings, snapshot } = judge.context;
  const spotOnly = candidates.every(({ capacityType }) => capacityType === "spot");
  const charge = settings.provisioning.nodeChargePerHour ?? 0;
  const going = new Set(candidates.map(machineOf));
  return admitReplacements(
    plan.claims,
    {
      price: priceOf(candidates) + Math.max(0, charge * (candidates.length - plan.claims.length)),
      spotAllowed: !spotOnly || settings.spotToSpot,
      isGiven: (machine, { pods }) =>
        going.has(machine) || isRegretted(settings.memory, { machine, pods }, judge.context.scope.now),
      ...spotRules({ candidates, made: plan.claims.length, spotOnly }, settings.spotChoice),
    },
    snapshot,
  );
}

/** Fewer machines than before are worth it in any case; one for one is how machines ratchet down. */
function spotRules(
  move: { readonly candidates: readonly Candidate[]; readonly made: number; readonly spotOnly: boolean },
  choice: "types" | "risk",
): Pick<AdmissionRules, "spotTypes" | "spotRisk"> {
  const { candidates, made, spotOnly } = move;
  if (choice === "risk") return { spotTypes: 0, spotRisk: spotOnly && made >= candidates.length };
  return { spotTypes: spotOnly && candidates.length === 1 ? spotToSpotTypes : 0 };
}

/** What interruptions of new spot machines are expected to cost more than those of the old, USD an hour; 0 by default. */
function riskOf({ context }: Judge, candidates: readonly Candidate[], replacements: readonly PlannedClaim[]): number {
  const { settings, snapshot } = context;
  if (settings.spotChoice !== "risk") return 0;
  const value = candidates.reduce((sum, candidate) => sum + moveCost(context, candidate), 0) * payBackHours;
  const spot = replacements.flatMap((claim) => {
    const choices = choicesOf(claim, snapshot).filter(({ offering }) => offering.capacityType === "spot");
    return choices.length === 0 ? [] : [interruptionCost(poolsOf(choices), value / replacements.length)];
  });
  return spot.reduce((sum, cost) => sum + cost, 0);
}

/** `moveCostPerHour` says what an eviction is worth, spread over a day. */
const payBackHours = 24;

/** As `boughtAs` names them. */
export const machineOf = ({ instanceType, capacityType }: Candidate): string =>
  boughtAs(instanceType?.name ?? "", capacityType ?? "");

export const priceOf = (candidates: readonly Candidate[]): number =>
  candidates.reduce((sum, { price }) => sum + price, 0);

/** USD an hour that moving the pods of a node has to save; a pod that moved before counts four times as much. */
export function moveCost({ settings, scope }: Pick<MethodContext, "settings" | "scope">, candidate: Candidate): number {
  let cost = 0;
  for (const pod of candidate.pods)
    cost += Math.max(0, evictionCost(pod)) * 4 ** movesOf(settings.memory, pod, scope.now);
  return cost * settings.moveCostPerHour;
}

function strandedRefusal({ stranded }: Simulation): MoveRefusal {
  const [first] = stranded;
  const name = `${first?.pod.metadata.namespace ?? "default"}/${first?.pod.metadata.name ?? ""}`;
  const why = first?.reasons[0]?.text ?? "no node takes it";
  const others = stranded.length > 1 ? ` and ${stranded.length - 1} more` : "";
  return { code: "stranded-pods", text: `not all of its pods would have a place: ${name}${others}: ${why}` };
}

/** The command that makes a move. */
export function commandOf(move: Move, method: DisruptionCommand["method"]): DisruptionCommand {
  return {
    method,
    reason: "Underutilized",
    candidates: move.candidates,
    replacements: move.replacements,
    nominations: move.nominations,
    savingPerHour: move.saving,
    podsMoved: move.podsMoved,
    ...(move.scores === undefined ? {} : { scores: move.scores }),
  };
}
