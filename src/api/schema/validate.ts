/**
 * Judges a value by a schema as the API server does at admission: the structural part first, then the rules. Like there,
 * the rules are not asked while a value of a wrong type, a missing one or an oversized one stands in their way.
 */
import type { CauseReason, ValidationCause } from "./cause.ts";
import { duplicate, invalid, notSupported, outOfBounds, required, tooLong, tooMany, wrongType } from "./cause.ts";
import type { SchemaNode } from "./node.ts";

const blocking: ReadonlySet<CauseReason> = new Set([
  "FieldValueRequired",
  "FieldValueNotSupported",
  "FieldValueTooMany",
  "FieldValueTooLong",
  "FieldValueTypeInvalid",
]);

/** Causes in the order of the schema's fields, rules after structure; empty when the value is accepted. */
export function validateBySchema(node: SchemaNode, value: unknown, oldValue?: unknown): readonly ValidationCause[] {
  const causes = structure(node, value, "");
  if (causes.some((cause) => blocking.has(cause.reason))) return causes;
  return [...causes, ...rules(node, { self: value, old: oldValue, field: "" })];
}

const at = (field: string, name: string): string => (field === "" ? name : `${field}.${name}`);
const atKey = (field: string, key: string): string => `${field}[${key}]`;
const atIndex = (field: string, index: number): string => `${field}[${index}]`;

function structure(node: SchemaNode, value: unknown, field: string): readonly ValidationCause[] {
  if (!isOfType(node, value)) return [wrongType(field, value, node.type ?? "integer or string")];
  const own = node.enum !== undefined && !node.enum.includes(value) ? [notSupported(field, value, node.enum)] : [];
  if (typeof value === "string") return [...own, ...textCauses(node, value, field)];
  if (typeof value === "number") return [...own, ...numberCauses(node, value, field)];
  if (Array.isArray(value)) return [...own, ...listCauses(node, value, field)];
  if (typeof value === "object" && value !== null) return [...own, ...objectCauses(node, value, field)];
  return own;
}

function isOfType(node: SchemaNode, value: unknown): boolean {
  if (node["x-kubernetes-int-or-string"] === true) return typeof value === "string" || Number.isInteger(value);
  switch (node.type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return true;
  }
}

function textCauses(node: SchemaNode, value: string, field: string): readonly ValidationCause[] {
  const causes: ValidationCause[] = [];
  if (node.maxLength !== undefined && Array.from(value).length > node.maxLength) {
    causes.push(tooLong(field, value, node.maxLength));
  }
  if (node.minLength !== undefined && Array.from(value).length < node.minLength) {
    causes.push(outOfBounds(field, value, `should be at least ${node.minLength} chars long`));
  }
  if (node.pattern !== undefined && !new RegExp(node.pattern, "u").test(value)) {
    causes.push(outOfBounds(field, value, `should match '${node.pattern}'`));
  }
  if (node.format === "date-time" && !dateTime.test(value)) {
    causes.push({
      ...outOfBounds(field, value, `must be of type date-time: ${JSON.stringify(value)}`),
      reason: "FieldValueTypeInvalid",
    });
  }
  return causes;
}

const dateTime = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

const int32Limits = { minimum: -2_147_483_648, maximum: 2_147_483_647 };

function numberCauses(node: SchemaNode, value: number, field: string): readonly ValidationCause[] {
  const causes: ValidationCause[] = [];
  if (node.format === "int32" && (value < int32Limits.minimum || value > int32Limits.maximum)) {
    causes.push(outOfBounds(field, value, `must be of type int32: "${value}"`));
  }
  if (node.minimum !== undefined && value < node.minimum) {
    causes.push(outOfBounds(field, value, `should be greater than or equal to ${node.minimum}`));
  }
  if (node.maximum !== undefined && value > node.maximum) {
    causes.push(outOfBounds(field, value, `should be less than or equal to ${node.maximum}`));
  }
  return causes;
}

function listCauses(node: SchemaNode, value: readonly unknown[], field: string): readonly ValidationCause[] {
  const causes: ValidationCause[] = [];
  if (node.maxItems !== undefined && value.length > node.maxItems) {
    causes.push(tooMany(field, value.length, node.maxItems));
  }
  if (node.minItems !== undefined && value.length < node.minItems) {
    causes.push(outOfBounds(field, value.length, `should have at least ${node.minItems} items`));
  }
  causes.push(...uniqueness(node, value, field));
  const { items } = node;
  if (items !== undefined)
    causes.push(...value.flatMap((item, index) => structure(items, item, atIndex(field, index))));
  return causes;
}

function uniqueness(node: SchemaNode, value: readonly unknown[], field: string): readonly ValidationCause[] {
  const listType = node["x-kubernetes-list-type"];
  if (listType !== "set" && listType !== "map") return [];
  const keys = listType === "map" ? (node["x-kubernetes-list-map-keys"] ?? []) : undefined;
  const seen = new Map<string, number>();
  return value.flatMap((item, index) => {
    const id = identity(item, keys);
    const text = JSON.stringify(id);
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    // The second one tells it; a third would say the same.
    return count === 2 ? [duplicate(atIndex(field, index), id)] : [];
  });
}

/** What must be unique of an element: itself in a set, its key members in a keyed list. */
function identity(item: unknown, keys: readonly string[] | undefined): unknown {
  if (keys === undefined || typeof item !== "object" || item === null) return item;
  const members = new Map<string, unknown>(Object.entries(item));
  return Object.fromEntries(keys.map((key) => [key, members.get(key)]));
}

function objectCauses(node: SchemaNode, value: object, field: string): readonly ValidationCause[] {
  const members = new Map<string, unknown>(Object.entries(value).filter(([, member]) => member !== undefined));
  const causes: ValidationCause[] = (node.required ?? [])
    .filter((name) => !members.has(name))
    .map((name) => required(at(field, name)));
  if (node.maxProperties !== undefined && members.size > node.maxProperties) {
    causes.push(tooMany(field, members.size, node.maxProperties));
  }
  for (const [name, member] of members) {
    const property = node.properties?.[name];
    if (property !== undefined) causes.push(...structure(property, member, at(field, name)));
    else if (node.additionalProperties !== undefined) {
      // The structural part writes keys of maps like fields; only rules put them in brackets.
      causes.push(...structure(node.additionalProperties, member, at(field, name)));
    }
  }
  return causes;
}

interface Place {
  readonly self: unknown;
  readonly old: unknown;
  readonly field: string;
}

function rules(node: SchemaNode, place: Place): readonly ValidationCause[] {
  const own = (node.rules ?? [])
    .filter((entry) => entry.transition !== true || place.old !== undefined)
    .filter((entry) => !entry.check(place.self, place.old))
    .map((entry) => invalid(place.field, place.self, entry.message));
  return [...own, ...inner(node, place)];
}

function inner(node: SchemaNode, { self, old, field }: Place): readonly ValidationCause[] {
  const { items } = node;
  if (Array.isArray(self)) {
    // Elements of a plain list have no counterpart in the stored object: transition rules do not reach them.
    return items === undefined
      ? []
      : self.flatMap((item: unknown, index) =>
          rules(items, { self: item, old: undefined, field: atIndex(field, index) }),
        );
  }
  if (typeof self !== "object" || self === null) return [];
  const before = typeof old === "object" && old !== null ? new Map<string, unknown>(Object.entries(old)) : new Map();
  return Object.entries(self).flatMap(([name, member]) => {
    const property = node.properties?.[name];
    const schema = property ?? node.additionalProperties;
    if (schema === undefined || member === undefined) return [];
    const path = property === undefined ? atKey(field, name) : at(field, name);
    return rules(schema, { self: member, old: before.get(name), field: path });
  });
}
