/** Deep equality and canonical text of JSON values. Absent, undefined and null fields are the same. */

type Json = unknown;

const isRecord = (value: Json): value is Readonly<Record<string, Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isAbsent = (value: Json): boolean => value === undefined || value === null;

export function isSameJson(left: Json, right: Json): boolean {
  if (left === right || (isAbsent(left) && isAbsent(right))) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSameJson(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) if (!isSameJson(left[key], right[key])) return false;
  return true;
}

/** An API server leaves out empty members: to want none of something is to have it absent. */
const isEmpty = (value: Json): boolean => value === 0 || value === false || value === "";

/** Whether every field of `wanted` already stands in `current`; what `wanted` does not name is not looked at. */
export function holdsJson(current: Json, wanted: Readonly<Record<string, Json>>): boolean {
  if (!isRecord(current)) return Object.keys(wanted).length === 0;
  return Object.entries(wanted).every(
    ([key, value]) => isSameJson(current[key], value) || (current[key] === undefined && isEmpty(value)),
  );
}

/** Text in which equal values are equal: keys sorted, undefined left out. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isRecord(value)) return JSON.stringify(value ?? null);
  const fields = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${fields.join(",")}}`;
}

/** 32-bit FNV-1a of text, for names and for spreading work evenly; not for security. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

const safeCharacters = "bcdfghjklmnpqrstvwxz2456789";

/** A name suffix without vowels, as Kubernetes spells hashes in names. */
export function safeHash(text: string): string {
  return String(hashText(text))
    .split("")
    .map((digit) => safeCharacters[digit.charCodeAt(0) % safeCharacters.length])
    .join("");
}
