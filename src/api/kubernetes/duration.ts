/**
 * Durations in Go syntax (spec: api 0.3). Objects keep the text as written; these functions only read it. `Never` means
 * "no duration".
 */

const never = "Never";

const unitNanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  "\u00b5s": 1_000n,
  "\u03bcs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const maxNanoseconds = 9_223_372_036_854_775_807n;
const durationPattern = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/;
const partPattern = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g;

/** Nanoseconds of a Go duration text, or undefined when it does not parse or leaves 64 bits (sharp edge 10). */
export function parseDurationNanoseconds(text: string): bigint | undefined {
  if (/^[+-]?0$/.test(text)) return 0n;
  if (!durationPattern.test(text)) return undefined;
  let total = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of text.matchAll(partPattern)) {
    total += partNanoseconds(whole, fraction, unit);
    if (total > maxNanoseconds) return undefined;
  }
  return text.startsWith("-") ? -total : total;
}

function partNanoseconds(whole: string, fraction: string, unit: string): bigint {
  const size = unitNanoseconds[unit] ?? 0n;
  return BigInt(whole) * size + (BigInt(fraction) * size) / 10n ** BigInt(fraction.length);
}

/** Milliseconds of a Go duration text, rounded towards zero; undefined when it does not parse. */
export function parseDurationMillis(text: string): number | undefined {
  const nanoseconds = parseDurationNanoseconds(text);
  return nanoseconds === undefined ? undefined : Number(nanoseconds / 1_000_000n);
}

/** Milliseconds of a duration field that may say `Never`: then Infinity. Undefined when the text does not parse. */
export function parseNillableDurationMillis(text: string): number | undefined {
  return text === never ? Infinity : parseDurationMillis(text);
}

/** Text of a duration field from memory: an absent or infinite duration is the word `Never`, never an absent key. */
export function nillableDurationText(millis: number | undefined): string {
  return millis === undefined || millis === Infinity ? never : formatDuration(millis);
}

/** Go's text of a duration given in milliseconds: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(millis: number): string {
  if (millis === 0) return "0s";
  const sign = millis < 0 ? "-" : "";
  const size = Math.abs(Math.trunc(millis));
  if (size < 1000) return `${sign}${size}ms`;
  const hours = Math.floor(size / 3_600_000);
  const minutes = Math.floor((size % 3_600_000) / 60_000);
  const seconds = (size % 60_000) / 1000;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}
