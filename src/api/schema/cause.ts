/**
 * Why an object is refused, in the form and the words of the API server's `details.causes`, so that one text serves the
 * embedded server, `lint` and messages about files.
 */

export type CauseReason =
  | "FieldValueRequired"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueTooMany"
  | "FieldValueTooLong"
  | "FieldValueTypeInvalid"
  | "FieldValueDuplicate";

export interface ValidationCause {
  /** Path in the object: `spec.template.spec.requirements[0].key`. */
  readonly field: string;
  readonly reason: CauseReason;
  readonly message: string;
  /** What was found there; absent for a missing value. */
  readonly value?: unknown;
}

const shown = (value: unknown): string => JSON.stringify(value) ?? "null";

export const required = (field: string): ValidationCause => ({
  field,
  reason: "FieldValueRequired",
  message: "Required value",
});

/** A limit of the schema is broken; `expected` reads on after "in body". */
export const outOfBounds = (field: string, value: unknown, expected: string): ValidationCause => ({
  field,
  reason: "FieldValueInvalid",
  message: `Invalid value: ${shown(value)}: ${field} in body ${expected}`,
  value,
});

/** A rule of its own words is broken. */
export const invalid = (field: string, value: unknown, message: string): ValidationCause => ({
  field,
  reason: "FieldValueInvalid",
  message: `Invalid value: ${shown(value)}: ${message}`,
  value,
});

export const notSupported = (field: string, value: unknown, supported: readonly unknown[]): ValidationCause => ({
  field,
  reason: "FieldValueNotSupported",
  message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(", ")}`,
  value,
});

export const tooMany = (field: string, size: number, limit: number): ValidationCause => ({
  field,
  reason: "FieldValueTooMany",
  message: `Too many: ${size}: must have at most ${limit} items`,
  value: size,
});

export const tooLong = (field: string, value: string, limit: number): ValidationCause => ({
  field,
  reason: "FieldValueTooLong",
  message: `Too long: may not be more than ${limit} bytes`,
  value,
});

export const wrongType = (field: string, value: unknown, expected: string): ValidationCause => ({
  field,
  reason: "FieldValueTypeInvalid",
  message: `Invalid value: "${typeName(value)}": ${field} in body must be of type ${expected}: "${typeName(value)}"`,
  value,
});

export const duplicate = (field: string, value: unknown): ValidationCause => ({
  field,
  reason: "FieldValueDuplicate",
  message: `Duplicate value: ${shown(value)}`,
  value,
});

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}
