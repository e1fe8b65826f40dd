/** JUnit: one case for each rule that was asked, so that a pipeline shows which practice is broken. */
import { nameText } from "../model/place.ts";
import type { Finding, Rule, RuleOutcome } from "../model/rule.ts";
import { consequenceText } from "./text-reports.ts";
import type { Advice } from "../run/advise.ts";

export function adviceJunit({ findings, rules }: Advice, all: readonly Rule[]): string {
  const cases = rules.map((outcome) => {
    const own = findings.filter(({ rule }) => rule === outcome.rule);
    const name = all.find(({ id }) => id === outcome.rule)?.name ?? "";
    return `    <testcase classname="karpenter.lint" name="${escaped(`${outcome.rule} ${name}`)}">${bodyOf(outcome, own)}</testcase>\n`;
  });
  const failures = rules.filter(({ rule }) => findings.some((finding) => finding.rule === rule)).length;
  const skipped = rules.filter(({ state }) => state === "skipped" || state === "unknown").length;
  const counts = `tests="${rules.length}" failures="${failures}" skipped="${skipped}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  <testsuite name="karpenter lint" ${counts}>\n${cases.join("")}  </testsuite>\n</testsuites>\n`;
}

function bodyOf({ state, reason }: RuleOutcome, findings: readonly Finding[]): string {
  const [first] = findings;
  if (first === undefined)
    return state === "skipped" || state === "unknown"
      ? `<skipped message="${escaped(reason ?? "there is nothing that the rule is about")}"/>`
      : "";
  const text = findings.map(({ place, severity, message, ...told }) => {
    const { file, line, column } = place.position;
    return `${file}:${line}:${column}: ${severity} ${nameText(place.object)}: ${message}${consequenceText(told)}`;
  });
  return `<failure message="${escaped(first.message)}" type="${first.severity}">${escaped(text.join("\n"))}</failure>`;
}

/** Characters that XML has no form for go. */
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
