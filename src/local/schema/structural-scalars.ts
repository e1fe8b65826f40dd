/** Limits of texts and numbers. */
import type { JsonSchema } from "../../api/index.ts";
import type { Cause } from "../apiserver/faults.ts";
import { outOfBounds, tooLong, wrongType } from "./structural-texts.ts";

export function scalarCauses(schema: JsonSchema, value: unknown, path: string): readonly Cause[] {
  if (typeof value === "string") return textCauses(schema, value, path);
  return typeof value === "number" ? numberCauses(schema, value, path) : [];
}

function textCauses(schema: JsonSchema, value: string, path: string): readonly Cause[] {
  const { minLength, maxLength, pattern, format } = schema;
  // Lengths count code points, as Go does.
  const length = Array.from(value).length;
  const matches = pattern === undefined || new RegExp(pattern, "u").test(value);
  return [
    ...(maxLength !== undefined && length > maxLength ? [tooLong(path, maxLength)] : []),
    ...(minLength !== undefined && length < minLength
      ? [outOfBounds(path, value, `should be at least ${minLength} chars long`)]
      : []),
    ...(matches ? [] : [outOfBounds(path, value, `should match '${pattern}'`)]),
    ...(isOfFormat(format, value) ? [] : [badFormat(path, value, format ?? "")]),
  ];
}

const dateTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function isOfFormat(format: string | undefined, value: string): boolean {
  switch (format) {
    case "date-time":
      return dateTime.test(value) && !Number.isNaN(Date.parse(value));
    case "date":
      return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
    case "byte":
      return /^[A-Za-z0-9+/]*={0,2}$/.test(value);
    case "uuid":
      return /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(value);
    default:
      return true;
  }
}

const badFormat = (path: string, value: string, format: string): Cause => ({
  reason: "FieldValueInvalid",
  field: path,
  message: `Invalid value: ${JSON.stringify(value)}: ${path} in body must be of type ${format}: ${JSON.stringify(value)}`,
});

const limits: Readonly<Record<string, number>> = { int32: 2 ** 31, int64: 2 ** 63 };

function numberCauses(schema: JsonSchema, value: number, path: string): readonly Cause[] {
  const { minimum, maximum, format = "" } = schema;
  const limit = limits[format];
  if (limit !== undefined && (value >= limit || value < -limit)) return [wrongType(path, value, format)];
  return [
    ...(maximum !== undefined && value > maximum
      ? [outOfBounds(path, value, `should be less than or equal to ${maximum}`)]
      : []),
    ...(minimum !== undefined && value < minimum
      ? [outOfBounds(path, value, `should be greater than or equal to ${minimum}`)]
      : []),
  ];
}
