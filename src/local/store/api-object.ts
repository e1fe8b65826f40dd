import type { KubeObject } from "../../api/index.ts";

/** A stored object: frozen JSON, never changed in place. */
export interface ApiObject extends KubeObject {
  readonly [field: string]: unknown;
}

export type JsonObject = { readonly [key: string]: unknown };

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Copies JSON, drops members whose value is `undefined` and freezes the copy. Parts that are frozen already are
 * taken over as they are, so that copying a stored object with one changed field costs only that field's path.
 */
export function freezeJson<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((item) => freezeJson(item ?? null))) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) setOwn(copy, key, freezeJson(member));
  }
  return Object.freeze(copy) as T;
}

/** Sets a member even when its name is `__proto__`, which plain assignment would turn into a prototype. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** Structural equality of JSON values; the order of members does not matter. */
export function equalJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) && left.length === right.length && left.every((item, index) => equalJson(item, right[index]))
    );
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key]));
}

/**
 * `next` with every part that equals its counterpart in `previous` replaced by that counterpart, so that versions of
 * an object share memory. Returns `previous` itself when nothing differs.
 */
export function shareJson<T>(previous: unknown, next: T): T {
  if (previous === next || typeof next !== "object" || next === null) return next;
  if (Array.isArray(next)) return shareList(Array.isArray(previous) ? previous : [], next, previous);
  if (!isRecord(previous)) return next;
  const copy: Record<string, unknown> = {};
  let same = Object.keys(previous).length === Object.keys(next).length;
  for (const [key, member] of Object.entries(next)) {
    const before = Object.hasOwn(previous, key) ? previous[key] : undefined;
    const shared = shareJson(before, member);
    setOwn(copy, key, shared);
    if (shared !== before) same = false;
  }
  return (same ? previous : Object.freeze(copy)) as T;
}

function shareList<T>(previous: readonly unknown[], next: readonly unknown[] & T, original: unknown): T {
  const copy = next.map((item, index) => shareJson(previous[index], item));
  const same = copy.length === previous.length && copy.every((item, index) => item === previous[index]);
  return (same && Array.isArray(original) ? original : Object.freeze(copy)) as T;
}
