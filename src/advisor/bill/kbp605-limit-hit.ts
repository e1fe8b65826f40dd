import { isFromEngine, lastTimeOf, subjectOf } from "../facts/cluster-life.ts";
import type { Facts } from "../facts/facts.ts";
import { groupedByHour } from "../facts/log-lines.ts";
import { placeOf, textPlace } from "../model/place.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

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
  needs: [],
  document: {
    what: "Within a day the log, or an event of the controller, says that a limit kept a machine from being added.",
    why: "Pods stay pending until the limit is raised or others go.",
    fix: "Raise the limit, or reduce what is asked for.",
  },
  check(facts): Verdict {
    if (!facts.has.has("logs") && facts.events.length === 0)
      return { notChecked: "needs controller logs (--logs), or the events of a cluster (--cluster, --dump)" };
    return [...fromLogs(facts), ...fromEvents(facts)];
  },
};

/** A log is read when it is over: its last line is the end of the day. Lines without a time count. */
function fromLogs({ logs, thresholds }: Facts): readonly Problem[] {
  const hits = logs.filter(({ text }) => limitText(text) !== undefined);
  const last = Math.max(...logs.map(({ time }) => Date.parse(time ?? "") || 0));
  const recent = hits.filter(
    ({ time }) => time === undefined || Date.parse(time) >= last - thresholds.limitHitSeconds * 1000,
  );
  return groupedByHour(recent, ({ text }) => (limitText(text) ?? "").trim()).map(({ first, subject, count }) => ({
    place: textPlace("Log", first.file, first.line),
    message: `A pool refused capacity: ${subject}`,
    evidence: `${count} ${count === 1 ? "line" : "lines"} within the hour${first.time === undefined ? "" : ` from ${first.time}`}`,
  }));
}

/** The first event of each text, with the number of those that say the same. */
function fromEvents({ events, now, thresholds }: Facts): readonly Problem[] {
  const hits = events.flatMap((event) => {
    const text = isFromEngine(event.object) ? limitText(event.object.message ?? "")?.trim() : undefined;
    const time = lastTimeOf(event.object);
    const isOld = now !== undefined && time !== undefined && time < now - thresholds.limitHitSeconds * 1000;
    return text === undefined || isOld ? [] : [{ event, text }];
  });
  return [...Map.groupBy(hits, ({ text }) => text)].flatMap(([text, same]) =>
    same.slice(0, 1).map(({ event }) => ({
      place: placeOf(event),
      message: `A pool refused capacity: ${text}`,
      evidence: `${same.length} ${same.length === 1 ? "event" : "events"}, the first about ${subjectOf(event.object).kind ?? "an object"} ${subjectOf(event.object).name ?? ""}`,
    })),
  );
}
