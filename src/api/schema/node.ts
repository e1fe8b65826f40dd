/**
 * Structural schemas as they are written in this room: the JSON schema of a CRD in which each CEL rule stands beside the
 * same rule as a TypeScript function. CRDs, defaults and admission checks all read this one description.
 */
import type { JsonSchema } from "../kubernetes/apps.ts";

/** One `x-kubernetes-validations` entry. `check` must hold; it is asked only for values of the right types. */
export interface AdmissionRule {
  /** The CEL text for the API server. */
  readonly cel: string;
  readonly message: string;
  /** Compares with the stored object: asked on update only, where both sides have a value. */
  readonly transition?: boolean;
  check(self: unknown, oldSelf: unknown): boolean;
}

type Plain = Omit<JsonSchema, "properties" | "additionalProperties" | "items" | "x-kubernetes-validations" | "anyOf">;

export interface SchemaNode extends Plain {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly JsonSchema[];
  readonly rules?: readonly AdmissionRule[];
}

/** `T` is what the schema around the rule guarantees of the value. */
export function rule<T>(spec: {
  readonly cel: string;
  readonly message: string;
  readonly transition?: boolean;
  check(self: T, oldSelf: T): boolean;
}): AdmissionRule {
  return spec;
}

type Options = Omit<SchemaNode, "type" | "description">;

export const str = (description: string, options: Options = {}): SchemaNode => ({
  description,
  type: "string",
  ...options,
});

export const bool = (description: string, options: Options = {}): SchemaNode => ({
  description,
  type: "boolean",
  ...options,
});

export const int32 = (description: string, options: Options = {}): SchemaNode => ({
  description,
  type: "integer",
  format: "int32",
  ...options,
});

export const int64 = (description: string, options: Options = {}): SchemaNode => ({
  description,
  type: "integer",
  format: "int64",
  ...options,
});

/** An integer of no stated width. */
export const int = (description: string, options: Options = {}): SchemaNode => ({
  description,
  type: "integer",
  ...options,
});

export const obj = (
  description: string,
  properties: Readonly<Record<string, SchemaNode>>,
  options: Options = {},
): SchemaNode => ({ description, type: "object", properties, ...options });

export const list = (description: string, items: SchemaNode, options: Options = {}): SchemaNode => ({
  description,
  type: "array",
  items,
  ...options,
});

export const map = (description: string, additionalProperties: SchemaNode, options: Options = {}): SchemaNode => ({
  description,
  type: "object",
  additionalProperties,
  ...options,
});

/** The JSON schema of a node: CEL texts in, TypeScript functions out. */
export function toJsonSchema(node: SchemaNode): JsonSchema {
  const { properties, additionalProperties, items, rules, ...plain } = node;
  return {
    ...plain,
    ...(properties && { properties: mapValues(properties, toJsonSchema) }),
    ...(additionalProperties && { additionalProperties: toJsonSchema(additionalProperties) }),
    ...(items && { items: toJsonSchema(items) }),
    ...(rules && { "x-kubernetes-validations": rules.map(({ cel, message }) => ({ rule: cel, message })) }),
  };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
