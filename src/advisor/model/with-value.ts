import type { ValuePath } from "./place.ts";

/** A copy with that value at the path; undefined takes it away. Parents that are missing become objects. */
export function withValue<T>(object: T, path: ValuePath, value: unknown): T {
  return put(object, path, value) as T;
}

function put(parent: unknown, [step, ...rest]: ValuePath, value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(parent)) {
    const list = parent as readonly unknown[];
    if (rest.length === 0 && value === undefined) return list.filter((_, index) => index !== step);
    return list.map((item, index) => (index === step ? put(item, rest, value) : item));
  }
  const map = (typeof parent === "object" && parent !== null ? parent : {}) as Readonly<Record<string, unknown>>;
  const next = put(map[step], rest, value);
  if (next !== undefined) return { ...map, [step]: next };
  return Object.fromEntries(Object.entries(map).filter(([key]) => key !== step));
}
