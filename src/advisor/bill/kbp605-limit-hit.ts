import { groupedByHour } from "../facts/log-lines.ts";
import { textPlace } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

/** The texts of every version (v1alpha5 4.4 and 6.4), the one with figures first. */
const limitTexts: readonly RegExp[] = [
  /[\w./-]+ resource usage of \S+ exceeds limit of [^\s"]+/,
  /[^"\n\t]*(?:exceeds limit|exceed limits|exceed provisioner limits)[^"\n\t]*/,
];

const limitText = (text: string): string | undefined =>
  limitTexts.flatMap((pattern) => pattern.exec(text)?.[0] ?? [])[0];

export const limitHit: Rule = {
  id: "KBP605",
  name: "limit-hit",
  severity: "error",
  requirements: ["R69"],
  needs: ["logs"],
  document: {
    what: "The log says that a limit kept a machine from being added.",
    why: "Pods stay pending until the limit is raised or others go.",
    fix: "Raise the limit, or reduce what is asked for.",
  },
  check: (facts) =>
    groupedByHour(
      facts.logs.filter(({ text }) => limitText(text) !== undefined),
      ({ text }) => (limitText(text) ?? "").trim(),
    ).map(({ first, subject, count }) => ({
      place: textPlace("Log", first.file, first.line),
      message: `A pool refused capacity: ${subject}`,
      evidence: `${count} ${count === 1 ? "line" : "lines"} within the hour${first.time === undefined ? "" : ` from ${first.time}`}`,
    })),
};
