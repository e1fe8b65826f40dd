/** Findings as text: for people, pull requests and the annotations of GitHub. */
import { nameText, pathText } from "../model/place.ts";
import { type Finding, severities } from "../model/rule.ts";
import type { Advice } from "../run/advise.ts";

/** One line a finding as compilers write them, then what was counted, and what could not be checked. */
export function adviceTable(advice: Advice): string {
  const lines = advice.findings.map(({ rule, severity, place, message, ...told }) => {
    const { file, line, column } = place.position;
    const path = pathText(place.path);
    return `${file}:${line}:${column}: ${severity} ${rule} ${nameText(place.object)}${path === "" ? "" : `, ${path}`}: ${message}${consequenceText(told)}`;
  });
  const unknown = advice.rules.filter(({ state }) => state === "unknown");
  const open = [...Map.groupBy(unknown, ({ reason = "" }) => reason)].map(([reason, rules]) => {
    const ids = rules.map(({ rule }) => rule).join(" ");
    return `not checked: ${ids}${reason === "" ? "" : `: ${reason.replace(/^not checked, /, "")}`}`;
  });
  return [...lines, summaryOf(advice), ...open].map((line) => `${line}\n`).join("");
}

/** `; this anti-affinity keeps 5 nodes, 610.00 $ a month`. */
export function consequenceText({ consequence, costPerMonth }: Pick<Finding, "consequence" | "costPerMonth">): string {
  if (consequence !== undefined) return `; ${consequence}`;
  return costPerMonth === undefined ? "" : `; ${costPerMonth.toFixed(2)} $ a month`;
}

/** `2 errors, 1 warning, 0 hints; 40 rules passed; 3 suppressed`. */
export function summaryOf({ findings, rules, suppressed, known }: Advice): string {
  const of = (severity: Finding["severity"]) => findings.filter((finding) => finding.severity === severity).length;
  const [hints, warnings, errors] = severities.map(of);
  const passed = rules.filter(({ state }) => state === "pass").length;
  const quiet = [suppressed > 0 ? `; ${suppressed} suppressed` : "", known > 0 ? `; ${known} in the baseline` : ""];
  return `${counted(errors, "error")}, ${counted(warnings, "warning")}, ${counted(hints, "hint")}; ${counted(passed, "rule")} passed${quiet.join("")}`;
}

const counted = (count = 0, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

export function adviceMarkdown(advice: Advice): string {
  const rows = advice.findings.map(({ rule, severity, place, message, fix, ...told }) =>
    [
      rule,
      severity,
      nameText(place.object),
      `${place.position.file}:${place.position.line}`,
      `${message}${consequenceText(told)}`,
      fix,
    ]
      .map(cell)
      .join(" | "),
  );
  const table = ["Rule | Severity | Object | Place | Finding | Fix", "--- | --- | --- | --- | --- | ---", ...rows];
  const lines = rows.length === 0 ? [] : [...table.map((row) => `| ${row} |`), ""];
  return [...lines, summaryOf(advice), ""].join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, "<br>");

const levels = { error: "error", warning: "warning", info: "notice" } as const;

/** Workflow commands: GitHub shows them beside the changed lines. */
export const adviceGithub = ({ findings }: Advice): string =>
  findings
    .map(({ rule, severity, place, message, ...told }) => {
      const { file, line, column } = place.position;
      const where = `file=${property(file)},line=${line},col=${column},title=${property(rule)}`;
      return `::${levels[severity]} ${where}::${escaped(message + consequenceText(told))}\n`;
    })
    .join("");

const escaped = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string): string => escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
