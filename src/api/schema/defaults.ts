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

type Members = Readonly<Record<string, unknown>>;

function defaultedObject(node: SchemaNode, value: Members): Members {
  const next: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(node.properties ?? {})) {
    const member = defaultedMember(property, value[name]);
    if (member === undefined) delete next[name];
    else next[name] = member;
  }
  const { additionalProperties } = node;
  if (additionalProperties !== undefined) {
    for (const name of Object.keys(value)) {
      const member = defaultedMember(additionalProperties, value[name]);
      if (member === undefined) delete next[name];
      else next[name] = member;
    }
  }
  return isUnchanged(value, next) ? value : next;
}

/** Undefined when there is neither a value nor a default. */
function defaultedMember(node: SchemaNode, value: unknown): unknown {
  const given = value === null && node.nullable !== true ? undefined : value;
  return defaulted(node, given === undefined ? node.default : given);
}

function isUnchanged(before: Members, after: Members): boolean {
  const names = Object.keys(after);
  return names.length === Object.keys(before).length && names.every((name) => after[name] === before[name]);
}
