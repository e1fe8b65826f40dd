type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Equality of JSON values. A key whose value is undefined is absent; the order of keys does not matter. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => jsonEqual(a[key], b[key]));
}

/**
 * The JSON merge patch (RFC 7386) that turns `before` into `after`: changed keys only, null for removed ones, lists
 * whole. Undefined when they are equal.
 */
export function mergeDiff(before: object, after: object): JsonObject | undefined {
  const [from, to] = [before as JsonObject, after as JsonObject];
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, wanted] = [from[key], to[key]];
    if (jsonEqual(old, wanted)) continue;
    if (wanted === undefined) patch[key] = null;
    else patch[key] = isObject(old) && isObject(wanted) ? (mergeDiff(old, wanted) ?? {}) : wanted;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Whether a merge patch replaces a list, and so may overwrite what another writer put there. */
export function replacesList(patch: unknown): boolean {
  if (Array.isArray(patch)) return true;
  return isObject(patch) && Object.values(patch).some(replacesList);
}
