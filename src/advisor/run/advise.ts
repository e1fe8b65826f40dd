import { type AdvisorInput, type Facts, factsOf } from "../facts/facts.ts";
import type { InputName } from "../model/inputs.ts";
import type { Finding, Rule, RuleOutcome } from "../model/rule.ts";
import { type Baseline, newFindings } from "./baseline.ts";
import { isSilenced, type Silencing } from "./silencing.ts";

export interface Advice {
  /** In order of rule, then of the input. */
  readonly findings: readonly Finding[];
  /** One for each rule that was asked, in order of rule. */
  readonly rules: readonly RuleOutcome[];
  /** Findings that were silenced. */
  readonly suppressed: number;
  /** Findings that the baseline has. */
  readonly known: number;
}

export interface AdviceOptions {
  readonly silencing?: Silencing;
  readonly baseline?: Baseline;
}

const loud: Silencing = Object.freeze({ ignore: [], rules: new Set<string>(), today: "0000-00-00" });

/** Asks each rule. Pure; a rule whose input is missing is `unknown`, which is no pass (v1alpha5 6.1). */
export function advise(input: AdvisorInput, rules: readonly Rule[], options: AdviceOptions = {}): Advice {
  const facts = factsOf(input);
  const asked = rules.map((rule) => ask(rule, facts));
  const all = asked.flatMap(({ findings }) => findings);
  const { silencing = loud, baseline } = options;
  const open = all.filter((finding) => !isSilenced(finding, silencing));
  const findings = baseline === undefined ? open : newFindings(open, baseline);
  return {
    findings,
    rules: asked.map(({ outcome }) => outcome),
    suppressed: all.length - open.length,
    known: open.length - findings.length,
  };
}

/** How to give what is missing. */
const inputHelp: Readonly<Record<InputName, string>> = Object.freeze({
  objects: "needs manifests (-f)",
  cluster: "needs a cluster (--cluster), or a dump of one (--dump)",
  logs: "needs controller logs (--logs)",
  catalogue: "needs the catalogue of machine types",
  metrics: "needs use figures (--metrics)",
  account: "needs the AWS account (--aws)",
});

function ask(rule: Rule, facts: Facts): { readonly outcome: RuleOutcome; readonly findings: readonly Finding[] } {
  const missing = rule.needs.filter((input) => !facts.has.has(input));
  if (missing.length > 0) {
    const reason = missing.map((input) => inputHelp[input]).join(", ");
    return { outcome: { rule: rule.id, state: "unknown", reason }, findings: [] };
  }
  const verdict = rule.check(facts);
  if (verdict === undefined) return { outcome: { rule: rule.id, state: "skipped" }, findings: [] };
  if ("notChecked" in verdict)
    return { outcome: { rule: rule.id, state: "unknown", reason: verdict.notChecked }, findings: [] };
  const findings = verdict.map(({ severity, fix, ...problem }) => ({
    rule: rule.id,
    severity: severity ?? rule.severity,
    requirements: rule.requirements,
    fix: fix ?? rule.document.fix,
    ...problem,
  }));
  return { outcome: { rule: rule.id, state: findings.length > 0 ? "fail" : "pass" }, findings };
}
