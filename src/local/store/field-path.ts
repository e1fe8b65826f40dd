import { isRecord, setOwn, type ApiObject, type JsonObject } from "./api-object.ts";

/** Value at a path of member names, or undefined. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const name of path) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Copy of `object` with the value at the path replaced; `undefined` removes it. Missing parents are made. */
export function withValueAt<T extends JsonObject>(object: T, path: readonly string[], value: unknown): T {
  const [name, ...rest] = path;
  if (name === undefined) return value as T;
  const copy: Record<string, unknown> = { ...object };
  const child = copy[name];
  const next = rest.length === 0 ? value : withValueAt(isRecord(child) ? child : {}, rest, value);
  if (next === undefined) delete copy[name];
  else setOwn(copy, name, next);
  return copy as T;
}

/** Copy with changed metadata; members set to `undefined` are removed. */
export function withMetadata(object: ApiObject, changes: Readonly<Record<string, unknown>>): ApiObject {
  const metadata: Record<string, unknown> = { ...object.metadata };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete metadata[key];
    else metadata[key] = value;
  }
  return { ...object, metadata };
}

/** Text of a scalar for field selectors: absent is empty. */
export function fieldText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  return JSON.stringify(value);
}
