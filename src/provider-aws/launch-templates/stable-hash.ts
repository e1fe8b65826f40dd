import { createHash } from "node:crypto";

/** Sorted keys and, since lists count as sets here, sorted lists; undefined members vanish. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).sort().join()}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`)
      .sort()
      .join()}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** An unsigned 64-bit number as decimal text, equal for values that differ in order only. */
export const stableHash = (value: unknown): string =>
  createHash("sha256").update(canonicalText(value)).digest().readBigUInt64BE(0).toString();
