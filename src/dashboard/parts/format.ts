/** Figures as people read them. */
const hoursPerMonth = 730;

export function perHour(dollars: number): string {
  return `${dollars.toFixed(dollars >= 100 ? 0 : dollars >= 1 ? 2 : 4)} $/h`;
}

/** A difference: `+0.1000 $/h`, `−0.1000 $/h`, or that there is none. */
export function signedPerHour(dollars: number): string {
  if (Math.abs(dollars) < 0.00005) return "same price";
  return `${dollars > 0 ? "+" : "−"}${perHour(Math.abs(dollars))}`;
}

/** 730 hours. */
export function perMonth(dollarsPerHour: number): string {
  return `${Math.round(dollarsPerHour * hoursPerMonth).toLocaleString("en")} $/month`;
}

export function percent(used: number, of: number): string {
  return of > 0 ? `${Math.round((used / of) * 100)} %` : "none";
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** Hours, minutes and seconds of an RFC 3339 time, in UTC as the logs have them. */
export const clockTime = (time: string): string => time.slice(11, 19);

export function ageOf(time: string, now: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(time)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
