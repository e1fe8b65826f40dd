import type { Facts } from "../facts/facts.ts";
import type { InputName } from "./inputs.ts";
import type { Place } from "./place.ts";

/** From least to most: a hint; a risk; a recommendation is broken and something fails or costs now (v1alpha5 6.1). */
export const severities = ["info", "warning", "error"] as const;
export type Severity = (typeof severities)[number];

export const severityRank = (severity: Severity): number => severities.indexOf(severity);

export interface RuleDocument {
  /** When the rule is broken. */
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** One thing that a rule found. */
export interface Problem {
  readonly place: Place;
  readonly message: string;
  /** Values that it was seen by. */
  readonly evidence: string;
  /** The rule's own unless given. */
  readonly severity?: Severity;
  /** What to do here, where it says more than the document. */
  readonly fix?: string;
}

/** One practice. Pure: the same facts give the same problems, in order of the input. */
export interface Rule {
  /** `KBP307`. */
  readonly id: string;
  /** `no-scale-in`. */
  readonly name: string;
  readonly severity: Severity;
  /** Of the founding document, `R49` (v1alpha5 6.3). */
  readonly requirements: readonly string[];
  readonly needs: readonly InputName[];
  readonly document: RuleDocument;
  /** Undefined where there is nothing that the rule could be about: it was skipped, which is no pass. */
  check(facts: Facts): readonly Problem[] | undefined;
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly place: Place;
  readonly message: string;
  readonly evidence: string;
  readonly requirements: readonly string[];
  readonly fix: string;
}

/** `unknown`: an input is missing. `skipped`: there is nothing that the rule is about. Neither is a pass. */
export type RuleState = "pass" | "fail" | "skipped" | "unknown";

export interface RuleOutcome {
  readonly rule: string;
  readonly state: RuleState;
  /** Of `unknown`: which input is missing. */
  readonly reason?: string;
}
