/** JSON merge patches (RFC 7386) as the difference of two versions of an object (spec: lifecycle 0.5). */
type Json = unknown;

const isRecord = (value: Json): value is Readonly<Record<string, Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Structural equality of JSON values; a field that is `undefined` counts as absent, and field order does not matter. */
export function isJsonEqual(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isJsonEqual(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => isJsonEqual(left[key], right[key]));
}

/**
 * What a merge patch must say to turn `before` into `after`: changed fields only, lists whole, removed fields as null.
 * `undefined` when nothing differs.
 */
export function computeMergePatch(before: Json, after: Json): Readonly<Record<string, Json>> | undefined {
  const patch: Record<string, Json> = {};
  const source = isRecord(before) ? before : {};
  const target = isRecord(after) ? after : {};
  for (const key of new Set([...Object.keys(source), ...Object.keys(target)])) {
    const from = source[key];
    const to = target[key];
    if (isJsonEqual(from, to)) continue;
    if (to === undefined) patch[key] = null;
    else patch[key] = isRecord(from) && isRecord(to) ? computeMergePatch(from, to) : to;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
