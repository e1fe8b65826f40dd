/** Endpoints that a private cluster lacks, as they look in the log (v1alpha5 4.15). */
import { groupedByHour, type LogEntry } from "../facts/log-lines.ts";
import { textPlace } from "../model/place.ts";
import type { Facts } from "../facts/facts.ts";
import type { Problem } from "../model/rule.ts";

const refused = /dial tcp|dial timeout|i\/o timeout|timed? ?out|context deadline exceeded|no such host/i;

/** Entries that name the host of the service and a connection that came to nothing. */
export function unreachable(
  { logs }: Facts,
  service: string,
  told: { readonly also?: RegExp; readonly message: string },
): readonly Problem[] {
  const host = new RegExp(`\\b${service}\\.([a-z]{2}-[a-z0-9-]+-\\d)\\.amazonaws\\.com`);
  const hits = logs.filter(({ text }) => told.also?.test(text) === true || (host.test(text) && refused.test(text)));
  return groupedByHour(hits, ({ text }) => host.exec(text)?.[1] ?? "REGION").map(({ first, subject, count }) => ({
    place: textPlace("Log", first.file, first.line),
    message: told.message,
    evidence: `${count} ${count === 1 ? "entry" : "entries"}, the first: ${summaryOf(first)}`,
    fix: `Create the interface endpoint com.amazonaws.${subject}.${service}, with private DNS and port 443 open.`,
  }));
}

/** The first line, as far as it fits. */
const summaryOf = ({ text }: LogEntry): string => {
  const [line = ""] = text.split("\n");
  return line.length > 160 ? `${line.slice(0, 160)}...` : line;
};
