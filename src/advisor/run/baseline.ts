/** Old findings that are known, so that only new ones are told. Lines and files may change without making one new. */
import { failed, ok, type Result } from "../../core/index.ts";
import { nameText, pathText } from "../model/place.ts";
import type { Finding } from "../model/rule.ts";

export const baselineSchema = "karpenter.lint.baseline/1";

export interface Baseline {
  readonly schema: typeof baselineSchema;
  /** `KBP502 Deployment shop/web spec.replicas`, sorted; one for each finding. */
  readonly findings: readonly string[];
}

export const fingerprintOf = ({ rule, place }: Finding): string =>
  `${rule} ${nameText(place.object)} ${pathText(place.path)}`.trimEnd();

export const baselineOf = (findings: readonly Finding[]): Baseline => ({
  schema: baselineSchema,
  findings: findings.map(fingerprintOf).toSorted(),
});

export function readBaseline(value: unknown): Result<Baseline, string> {
  const baseline = value as Partial<Baseline> | null;
  const isOne =
    typeof baseline === "object" &&
    baseline?.schema === baselineSchema &&
    Array.isArray(baseline.findings) &&
    baseline.findings.every((finding) => typeof finding === "string");
  return isOne
    ? ok(baseline as Baseline)
    : failed(`is no baseline; expected an object with schema ${baselineSchema}, as --write-baseline writes it`);
}

/** Findings beyond those of the baseline. Two that read alike need two entries. */
export function newFindings(findings: readonly Finding[], baseline: Baseline): readonly Finding[] {
  const known = new Map<string, number>();
  for (const finding of baseline.findings) known.set(finding, (known.get(finding) ?? 0) + 1);
  return findings.filter((finding) => {
    const left = known.get(fingerprintOf(finding)) ?? 0;
    known.set(fingerprintOf(finding), left - 1);
    return left <= 0;
  });
}
