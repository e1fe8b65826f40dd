/** RFC 3339 texts from and to epoch milliseconds, without `Date`: this room has no clock (style R2). */
import type { Timestamp } from "./meta.ts";

const millisPerDay = 86_400_000;

interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Proleptic Gregorian day of a day count since 1970-01-01; eras of 400 years start on a 1st of March. */
function civilDayOf(daysSinceEpoch: number): CivilDay {
  const shifted = daysSinceEpoch + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

function daysSinceEpochOf({ year, month, day }: CivilDay): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

const padded = (value: number, width: number): string => String(value).padStart(width, "0");

function secondsText(epochMillis: number): string {
  const days = Math.floor(epochMillis / millisPerDay);
  const seconds = Math.floor((epochMillis - days * millisPerDay) / 1000);
  const { year, month, day } = civilDayOf(days);
  const clock = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}T${clock.map((part) => padded(part, 2)).join(":")}`;
}

/** `metav1.Time`: second precision, rounded down, in UTC. */
export function formatTimestamp(epochMillis: number): Timestamp {
  return `${secondsText(epochMillis)}Z`;
}

/** `metav1.MicroTime`: six digits after the second, in UTC. */
export function formatMicroTimestamp(epochMillis: number): Timestamp {
  const millis = ((Math.floor(epochMillis) % 1000) + 1000) % 1000;
  return `${secondsText(epochMillis)}.${padded(millis, 3)}000Z`;
}

const timestampPattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Epoch milliseconds of an RFC 3339 text, or undefined when it is none. Digits below a millisecond are dropped. */
export function parseTimestamp(text: Timestamp): number | undefined {
  const match = timestampPattern.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (day < 1 || day > (daysInMonth[month - 1] ?? 0) || hour > 23 || minute > 59 || second > 59) return undefined;
  const days = daysSinceEpochOf({ year, month, day });
  const roundTrip = civilDayOf(days);
  if (roundTrip.month !== month) return undefined;
  const fraction = Number((match[7] ?? "").slice(0, 3).padEnd(3, "0"));
  return days * millisPerDay + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offsetMillis(match);
}

function offsetMillis(match: RegExpExecArray): number {
  if (match[9] === undefined) return 0;
  const minutes = Number(match[10]) * 60 + Number(match[11]);
  return (match[9] === "-" ? -minutes : minutes) * 60_000;
}
