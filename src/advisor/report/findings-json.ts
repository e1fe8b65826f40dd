/** `karpenter lint --output json` (product 4.2). */
import { type ObjectName, pathText } from "../model/place.ts";
import type { Finding, RuleOutcome, Severity } from "../model/rule.ts";
import type { Advice } from "../run/advise.ts";

export const adviceSchema = "karpenter.lint/1";

export interface FindingLine {
  readonly rule: string;
  readonly severity: Severity;
  readonly object: ObjectName;
  readonly path: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly evidence: string;
  readonly requirements: readonly string[];
  readonly fix: string;
}

export interface AdviceDocument {
  readonly schema: typeof adviceSchema;
  readonly findings: readonly FindingLine[];
  readonly rules: readonly RuleOutcome[];
  readonly suppressed: number;
  /** Findings that the baseline has. */
  readonly known: number;
}

export const adviceDocument = ({ findings, rules, suppressed, known }: Advice): AdviceDocument => ({
  schema: adviceSchema,
  findings: findings.map(findingLine),
  rules,
  suppressed,
  known,
});

export function findingLine({ rule, severity, place, message, evidence, requirements, fix }: Finding): FindingLine {
  const { file, line, column } = place.position;
  const path = pathText(place.path);
  return { rule, severity, object: place.object, path, file, line, column, message, evidence, requirements, fix };
}
