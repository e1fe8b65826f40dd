/** Reads objects of built-in kinds: unknown fields are dropped and told, wrong types are refused, quantities canonical. */
import type { ApiObject, JsonObject } from "../store/api-object.ts";
import { isRecord, setOwn } from "../store/api-object.ts";
import { canonicalQuantity } from "./canonical-quantity.ts";
import { modelFields, shortModelName, type FieldInfo, type FieldType, type ScalarName } from "./field-table.ts";

export interface Decoded {
  readonly object: ApiObject;
  readonly unknownFields: readonly string[];
  /** Set when a value has the wrong type; in the words of the Go decoder. */
  readonly failure?: string;
}

interface Place {
  /** Go's path: members only, no indexes. */
  readonly path: string;
  /** Path with indexes, for unknown fields. */
  readonly shown: string;
  readonly struct: string;
}

class TypeMismatch extends Error {}

/** Parts of stored objects that were read before; they are frozen, so they need no second look. */
const known = new WeakMap<object, string>();

export function decodeBuiltin(object: ApiObject, model: string): Decoded {
  const unknown: string[] = [];
  try {
    const place = { path: "", shown: "", struct: shortModelName(model) };
    const decoded = decodeStruct(object, model, { place, unknown });
    return { object: decoded as unknown as ApiObject, unknownFields: unknown };
  } catch (error) {
    if (error instanceof TypeMismatch) return { object, unknownFields: [], failure: error.message };
    throw error;
  }
}

interface Context {
  readonly place: Place;
  readonly unknown: string[];
}

function decodeStruct(value: JsonObject, model: string, { place, unknown }: Context): JsonObject {
  const fields = modelFields(model);
  let copy: Record<string, unknown> | undefined;
  for (const [name, member] of Object.entries(value)) {
    const field = fields.get(name);
    const shown = place.shown === "" ? name : `${place.shown}.${name}`;
    if (field === undefined) unknown.push(shown);
    const path = place.path === "" ? name : `${place.path}.${name}`;
    const inner = { path, shown, struct: shortModelName(model) };
    const next = field === undefined ? undefined : decodeMember(member, field, { place: inner, unknown });
    if (next === member) continue;
    copy ??= { ...value };
    if (next === undefined) delete copy[name];
    else setOwn(copy, name, next);
  }
  return copy ?? value;
}

/** Undefined for members that Go does not write back: nulls, and empty ones that are marked so; structs are never empty. */
function decodeMember(value: unknown, { type, omitsEmpty }: FieldInfo, context: Context): unknown {
  if (value === null) return undefined;
  const decode = context.place.path.includes(".") ? decodeValue : decodeTop;
  const decoded = decode(value, type, context);
  return omitsEmpty && type.kind !== "struct" && isEmptyMember(decoded) ? undefined : decoded;
}

function isEmptyMember(value: unknown): boolean {
  if (value === false || value === 0 || value === "") return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function decodeTop(value: unknown, type: FieldType, context: Context): unknown {
  const model = type.kind === "struct" ? type.model : undefined;
  if (model === undefined || !isRecord(value)) return decodeValue(value, type, context);
  if (known.get(value) === model) return value;
  const before = context.unknown.length;
  const decoded = decodeValue(value, type, context);
  if (decoded === value && Object.isFrozen(value) && context.unknown.length === before) known.set(value, model);
  return decoded;
}

function decodeValue(value: unknown, type: FieldType, context: Context): unknown {
  const { place } = context;
  switch (type.kind) {
    case "scalar":
      return scalarDecoders[type.name](value, place);
    case "struct":
      if (!isRecord(value)) throw mismatch(value, place, shortModelName(type.model));
      return decodeStruct(value, type.model, context);
    case "list":
      if (!Array.isArray(value)) throw mismatch(value, place, `[]${goType(type.item)}`);
      return decodeList(value, type.item, context);
    case "map":
    default:
      if (!isRecord(value)) throw mismatch(value, place, `map[string]${goType(type.item)}`);
      return decodeMap(value, type.item, context);
  }
}

function decodeList(value: readonly unknown[], type: FieldType, { place, unknown }: Context): readonly unknown[] {
  let changed = false;
  const decoded = value.map((item, index) => {
    const inner = { ...place, shown: `${place.shown}[${index}]` };
    const next = item === null ? emptyOf(type) : decodeValue(item, type, { place: inner, unknown });
    if (next !== item) changed = true;
    return next;
  });
  return changed ? decoded : value;
}

function decodeMap(value: JsonObject, type: FieldType, { place, unknown }: Context): JsonObject {
  let copy: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(value)) {
    const inner = { ...place, shown: `${place.shown}.${key}` };
    const next = item === null ? emptyOf(type) : decodeValue(item, type, { place: inner, unknown });
    if (next === item) continue;
    copy ??= { ...value };
    setOwn(copy, key, next);
  }
  return copy ?? value;
}

/** What Go makes of a null in a list or map: the zero value. */
function emptyOf(type: FieldType): unknown {
  if (type.kind === "scalar")
    return type.name === "string" ? "" : type.name === "boolean" ? false : type.name === "any" ? null : 0;
  return type.kind === "list" ? [] : {};
}

const int32Limit = 2 ** 31;

type Decode = (value: unknown, place: Place) => unknown;

/** Takes values of one JSON type as they are. */
const plain =
  (type: "string" | "boolean" | "number", goName: string): Decode =>
  (value, place) => {
    if (typeof value !== type) throw mismatch(value, place, goName);
    return value;
  };

const scalarDecoders: Readonly<Record<ScalarName, Decode>> = {
  any: (value) => value,
  string: plain("string", "string"),
  bytes: plain("string", "string"),
  boolean: plain("boolean", "bool"),
  double: plain("number", "float64"),
  int32: (value, place) => decodeInteger(value, "int32", place),
  int64: (value, place) => decodeInteger(value, "int64", place),
  intOrString: (value, place) => {
    if (typeof value === "string" || Number.isInteger(value)) return value;
    throw mismatch(value, place, "intstr.IntOrString");
  },
  quantity: decodeQuantity,
  date: decodeDate,
  microdate: decodeDate,
};

function decodeInteger(value: unknown, name: "int32" | "int64", place: Place): number {
  const fits = Number.isInteger(value) && (name === "int64" || Math.abs(value as number) < int32Limit);
  if (fits) return value as number;
  throw typeof value === "number" ? mismatch(value, place, name, `number ${value}`) : mismatch(value, place, name);
}

const quantityText = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function decodeQuantity(value: unknown, place: Place): string {
  if (typeof value !== "string" && typeof value !== "number") throw mismatch(value, place, "resource.Quantity");
  const canonical = canonicalQuantity(value);
  if (canonical === undefined) {
    throw new TypeMismatch(quantityText);
  }
  return canonical;
}

function decodeDate(value: unknown): string {
  if (typeof value === "string" && !Number.isNaN(Date.parse(value))) return value;
  throw new TypeMismatch(
    `parsing time ${JSON.stringify(JSON.stringify(value))} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
  );
}

function mismatch(value: unknown, place: Place, expected: string, found = jsonTypeOf(value)): TypeMismatch {
  return new TypeMismatch(
    `json: cannot unmarshal ${found} into Go struct field ${place.struct}.${place.path} of type ${expected}`,
  );
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "object" ? "object" : typeof value;
}

function goType(type: FieldType): string {
  switch (type.kind) {
    case "struct":
      return shortModelName(type.model);
    case "list":
      return `[]${goType(type.item)}`;
    case "map":
      return `map[string]${goType(type.item)}`;
    case "scalar":
    default:
      return type.name === "boolean" ? "bool" : type.name;
  }
}
