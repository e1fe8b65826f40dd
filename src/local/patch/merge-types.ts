/** How a value may be merged: one view of built-in models and of structural schemas. */
import type { JsonSchema } from "../../api/index.ts";
import { isAtomicModel, modelFields, type FieldInfo, type FieldType, type Merging } from "../schema/field-table.ts";
import { isRecord } from "../store/api-object.ts";

export type MergeType =
  /** Scalars, and lists and objects that belong to one owner as a whole. */
  | { readonly kind: "atomic" }
  | { readonly kind: "object"; member(name: string): MergeType; isField(name: string): boolean }
  | { readonly kind: "set" }
  | { readonly kind: "keyed"; readonly keys: readonly KeyField[]; readonly item: MergeType };

export interface KeyField {
  readonly name: string;
  /** Value of an item that leaves the key out. */
  readonly fallback?: unknown;
}

const atomic: MergeType = Object.freeze({ kind: "atomic" });

/** Values without a schema: objects merge by member, lists do not. */
export const looseType: MergeType = Object.freeze({ kind: "object", member: () => looseType, isField: () => false });

export function builtinMergeType(model: string): MergeType {
  const fields = modelFields(model);
  return {
    kind: "object",
    isField: (name) => fields.has(name),
    member: (name) => {
      const field = fields.get(name);
      return field === undefined ? looseType : fieldMergeType(field);
    },
  };
}

function fieldMergeType({ type, merging }: FieldInfo): MergeType {
  return merging?.kind === "atomic" ? atomic : typeOf(type, merging);
}

function typeOf(type: FieldType, merging: Merging | undefined): MergeType {
  switch (type.kind) {
    case "scalar":
      return type.name === "any" ? looseType : atomic;
    case "struct":
      return isAtomicModel(type.model) ? atomic : builtinMergeType(type.model);
    case "map":
      return { kind: "object", isField: () => false, member: () => typeOf(type.item, undefined) };
    case "list":
    default:
      return listType(merging, typeOf(type.item, undefined));
  }
}

/** Ports without a protocol are TCP ports; the one key with a default. */
const keyFallbacks: Readonly<Record<string, unknown>> = { protocol: "TCP" };

function listType(merging: Merging | undefined, item: MergeType): MergeType {
  if (merging?.kind === "set") return { kind: "set" };
  if (merging?.kind !== "map") return atomic;
  const keys = merging.keys.map((name) =>
    Object.hasOwn(keyFallbacks, name) ? { name, fallback: keyFallbacks[name] } : { name },
  );
  return { kind: "keyed", keys, item };
}

const metadataType = builtinMergeType("V1ObjectMeta");

/** A whole custom resource. */
export function customMergeType(schema: JsonSchema | undefined): MergeType {
  const type = schema === undefined ? looseType : schemaMergeType(schema);
  if (type.kind !== "object") return looseType;
  return { ...type, member: (name) => (name === "metadata" ? metadataType : type.member(name)) };
}

function schemaMergeType(schema: JsonSchema): MergeType {
  if (schema.type === "array") return schemaListType(schema);
  if (schema["x-kubernetes-map-type"] === "atomic") return atomic;
  if (schema.type !== "object") return schema["x-kubernetes-preserve-unknown-fields"] === true ? looseType : atomic;
  const { properties = {}, additionalProperties } = schema;
  return {
    kind: "object",
    isField: (name) => Object.hasOwn(properties, name),
    member: (name) => {
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (known !== undefined) return schemaMergeType(known);
      return isRecord(additionalProperties) ? schemaMergeType(additionalProperties) : looseType;
    },
  };
}

function schemaListType(schema: JsonSchema): MergeType {
  const { items } = schema;
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      return { kind: "set" };
    case "map": {
      const keys = (schema["x-kubernetes-list-map-keys"] ?? []).map((name) => {
        const fallback = items?.properties?.[name]?.default;
        return fallback === undefined ? { name } : { name, fallback };
      });
      return { kind: "keyed", keys, item: items === undefined ? looseType : schemaMergeType(items) };
    }
    default:
      return atomic;
  }
}
