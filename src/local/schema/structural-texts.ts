/** Causes of broken schema limits, as kube-openapi words them. */
import { quoteValue, type Cause } from "../apiserver/faults.ts";

/** A limit of the schema is broken; `expected` reads on after "in body". */
export const outOfBounds = (field: string, value: unknown, expected: string): Cause => ({
  reason: "FieldValueInvalid",
  field,
  message: `Invalid value: ${quoteValue(value)}: ${field} in body ${expected}`,
});

export const tooMany = (field: string, size: number, limit: number): Cause => ({
  reason: "FieldValueTooMany",
  field,
  message: `Too many: ${size}: must have at most ${limit} items`,
});

export const tooLong = (field: string, limit: number): Cause => ({
  reason: "FieldValueTooLong",
  field,
  message: `Too long: may not be more than ${limit} bytes`,
});

export const wrongType = (field: string, value: unknown, expected: string): Cause => ({
  reason: "FieldValueTypeInvalid",
  field,
  message: `Invalid value: "${jsonType(value)}": ${field} in body must be of type ${expected}: "${jsonType(value)}"`,
});

export const mismatch = (field: string, value: unknown, text: string): Cause => ({
  reason: "FieldValueInvalid",
  field,
  message: `Invalid value: ${quoteValue(value)}: ${field === "" ? "" : `${field} `}in body ${text}`,
});

/** Stands at the end when rules were left out because the structure is broken. */
export const rulesNotChecked: Cause = Object.freeze({
  reason: "FieldValueInvalid",
  field: "<nil>",
  message:
    "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
});

/** Structural errors after which no rule is asked. */
export const blockingReasons: ReadonlySet<string> = new Set([
  "FieldValueRequired",
  "FieldValueNotSupported",
  "FieldValueTooMany",
  "FieldValueTooLong",
  "FieldValueTypeInvalid",
]);

function jsonType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}
