/** Pruning and defaulting by a structural schema. Values are never changed in place; equal input gives the same value. */
import type { JsonSchema } from "../../api/index.ts";
import { isRecord, setOwn, type JsonObject } from "../store/api-object.ts";

const objectMembers = new Set(["apiVersion", "kind", "metadata"]);

interface PruneScope {
  readonly path: string;
  readonly unknown: string[];
  /** Root of an object of its own: apiVersion, kind and metadata stay whatever the schema says. */
  readonly root: boolean;
}

/** The value without members that the schema does not know; their paths are added to `unknown`. */
export function pruned(schema: JsonSchema, value: unknown, unknown: string[]): unknown {
  return pruneValue(schema, value, { path: "", unknown, root: true });
}

function pruneValue(schema: JsonSchema, value: unknown, scope: PruneScope): unknown {
  if (Array.isArray(value)) return pruneList(schema, value, scope);
  return isRecord(value) ? pruneObject(schema, value, scope) : value;
}

function pruneList(schema: JsonSchema, value: readonly unknown[], scope: PruneScope): unknown {
  const { items } = schema;
  if (items === undefined) return value;
  const next = value.map((item, index) =>
    pruneValue(items, item, {
      ...scope,
      path: `${scope.path}[${index}]`,
      root: items["x-kubernetes-embedded-resource"] ?? false,
    }),
  );
  return next.every((item, index) => item === value[index]) ? value : next;
}

function pruneObject(schema: JsonSchema, value: JsonObject, scope: PruneScope): JsonObject {
  let copy: Record<string, unknown> | undefined;
  for (const [name, member] of Object.entries(value)) {
    if (scope.root && objectMembers.has(name)) continue;
    const path = scope.path === "" ? name : `${scope.path}.${name}`;
    const inner = memberSchema(schema, name);
    const keeps =
      inner !== undefined ||
      schema["x-kubernetes-preserve-unknown-fields"] === true ||
      schema.additionalProperties === true;
    if (!keeps) {
      scope.unknown.push(path);
      copy ??= { ...value };
      delete copy[name];
      continue;
    }
    if (inner === undefined) continue;
    if (member === null && inner.nullable !== true && inner.default === undefined) {
      // A null where null is not allowed counts as absent.
      copy ??= { ...value };
      delete copy[name];
      continue;
    }
    const next = pruneValue(inner, member, { ...scope, path, root: inner["x-kubernetes-embedded-resource"] ?? false });
    if (next === member) continue;
    copy ??= { ...value };
    setOwn(copy, name, next);
  }
  return copy ?? value;
}

/** Schema of a member of an object or of a value of a map. */
export function memberSchema(schema: JsonSchema, name: string): JsonSchema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  return isRecord(additionalProperties) ? additionalProperties : undefined;
}

/** The value with defaults filled in, outer ones first so that defaults inside a defaulted block count too. */
export function defaulted(schema: JsonSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    const next = value.map((item: unknown) => defaulted(items, item));
    return next.every((item, index) => item === value[index]) ? value : next;
  }
  return isRecord(value) ? defaultObject(schema, value) : value;
}

function defaultObject(schema: JsonSchema, value: JsonObject): JsonObject {
  let copy: Record<string, unknown> | undefined;
  const set = (name: string, next: unknown): void => {
    copy ??= { ...value };
    setOwn(copy, name, next);
  };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue;
    const current = Object.hasOwn(value, name) ? value[name] : undefined;
    // A null where null is not allowed counts as absent when there is a default.
    if (current === undefined || (current === null && property.nullable !== true)) set(name, property.default);
  }
  for (const [name, member] of Object.entries(copy ?? value)) {
    const inner = memberSchema(schema, name);
    const next = inner === undefined ? member : defaulted(inner, member);
    if (next !== member) set(name, next);
  }
  return copy ?? value;
}
