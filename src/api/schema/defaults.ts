/**
 * Defaults of a schema, applied as the API server does: nulls of fields that may not be null go first, then absent
 * fields take their default, then the walk goes on inside, so that defaults of a defaulted block count too.
 */
import type { SchemaNode } from "./node.ts";

/** The same value comes back when nothing was missing; what was given is never changed. */
export function applyDefaults<T>(node: SchemaNode, value: T): T {
  return defaulted(node, value) as T;
}

function defaulted(node: SchemaNode, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = node;
    return items === undefined
      ? value
      : sameOr(
          value,
          value.map((item: unknown) => defaulted(items, item)),
        );
  }
  if (typeof value !== "object" || value === null) return value;
  return defaultedObject(node, value as Record<string, unknown>);
}

function sameOr(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((item, index) => item === before[index]) ? before : after;
}

function defaultedObject(
  node: SchemaNode,
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const next: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(node.properties ?? {})) {
    if (next[name] === null && property.nullable !== true) delete next[name];
    if (next[name] === undefined && property.default !== undefined) next[name] = property.default;
    if (next[name] !== undefined) next[name] = defaulted(property, next[name]);
  }
  const { additionalProperties } = node;
  if (additionalProperties !== undefined) {
    for (const [name, member] of Object.entries(next)) {
      if (member === null && additionalProperties.nullable !== true) delete next[name];
      else next[name] = defaulted(additionalProperties, member);
    }
  }
  const names = Object.keys(next);
  const unchanged = names.length === Object.keys(value).length && names.every((name) => next[name] === value[name]);
  return unchanged ? value : next;
}
