/**
 * When nodes of a pool may be disrupted, for every reason and in the pool's own time zone: an annotation on the NodePool.
 * Without it everything is as upstream, where budgets are read in UTC and expiry knows no hours.
 *
 * `karpenter-ts.dev/disruption-windows: [{"schedule": "0 22 * * mon-fri", "duration": "8h", "timeZone": "Europe/Berlin",
 * "reasons": ["Expired", "Drifted"]}]`. `timeZone` is UTC unless said; without `reasons` a window is for all. A reason
 * that no window is for may come at any time.
 */
import { parseDurationMillis, productAnnotations } from "../../api/index.ts";
import type { PoolView } from "../cluster/views.ts";
import { firingAfter } from "../disruption/budget-window.ts";
import { failed, ok, type Result } from "../result.ts";
import { type EpochMillis, epochMillisOf } from "../time.ts";

export type WindowReason = "Empty" | "Drifted" | "Underutilized" | "Expired";

const windowReasons: readonly WindowReason[] = ["Empty", "Drifted", "Underutilized", "Expired"];

export interface DisruptionWindow {
  readonly schedule: string;
  readonly durationMilliseconds: number;
  readonly timeZone: string;
  /** Absent: for all. */
  readonly reasons?: readonly WindowReason[];
}

/** `opensAt` is absent where no window ever opens again. */
export type WindowVerdict =
  | { readonly open: true }
  | { readonly open: false; readonly cause: string; readonly opensAt?: EpochMillis };

/** What cannot be read keeps every window shut: whoever wrote it wanted to hold something back. */
export function windowVerdict(pool: PoolView, reason: WindowReason, now: EpochMillis): WindowVerdict {
  const parsed = disruptionWindows(pool);
  if (!parsed.ok) return { open: false, cause: parsed.failure.message };
  const own = parsed.value.filter(({ reasons }) => reasons === undefined || reasons.includes(reason));
  if (own.length === 0 || own.some((window) => isOpen(window, now))) return { open: true };
  const opens = own.flatMap(({ schedule, timeZone }) => {
    const next = firingAfter(schedule, now, timeZone);
    return next.ok && next.value !== undefined ? [next.value] : [];
  });
  const cause = `no disruption window of the nodepool is open for ${reason}`;
  return opens.length === 0
    ? { open: false, cause }
    : { open: false, cause, opensAt: epochMillisOf(Math.min(...opens)) };
}

function isOpen({ schedule, durationMilliseconds, timeZone }: DisruptionWindow, now: EpochMillis): boolean {
  const opened = firingAfter(schedule, now - durationMilliseconds, timeZone);
  return opened.ok && opened.value !== undefined && opened.value <= now;
}

export interface WindowsFailure {
  readonly kind: "bad-windows";
  /** Names the annotation, quotes what was found and says what was expected. */
  readonly message: string;
}

/** The windows of a pool; none when it has no annotation. */
export function disruptionWindows({ pool }: PoolView): Result<readonly DisruptionWindow[], WindowsFailure> {
  const text = pool.metadata.annotations?.[productAnnotations.disruptionWindows];
  if (text === undefined) return ok([]);
  const entries = parseJson(text);
  if (!Array.isArray(entries)) return refused(`"${text}" is no JSON list of windows`);
  const windows: DisruptionWindow[] = [];
  for (const [index, entry] of entries.entries()) {
    const window = readWindow(entry);
    if (!window.ok) return refused(`window ${index + 1}: ${window.failure}`);
    windows.push(window.value);
  }
  return ok(windows);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is told as what it is not, whatever the parser stumbled over.
    return undefined;
  }
}

function readWindow(entry: unknown): Result<DisruptionWindow, string> {
  if (typeof entry !== "object" || entry === null) return failed("expected an object");
  const { schedule, duration, timeZone = "UTC", reasons } = entry as Readonly<Record<string, unknown>>;
  if (typeof timeZone !== "string" || !isTimeZone(timeZone))
    return failed(`time zone ${JSON.stringify(timeZone)} is not known, expected an IANA name as "Europe/Berlin"`);
  if (reasons !== undefined && !areReasons(reasons))
    return failed(`"reasons" is ${JSON.stringify(reasons)}, expected some of ${windowReasons.join(", ")}`);
  const times = readTimes({ schedule, duration, timeZone });
  return times.ok ? ok({ ...times.value, timeZone, ...(reasons === undefined ? {} : { reasons }) }) : times;
}

function readTimes(entry: {
  readonly schedule: unknown;
  readonly duration: unknown;
  readonly timeZone: string;
}): Result<Pick<DisruptionWindow, "schedule" | "durationMilliseconds">, string> {
  const { schedule, duration, timeZone } = entry;
  if (typeof schedule !== "string") return failed('"schedule" is missing, expected a cron schedule as "0 22 * * *"');
  const durationMilliseconds = typeof duration === "string" ? (parseDurationMillis(duration) ?? 0) : 0;
  if (durationMilliseconds <= 0) return failed('"duration" is missing or none, expected one as "8h"');
  const firing = firingAfter(schedule, 0, timeZone);
  return firing.ok ? ok({ schedule, durationMilliseconds }) : failed(firing.failure.message);
}

const areReasons = (value: unknown): value is readonly WindowReason[] =>
  Array.isArray(value) && value.every((reason) => windowReasons.includes(reason as WindowReason));

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // The only error there is says that the name is not known.
    return false;
  }
}

const refused = (message: string): Result<never, WindowsFailure> =>
  failed({ kind: "bad-windows", message: `annotation ${productAnnotations.disruptionWindows}: ${message}` });
