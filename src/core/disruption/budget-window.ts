/** When a scheduled budget holds (lifecycle 3.4, api 1.5). Schedules are read in UTC, whatever the zone of the machine. */
import { Cron } from "croner";
import { type DisruptionBudget, formatTimestamp, parseDurationMillis } from "../../api/index.ts";
import { failed, ok, type Result } from "../result.ts";
import type { EpochMillis } from "../time.ts";

export interface BudgetFailure {
  readonly kind: "bad-budget";
  /** Quotes what was found and says what was expected. */
  readonly message: string;
}

const macros: ReadonlySet<string> = new Set([
  "@hourly",
  "@daily",
  "@midnight",
  "@weekly",
  "@monthly",
  "@yearly",
  "@annually",
]);

/** Highest value of each of the five fields, and whether names may stand there. The library knows more than cron does. */
const fields = [
  { name: "minute", last: 59, pattern: /^[\d*,/-]+$/ },
  { name: "hour", last: 23, pattern: /^[\d*,/-]+$/ },
  { name: "day of month", last: 31, pattern: /^[\d*,/?-]+$/ },
  { name: "month", last: 12, pattern: /^(?:[\d*,/-]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)+$/i },
  { name: "day of week", last: 6, pattern: /^(?:[0-6*,/?-]|sun|mon|tue|wed|thu|fri|sat)+$/i },
] as const;

/**
 * Whether the budget holds at `now`: always without a schedule; else when some firing `h` satisfies
 * `now - duration < h <= now`. A duration alone is an error; a schedule alone never holds (the API refuses both).
 */
export function isBudgetActive(budget: DisruptionBudget, now: EpochMillis): Result<boolean, BudgetFailure> {
  const { schedule, duration } = budget;
  if (schedule === undefined) {
    return duration === undefined ? ok(true) : refused(`a duration of "${duration}" needs a schedule`);
  }
  const length = duration === undefined ? 0 : parseDurationMillis(duration);
  if (length === undefined)
    return refused(`"${duration ?? ""}" is not a duration: expected hours and minutes, as in 1h30m`);
  const firing = firingAfter(schedule, now - length);
  if (!firing.ok) return firing;
  return ok(firing.value !== undefined && firing.value <= now);
}

/**
 * The first firing strictly after a moment, in epoch milliseconds; undefined when there is none. The schedule is read in
 * the time zone, an IANA name.
 */
export function firingAfter(
  schedule: string,
  moment: number,
  timeZone = "UTC",
): Result<number | undefined, BudgetFailure> {
  const pattern = cronPattern(schedule);
  if (!pattern.ok) return pattern;
  try {
    const cron = new Cron(pattern.value, { timezone: timeZone, paused: true, mode: "5-part" });
    return ok(cron.nextRun(formatTimestamp(moment))?.getTime());
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return refused(`schedule "${schedule}": ${cause.replace(/^CronPattern: /, "")}`);
  }
}

/** Five fields or a macro. `5/15` means from 5 on; the library wants the end of that range spelled out. */
function cronPattern(schedule: string): Result<string, BudgetFailure> {
  const text = schedule.trim();
  if (text.startsWith("@")) {
    if (macros.has(text)) return ok(text);
    return refused(`schedule "${schedule}": unknown macro, expected one of ${[...macros].join(", ")}`);
  }
  const parts = text.split(/\s+/);
  if (parts.length !== fields.length) {
    return refused(
      `schedule "${schedule}": expected five fields, found ${parts.length} (time zones are not supported)`,
    );
  }
  const spelled: string[] = [];
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? "";
    if (!field.pattern.test(part)) return refused(`schedule "${schedule}": "${part}" is no ${field.name}`);
    spelled.push(part.replace(/(^|,)(\d+)\/(\d+)/g, `$1$2-${field.last}/$3`));
  }
  return ok(spelled.join(" "));
}

function refused(message: string): Result<never, BudgetFailure> {
  return failed({ kind: "bad-budget", message });
}
