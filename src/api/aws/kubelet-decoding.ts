/** Strict decoding of `spec.kubelet`: unknown fields and wrong types, nothing else (spec: api 4.5). */
import type { ValidationCause } from "../schema/cause.ts";
import { invalid, wrongType } from "../schema/cause.ts";
import { parseDurationNanoseconds } from "../kubernetes/duration.ts";
import type { KubeletFields, KubeletFieldType } from "./kubelet-fields.ts";
import { kubeletFields } from "./kubelet-fields.ts";

/** Causes in the order of the object's fields. A type error hides the unknown fields, as in the reference. */
export function kubeletDecodingCauses(kubelet: object, field: string): readonly ValidationCause[] {
  const causes = objectCauses(kubeletFields, kubelet, field);
  const typeCauses = causes.filter((cause) => cause.reason === "FieldValueTypeInvalid");
  return typeCauses.length > 0 ? typeCauses.slice(0, 1) : causes;
}

function objectCauses(fields: KubeletFields, value: unknown, field: string): readonly ValidationCause[] {
  if (!isObject(value)) return [wrongType(field, value, "object")];
  return Object.entries(value).flatMap(([name, member]) => {
    const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const path = `${field}.${name}`;
    return type === undefined ? [invalid(path, member, `unknown field "${name}"`)] : memberCauses(type, member, path);
  });
}

function memberCauses(type: KubeletFieldType, value: unknown, field: string): readonly ValidationCause[] {
  if (value === null) return [];
  if (typeof type === "string") return isScalar[type](value) ? [] : [wrongType(field, value, typeNames[type])];
  if (!isList(type)) return objectCauses(type, value, field);
  if (!Array.isArray(value)) return [wrongType(field, value, "array")];
  return value.flatMap((item: unknown, index) => objectCauses(type[0], item, `${field}[${index}]`));
}

type ScalarType = Extract<KubeletFieldType, string>;

const isList = (type: KubeletFields | readonly [KubeletFields]): type is readonly [KubeletFields] =>
  Array.isArray(type);

const isString = (value: unknown): value is string => typeof value === "string";

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isListOf = (holds: (item: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(holds);

const isMapOf = (holds: (item: unknown) => boolean) => (value: unknown) =>
  isObject(value) && Object.values(value).every(holds);

const isInteger = (value: unknown): boolean => Number.isInteger(value);

const isScalar: Readonly<Record<ScalarType, (value: unknown) => boolean>> = {
  bool: (value) => typeof value === "boolean",
  string: isString,
  integer: isInteger,
  number: (value) => typeof value === "number",
  duration: (value) => isString(value) && parseDurationNanoseconds(value) !== undefined,
  any: () => true,
  integerOrString: (value) => isString(value) || isInteger(value),
  strings: isListOf(isString),
  integers: isListOf(isInteger),
  stringMap: isMapOf(isString),
  boolMap: isMapOf((item) => typeof item === "boolean"),
  stringsMap: isMapOf(isListOf(isString)),
  anyMap: isObject,
};

const typeNames: Readonly<Record<ScalarType, string>> = {
  bool: "boolean",
  string: "string",
  integer: "integer",
  number: "number",
  duration: "duration",
  any: "any",
  integerOrString: "integer or string",
  strings: "list of strings",
  integers: "list of integers",
  stringMap: "map of strings",
  boolMap: "map of booleans",
  stringsMap: "map of lists of strings",
  anyMap: "object",
};
