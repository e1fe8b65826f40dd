/**
 * Validation of custom resources by their structural schema and its CEL rules. On update, values that did not change are
 * not judged again (ratcheting); rules about changes always are.
 */
import type { JsonSchema } from "../../api/index.ts";
import { duplicate, notSupported, required, type Cause } from "../apiserver/faults.ts";
import { equalJson, isRecord, type JsonObject } from "../store/api-object.ts";
import type { CelRules } from "./cel-rules.ts";
import { scalarCauses } from "./structural-scalars.ts";
import { memberSchema } from "./structural-pruning.ts";
import { blockingReasons, mismatch, outOfBounds, rulesNotChecked, tooMany, wrongType } from "./structural-texts.ts";

interface Place {
  readonly schema: JsonSchema;
  readonly value: unknown;
  readonly old: unknown;
  readonly path: string;
}

/** Causes in the order of the object's fields, rules after structure; empty when the object is accepted. */
export function validateStructural(
  schema: JsonSchema,
  rules: CelRules,
  object: unknown,
  old: unknown,
): readonly Cause[] {
  const place = { schema, value: object, old, path: "" };
  const structure = structuralCauses(place);
  if (!structure.some(({ reason }) => blockingReasons.has(reason))) return [...structure, ...ruleCauses(place, rules)];
  return hasRules(schema) ? [...structure, rulesNotChecked] : structure;
}

const join = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

function isUnchanged({ value, old }: Place): boolean {
  return old !== undefined && equalJson(value, old);
}

function structuralCauses(place: Place): readonly Cause[] {
  if (isUnchanged(place)) return [];
  const { schema, value, path } = place;
  if (value === null && schema.nullable === true) return [];
  const expected = expectedType(schema, value);
  if (expected !== undefined) return [wrongType(path, value, expected)];
  const own = [...enumCauses(place), ...scalarCauses(schema, value, path), ...combinatorCauses(place)];
  if (Array.isArray(value)) return [...own, ...listCauses(place, value)];
  return isRecord(value) ? [...own, ...objectCauses(place, value)] : own;
}

/** The type that the value should have, where it has another. */
function expectedType(schema: JsonSchema, value: unknown): string | undefined {
  if (schema["x-kubernetes-int-or-string"] === true) {
    return typeof value === "string" || Number.isInteger(value) ? undefined : "integer,string";
  }
  const fits: Readonly<Record<string, boolean>> = {
    string: typeof value === "string",
    integer: Number.isInteger(value),
    number: typeof value === "number",
    boolean: typeof value === "boolean",
    array: Array.isArray(value),
    object: isRecord(value),
  };
  return schema.type === undefined || fits[schema.type] === true ? undefined : schema.type;
}

function enumCauses({ schema, value, path }: Place): readonly Cause[] {
  if (schema.enum === undefined || schema.enum.some((one) => equalJson(one, value))) return [];
  return [notSupported(path, value, schema.enum.map(String))];
}

function combinatorCauses({ schema, value, path }: Place): readonly Cause[] {
  const accepts = (branch: JsonSchema): boolean =>
    structuralCauses({ schema: branch, value, old: undefined, path }).length === 0;
  const causes: Cause[] = [];
  const { anyOf, oneOf, allOf, not } = schema;
  if (anyOf !== undefined && schema["x-kubernetes-int-or-string"] !== true && !anyOf.some(accepts)) {
    causes.push(mismatch(path, value, "must validate at least one schema (anyOf)"));
  }
  if (oneOf !== undefined && oneOf.filter(accepts).length !== 1) {
    causes.push(mismatch(path, value, "must validate one and only one schema (oneOf)"));
  }
  if (allOf !== undefined && !allOf.every(accepts))
    causes.push(mismatch(path, value, "must validate all the schemas (allOf)"));
  if (not !== undefined && accepts(not)) causes.push(mismatch(path, value, "must not validate the schema (not)"));
  return causes;
}

function listCauses(place: Place, value: readonly unknown[]): readonly Cause[] {
  const { schema, path } = place;
  const { items, minItems, maxItems } = schema;
  return [
    ...(maxItems !== undefined && value.length > maxItems ? [tooMany(path, value.length, maxItems)] : []),
    ...(minItems !== undefined && value.length < minItems
      ? [outOfBounds(path, value.length, `should have at least ${minItems} items`)]
      : []),
    ...duplicateCauses(schema, value, path),
    ...(items === undefined
      ? []
      : value.flatMap((item, index) =>
          structuralCauses({ schema: items, value: item, old: oldItem(place, item), path: `${path}[${index}]` }),
        )),
  ];
}

function keyOf(schema: JsonSchema, item: unknown): unknown {
  if (schema["x-kubernetes-list-type"] === "set") return item;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  return isRecord(item) ? Object.fromEntries(keys.map((key) => [key, item[key]])) : item;
}

function duplicateCauses(schema: JsonSchema, value: readonly unknown[], path: string): readonly Cause[] {
  const type = schema["x-kubernetes-list-type"];
  if (type !== "map" && type !== "set") return [];
  const seen = new Set<string>();
  return value.flatMap((item, index) => {
    const key = JSON.stringify(keyOf(schema, item));
    if (seen.has(key)) return [duplicate(`${path}[${index}]`, keyOf(schema, item))];
    seen.add(key);
    return [];
  });
}

/** The stored item that this one continues; only lists with keys can tell. */
function oldItem({ schema, old }: Place, item: unknown): unknown {
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(old)) return undefined;
  const key = keyOf(schema, item);
  return old.find((other: unknown) => equalJson(keyOf(schema, other), key));
}

function oldMember({ schema, old }: Place, name: string): unknown {
  if (schema["x-kubernetes-map-type"] === "atomic" || !isRecord(old)) return undefined;
  return Object.hasOwn(old, name) ? old[name] : undefined;
}

function objectCauses(place: Place, value: JsonObject): readonly Cause[] {
  const { schema, path } = place;
  const size = Object.keys(value).length;
  const { minProperties, maxProperties } = schema;
  return [
    ...(schema.required ?? []).filter((name) => value[name] === undefined).map((name) => required(join(path, name))),
    ...(maxProperties !== undefined && size > maxProperties ? [tooMany(path, size, maxProperties)] : []),
    ...(minProperties !== undefined && size < minProperties
      ? [outOfBounds(path, size, `should have at least ${minProperties} properties`)]
      : []),
    ...members(place, value).flatMap(structuralCauses),
  ];
}

/** Places of the members that the schema knows, in the order of the object. */
function members(place: Place, value: JsonObject): readonly Place[] {
  return Object.entries(value).flatMap(([name, member]) => {
    const schema = memberSchema(place.schema, name);
    if (schema === undefined) return [];
    const path = place.schema.properties?.[name] === undefined ? `${place.path}.${name}` : join(place.path, name);
    return [{ schema, value: member, old: oldMember(place, name), path }];
  });
}

function ruleCauses(place: Place, rules: CelRules): readonly Cause[] {
  const { schema, value } = place;
  if (value === null) return [];
  const own =
    schema["x-kubernetes-validations"] === undefined ? [] : rules.check({ ...place, unchanged: isUnchanged(place) });
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return own;
    const inner = value.map((item: unknown, index) => ({
      schema: items,
      value: item,
      old: oldItem(place, item),
      path: `${place.path}[${index}]`,
    }));
    return [...own, ...inner.flatMap((one) => ruleCauses(one, rules))];
  }
  return isRecord(value) ? [...own, ...members(place, value).flatMap((member) => ruleCauses(member, rules))] : own;
}

function hasRules(schema: JsonSchema): boolean {
  if (schema["x-kubernetes-validations"] !== undefined) return true;
  const inner = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
  return inner.some((one) => isRecord(one) && hasRules(one));
}
