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
    const next = pruneMember(schema, { name, member }, scope);
    if (next === member) continue;
    copy ??= { ...value };
    if (next === undefined) delete copy[name];
    else setOwn(copy, name, next);
  }
  return copy ?? value;
}

const keepsUnknown = (schema: JsonSchema): boolean =>
  schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true;

/** What stays of a member; undefined when it goes. */
function pruneMember(
  schema: JsonSchema,
  { name, member }: { readonly name: string; readonly member: unknown },
  scope: PruneScope,
): unknown {
  const inner = memberSchema(schema, name);
  const path = scope.path === "" ? name : `${scope.path}.${name}`;
  if (inner === undefined) {
    if (keepsUnknown(schema)) return member;
    scope.unknown.push(path);
    return undefined;
  }
  // A null where null is not allowed counts as absent; where there is a default it takes the null's place later.
  if (member === null && inner.nullable !== true && inner.default === undefined) return undefined;
  return pruneValue(inner, member, { ...scope, path, root: inner["x-kubernetes-embedded-resource"] ?? false });
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
  const filled = withOwnDefaults(schema, value);
  let copy: Record<string, unknown> | undefined;
  for (const [name, member] of Object.entries(filled)) {
    const inner = memberSchema(schema, name);
    const next = inner === undefined ? member : defaulted(inner, member);
    if (next === member) continue;
    copy ??= { ...filled };
    setOwn(copy, name, next);
  }
  return copy ?? filled;
}

/** Defaults of the object's own members. A null where null is not allowed counts as absent when there is one. */
function withOwnDefaults(schema: JsonSchema, value: JsonObject): JsonObject {
  let copy: Record<string, unknown> | undefined;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue;
    const current = Object.hasOwn(value, name) ? value[name] : undefined;
    if (current !== undefined && (current !== null || property.nullable === true)) continue;
    copy ??= { ...value };
    setOwn(copy, name, property.default);
  }
  return copy ?? value;
}
