import type { Facts } from "../facts/facts.ts";
import type { Edit } from "./edit.ts";
import type { InputName } from "./inputs.ts";
import type { Place } from "./place.ts";
import type { WhatIf } from "./what-if.ts";

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
  /** The same as an edit of the files. */
  readonly edit?: Edit;
  /** What the engine is asked, to tell what the finding costs or risks. */
  readonly whatIf?: WhatIf;
  /** USD a month that is known without asking the engine: the price of a node that stands. */
  readonly costPerMonth?: number;
}

/** A rule that has its input, but not the part that decides: an account that denies a call. It is no pass. */
export interface NotChecked {
  readonly notChecked: string;
}

/** Undefined where there is nothing that the rule could be about: it was skipped, which is no pass. */
export type Verdict = readonly Problem[] | NotChecked | undefined;

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
  check(facts: Facts): Verdict;
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly place: Place;
  readonly message: string;
  readonly evidence: string;
  readonly requirements: readonly string[];
  readonly fix: string;
  readonly edit?: Edit;
  readonly whatIf?: WhatIf;
  /** USD a month that would not be spent if it were mended. */
  readonly costPerMonth?: number;
  /** What it costs or risks, in words. */
  readonly consequence?: string;
}

/** `unknown`: an input, or the part that decides, is missing. `skipped`: there is nothing that the rule is about. Neither is a pass. */
export type RuleState = "pass" | "fail" | "skipped" | "unknown";

export interface RuleOutcome {
  readonly rule: string;
  readonly state: RuleState;
  /** Of `unknown`: which input is missing. */
  readonly reason?: string;
}
