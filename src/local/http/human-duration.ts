/** Durations as kubectl's tables show them (k8s.io/apimachinery, util/duration). */
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const both = (large: number, small: number, [one, two]: readonly [string, string]): string =>
  small === 0 ? `${large}${one}` : `${large}${one}${small}${two}`;

export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 2 * minute) return `${Math.max(0, seconds)}s`;
  const minutes = Math.trunc(seconds / minute);
  if (minutes < 10) return both(minutes, seconds % minute, ["m", "s"]);
  if (minutes < 3 * 60) return `${minutes}m`;
  const hours = Math.trunc(seconds / hour);
  if (hours < 8) return both(hours, minutes % 60, ["h", "m"]);
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(seconds / day);
  if (hours < 8 * 24) return both(days, hours % 24, ["d", "h"]);
  if (days < 2 * 365) return `${days}d`;
  const years = Math.trunc(days / 365);
  return years < 8 ? both(years, days % 365, ["y", "d"]) : `${years}y`;
}

/** Age of an instant; `<unknown>` where there is none. */
export function ageOf(timestamp: unknown, now: number): string {
  if (typeof timestamp !== "string" || timestamp === "") return "<unknown>";
  return humanDuration(now - Date.parse(timestamp));
}
