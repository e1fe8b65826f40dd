/**
 * What a disruption method is (style 4.4): a record of the parts of one pipeline, candidates -> filter -> score ->
 * choose -> validate -> command. Methods hold no state and call nothing; the pipeline runs them.
 */
import type { DisruptionReason } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { Nomination, PlannedClaim } from "../provisioning/plan.ts";
import type { Candidate } from "./candidate.ts";
import type { CandidateScope } from "./candidate-checks.ts";
import type { BudgetLedger } from "./ledger.ts";
import type { PoolScore } from "./pool-score.ts";
import type { DisruptionSettings } from "./settings.ts";

export type DisruptionMethodName =
  | "emptiness"
  | "static-drift"
  | "drift"
  | "consolidation"
  | "multi-node-consolidation"
  | "single-node-consolidation";

/** One decision, ready to be carried out. Candidates of one command go together. */
export interface DisruptionCommand {
  readonly method: DisruptionMethodName;
  readonly reason: DisruptionReason;
  readonly candidates: readonly Candidate[];
  readonly replacements: readonly PlannedClaim[];
  /** Where pods go on nodes that stay; absent when none has to. */
  readonly nominations?: readonly Nomination[];
  /** USD an hour: what the candidates cost less what replaces them. */
  readonly savingPerHour: number;
  /** Pods that need a new place. */
  readonly podsMoved: number;
  /** Of a consolidation, what it is to each of its pools. */
  readonly scores?: readonly PoolScore[];
}

/** Why a node stays. `event` is set where users are told, with the reason of the event. */
export interface KeptReason {
  readonly code: string;
  readonly text: string;
  readonly method?: DisruptionMethodName;
  readonly event?: "DisruptionBlocked" | "Unconsolidatable";
}

export interface MethodCheck {
  readonly code: string;
  readonly event?: "Unconsolidatable";
  readonly refusal: (candidate: Candidate, scope: MethodScope) => string | undefined;
}

export interface MethodScope extends CandidateScope {
  /** Names of nodes that virtual pods of capacity buffers were planned onto. */
  readonly bufferNodes: ReadonlySet<string>;
}

/** All that a choice may depend on besides the candidates. */
export interface MethodContext {
  readonly snapshot: ClusterSnapshot;
  readonly scope: MethodScope;
  readonly ledger: BudgetLedger;
  readonly settings: DisruptionSettings;
}

/** What a method makes of its candidates: commands, and why each of the others was not taken. */
export interface Choice {
  readonly commands: readonly DisruptionCommand[];
  readonly passedOver: readonly { readonly candidate: Candidate; readonly reason: KeptReason }[];
  /** What the layout would cost at the least, USD an hour, where the method knows. */
  readonly bound?: number;
  /** The search ran out of work before it had tried everything. */
  readonly unfinished?: boolean;
  /** Of moves that a Balanced pool refused, as far as they are counted (lifecycle 3.13). */
  readonly refusedScores?: readonly PoolScore[];
  /** Some candidate was left only for want of budget, so finding nothing is not to be remembered (lifecycle 3.12). */
  readonly limitedByBudget: boolean;
}

export interface DisruptionMethod {
  readonly name: DisruptionMethodName;
  readonly reason: DisruptionReason;
  readonly disruptionClass: CandidateScope["disruptionClass"];
  /** In order; the first that refuses is the answer. */
  readonly checks: readonly MethodCheck[];
  /** Order in which candidates are taken; the pipeline settles ties by node name. */
  readonly compare: (a: Candidate, b: Candidate) => number;
  /** Yields units of work, so that the caller can pause anywhere; pausing does not change the choice. */
  readonly choose: (candidates: readonly Candidate[], context: MethodContext) => Generator<number, Choice>;
  /** How long to wait before the second look (lifecycle 3.1). */
  readonly validationDelayMillis: number;
  /**
   * What the second look asks (lifecycle 3.9): nothing, whether the candidates still are what they were, or that and a
   * simulation by upstream's rules or by ours.
   */
  readonly validation: "none" | "removal" | "upstream" | "repacking";
  /** Whether a command may go on with those candidates that survive validation. */
  readonly partial: boolean;
}
