/** The second look at a command (lifecycle 3.9): a newer picture must still want it. */
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { DisruptionLimitsFailure } from "../pods/disruption-limits.ts";
import { finished } from "../resumable.ts";
import { failed, ok, type Result } from "../result.ts";
import { balancedScoring, poolTotals } from "./balanced.ts";
import { poolBudgets } from "./budgets.ts";
import type { Candidate } from "./candidate.ts";
import { commandOf, evaluateMove, type Judge } from "./evaluate.ts";
import { createDrainRounds } from "./drain-rounds.ts";
import { openLedger } from "./ledger.ts";
import type { DisruptionCommand, DisruptionMethod, MethodContext } from "./method.ts";
import { type DisruptionOptions, disruptionScope, filterCandidates, methodScope } from "./pipeline.ts";
import { withinBudget } from "./prefix-search.ts";
import { defaultDisruptionSettings } from "./settings.ts";
import { rehearse } from "./rehearsal.ts";
import { createSimulator } from "./simulation.ts";

/**
 * `churn`: candidates are no longer what they were. `budget`: the pool allows no more. `scheduling`: their pods would go
 * elsewhere than planned. `candidates` is how many to count in the metric of failed validations.
 */
export type ValidationFailure =
  | { readonly kind: "churn" | "budget" | "scheduling"; readonly candidates: number; readonly message: string }
  | DisruptionLimitsFailure;

/** Candidates that a partial method drops for budget are counted as failures while the rest goes on. */
export interface ValidatedCommand {
  readonly command: DisruptionCommand;
  readonly droppedForBudget: number;
}

type Validation = Result<ValidatedCommand, ValidationFailure>;

/** A newer picture, and what the first look was made with. */
export interface SecondLook {
  readonly snapshot: ClusterSnapshot;
  readonly options: Omit<DisruptionOptions, "methods">;
}

/** Holds a command against a newer picture as its method asks. Yields work. */
export function* revalidate(
  method: DisruptionMethod,
  command: DisruptionCommand,
  now: SecondLook,
): Generator<number, Validation> {
  if (method.validation === "none") return ok({ command, droppedForBudget: 0 });
  const rebuilt = rebuild(method, command, now);
  if (!rebuilt.ok) return rebuilt;
  const { still, context } = rebuilt.value;
  if (method.validation === "removal") return yield* chosenAgain(method, still, context);
  const { kept } = withinBudget(still, context.ledger);
  if (kept.length < still.length)
    return failed({ kind: "budget", candidates: command.candidates.length, message: budgetText });
  if (method.validation === "upstream") return yield* simulatedAgain(command, { still, context });
  return yield* judgedAgain(command, { still, all: rebuilt.value.all, context });
}

/** As `revalidate`, in one go. */
export const revalidateRemoval = (method: DisruptionMethod, command: DisruptionCommand, now: SecondLook): Validation =>
  finished(revalidate(method, command, now));

const budgetText = "the disruption budgets allow no node now";

interface Rebuilt {
  /** Those of the command, as they are now. */
  readonly still: readonly Candidate[];
  readonly all: readonly Candidate[];
  readonly context: MethodContext;
}

/** The candidates filtered anew. A partial method goes on with those that are left, any other whole or not at all. */
function rebuild(
  method: DisruptionMethod,
  command: DisruptionCommand,
  { snapshot, options }: SecondLook,
): Result<Rebuilt, ValidationFailure> {
  const scope = disruptionScope(snapshot, options);
  if (!scope.ok) return scope;
  const wanted = new Set(command.candidates.map(({ providerId }) => providerId));
  const { candidates: all } = filterCandidates(method, snapshot, scope.value);
  const still = all.filter(({ providerId }) => wanted.has(providerId));
  if (still.length === 0 || (!method.partial && still.length < wanted.size)) return churned(command);
  const ledger = openLedger(poolBudgets(snapshot, method.reason, options.now));
  const settings = { ...defaultDisruptionSettings, ...options.settings };
  return ok({ still, all, context: { snapshot, scope: methodScope(method, scope.value), ledger, settings } });
}

function* chosenAgain(
  method: DisruptionMethod,
  still: readonly Candidate[],
  context: MethodContext,
): Generator<number, Validation> {
  const { commands, passedOver } = yield* method.choose(still, context);
  const [command] = commands;
  const short = passedOver.length;
  if (command === undefined || (short > 0 && !method.partial)) {
    const message = passedOver[0]?.reason.text ?? budgetText;
    return failed({ kind: "budget", candidates: short, message });
  }
  return ok({ command, droppedForBudget: short });
}

interface Again {
  readonly still: readonly Candidate[];
  readonly context: MethodContext;
}

/** Upstream's rules: as many new machines as planned, and the planned types among those that are possible now. */
function* simulatedAgain(command: DisruptionCommand, { still, context }: Again): Generator<number, Validation> {
  const simulator = yield* createSimulator(context, { pending: "joined", keepDestinationsQuiet: true });
  const { plan, stranded } = yield* simulator.run(still);
  const [planned] = command.replacements;
  const [claim] = plan.claims;
  if (stranded.length > 0) return rescheduled(`not all pods would schedule: ${stranded[0]?.reasons[0]?.text ?? ""}`);
  if (plan.claims.length !== command.replacements.length)
    return rescheduled(`${plan.claims.length} new nodes would be needed, ${command.replacements.length} were planned`);
  const possible = new Set(claim?.instanceTypes);
  if (planned !== undefined && !planned.instanceTypes.every((name) => possible.has(name)))
    return rescheduled("the planned instance types are no longer all possible");
  return ok({ command, droppedForBudget: 0 });
}

/** Least share of the saving that must be left for the command to go on, as it would be made now. */
const savingKept = 0.9;

/**
 * Ours: the same nodes judged anew. What has changed elsewhere does not matter (lifecycle 8, O12); the command goes on as
 * it would be made now, if it still saves what was promised, also where the scheduler puts its pods now.
 */
function* judgedAgain(
  command: DisruptionCommand,
  { still, all, context }: Again & { readonly all: readonly Candidate[] },
): Generator<number, Validation> {
  const simulator = yield* createSimulator(context, { pending: "separate", keepDestinationsQuiet: true });
  const balanced = balancedScoring(poolTotals(context.snapshot, all, context.scope));
  if (still.some(({ node }) => simulator.expected.has(node.name))) return churned(command);
  const drainRounds = createDrainRounds(context.snapshot.podDisruptionBudgets);
  const judge: Judge = { simulator, context, balanced, drainRounds };
  const found = yield* evaluateMove(judge, still);
  if (!found.ok) return rescheduled(found.failure.text);
  if (found.value.saving < command.savingPerHour * savingKept)
    return rescheduled(`it would save ${found.value.saving} $/h now, ${command.savingPerHour} $/h were promised`);
  const rehearsed = yield* rehearse(judge, found.value);
  if (!rehearsed.ok) return rescheduled(rehearsed.failure.text);
  return ok({ command: commandOf(rehearsed.value, command.method), droppedForBudget: 0 });
}

const rescheduled = (message: string) => failed({ kind: "scheduling", candidates: 0, message } as const);

function churned(command: DisruptionCommand) {
  const names = command.candidates.map(({ node }) => node.name).join(", ");
  const message = `${names}: no longer as they were when the command was found`;
  return failed({ kind: "churn", candidates: command.candidates.length, message } as const);
}
