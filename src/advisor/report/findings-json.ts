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
  /** The fix as a unified diff, where the run was asked for fixes and this one is somebody's to decide. */
  readonly patch?: string;
  /** USD a month that it costs, as far as the engine can tell. */
  readonly costPerMonth?: number;
  /** What it costs or risks, in words. */
  readonly consequence?: string;
}

export interface AdviceDocument {
  readonly schema: typeof adviceSchema;
  readonly findings: readonly FindingLine[];
  readonly rules: readonly RuleOutcome[];
  readonly suppressed: number;
  /** Findings that the baseline has. */
  readonly known: number;
}

export const adviceDocument = (
  { findings, rules, suppressed, known }: Advice,
  patch: (finding: Finding) => string = () => "",
): AdviceDocument => ({
  schema: adviceSchema,
  findings: findings.map((finding) => {
    const text = patch(finding);
    return text === "" ? findingLine(finding) : { ...findingLine(finding), patch: text };
  }),
  rules,
  suppressed,
  known,
});

export function findingLine({
  rule,
  severity,
  place,
  message,
  evidence,
  requirements,
  fix,
  ...more
}: Finding): FindingLine {
  const { file, line, column } = place.position;
  const { costPerMonth, consequence } = more;
  return {
    rule,
    severity,
    object: place.object,
    path: pathText(place.path),
    file,
    line,
    column,
    message,
    evidence,
    requirements,
    fix,
    ...(costPerMonth === undefined ? {} : { costPerMonth }),
    ...(consequence === undefined ? {} : { consequence }),
  };
}
