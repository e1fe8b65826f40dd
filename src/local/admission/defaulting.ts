/** Small parts for defaulting functions: each gives the same value back when nothing is missing. */
import { isRecord, type JsonObject } from "../store/api-object.ts";

/** `object` with members that are absent taken from `defaults`. */
export function withDefaults<T extends JsonObject>(object: T, defaults: JsonObject): T {
  const missing = Object.entries(defaults).filter(([name, value]) => value !== undefined && object[name] === undefined);
  return missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing) };
}

/** `object` with one member changed, if it is there. */
export function withMember<T extends JsonObject>(
  object: T,
  name: string,
  change: (value: JsonObject) => JsonObject,
): T {
  const value = object[name];
  if (!isRecord(value)) return object;
  const next = change(value);
  return next === value ? object : { ...object, [name]: next };
}

/** `object` with each object of a list member changed, if it is there. */
export function withItems<T extends JsonObject>(object: T, name: string, change: (item: JsonObject) => JsonObject): T {
  const list = object[name];
  if (!Array.isArray(list)) return object;
  const next = list.map((item: unknown) => (isRecord(item) ? change(item) : item));
  return next.every((item, index) => item === list[index]) ? object : { ...object, [name]: next };
}

/** Applies changes from left to right. */
export function chain<T>(value: T, ...changes: readonly ((value: T) => T)[]): T {
  return changes.reduce((current, change) => change(current), value);
}
