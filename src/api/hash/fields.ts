/**
 * How optional fields enter a hash. Go keeps a nil pointer apart from a pointer to a zero value: the former is left out,
 * the latter counts. A field of a plain type is left out when it is zero (spec: api 0.5).
 */
import type { Hash } from "./fnv.ts";
import { hashInt32, hashString, hashStringMap } from "./fnv.ts";

/** A pointer, map or list: left out only when absent. */
export function whenPresent<T>(value: T | undefined | null, hash: (value: T) => Hash): Hash | undefined {
  return value === undefined || value === null ? undefined : hash(value);
}

export const plainString = (value: string | undefined): Hash | undefined =>
  value === undefined || value === "" ? undefined : hashString(value);

export const plainInt32 = (value: number | undefined): Hash | undefined =>
  value === undefined || value === 0 ? undefined : hashInt32(value);

export const plainBool = (value: boolean | undefined, hash: (value: boolean) => Hash): Hash | undefined =>
  value === true ? hash(value) : undefined;

export const stringMap = (value: Readonly<Record<string, string>> | undefined): Hash | undefined =>
  whenPresent(value, hashStringMap);

export const pointerString = (value: string | undefined): Hash | undefined => whenPresent(value, hashString);
