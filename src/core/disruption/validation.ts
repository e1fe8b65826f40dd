/** The second look at a command, some seconds after it was found (lifecycle 3.9). */
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { DisruptionLimitsFailure } from "../pods/disruption-limits.ts";
import { failed, type Result } from "../result.ts";
import type { Candidate } from "./candidate.ts";
import { poolBudgets } from "./budgets.ts";
import { openLedger } from "./ledger.ts";
import type { DisruptionCommand, DisruptionMethod } from "./method.ts";
import { type DisruptionOptions, disruptionScope, filterCandidates } from "./pipeline.ts";

/**
 * `churn`: candidates are no longer what they were. `budget`: the pool allows no more. `candidates` is how many to count
 * in the metric of failed validations.
 */
export type ValidationFailure =
  | { readonly kind: "churn" | "budget"; readonly candidates: number; readonly message: string }
  | DisruptionLimitsFailure;

/** Candidates that a partial method drops for budget are counted as failures while the rest goes on. */
export interface ValidatedCommand {
  readonly command: DisruptionCommand;
  readonly droppedForBudget: number;
}

/**
 * Holds a command without replacements against a newer snapshot: the candidates are filtered anew and the budgets asked
 * again. A partial method goes on with those that are left; any other goes on whole or not at all.
 */
export function revalidateRemoval(
  method: DisruptionMethod,
  command: DisruptionCommand,
  now: { readonly snapshot: ClusterSnapshot; readonly options: Omit<DisruptionOptions, "methods"> },
): Result<ValidatedCommand, ValidationFailure> {
  const { snapshot, options } = now;
  const scope = disruptionScope(snapshot, options);
  if (!scope.ok) return scope;
  const wanted = new Set(command.candidates.map(({ providerId }) => providerId));
  const { candidates } = filterCandidates(method, snapshot, scope.value);
  const still = candidates.filter(({ providerId }) => wanted.has(providerId));
  if (still.length === 0 || (!method.partial && still.length < wanted.size)) return churned(command);
  return withinBudget(method, still, openLedger(poolBudgets(snapshot, method.reason, options.now)));
}

function withinBudget(
  method: DisruptionMethod,
  still: readonly Candidate[],
  ledger: ReturnType<typeof openLedger>,
): Result<ValidatedCommand, ValidationFailure> {
  const { commands, passedOver } = method.choose(still, ledger);
  const [command] = commands;
  const short = passedOver.length;
  if (command === undefined || (short > 0 && !method.partial)) {
    const message = passedOver[0]?.reason.text ?? "the disruption budgets allow no node now";
    return failed({ kind: "budget", candidates: short, message });
  }
  return { ok: true, value: { command, droppedForBudget: short } };
}

function churned(command: DisruptionCommand): Result<never, ValidationFailure> {
  const names = command.candidates.map(({ node }) => node.name).join(", ");
  const message = `${names}: no longer as they were when the command was found`;
  return failed({ kind: "churn", candidates: command.candidates.length, message });
}
