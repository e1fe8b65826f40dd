import { groupedByHour } from "../facts/log-lines.ts";
import { textPlace } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

/** The line of v0.13 to v0.27 (v1alpha5 4.13); the date is RFC 3339, or RFC 822 before v0.15. */
const pricingLine = /updating (?:on-demand|spot) pricing,[\s\S]*using existing pricing data from ([^"\n\t{]+)/;

const dayOf = (text: string): string => /\d{4}-\d{2}-\d{2}/.exec(text)?.[0] ?? text.trim();

export const pricingStale: Rule = {
  id: "KBP204",
  name: "pricing-stale",
  severity: "warning",
  requirements: ["R36", "R37", "R38"],
  needs: ["logs"],
  document: {
    what: "The log says that prices could not be renewed.",
    why: "There is no VPC endpoint of the price list: types are compared by the prices of an old day.",
    fix: "Upgrade the engine for a newer table. In a private cluster set aws.isolatedVPC, and accept it.",
  },
  check: (facts) =>
    groupedByHour(
      facts.logs.filter(({ text }) => pricingLine.test(text)),
      ({ text }) => dayOf(pricingLine.exec(text)?.[1] ?? ""),
    ).map(({ first, subject, count }) => ({
      place: textPlace("Log", first.file, first.line),
      message: `On-demand prices date from ${subject}`,
      evidence: `${count} ${count === 1 ? "entry" : "entries"} within the hour`,
    })),
};
