/** Reads `application/vnd.kubernetes.protobuf` bodies, which kubectl sends for built-in kinds, into JSON objects. */
import { modelFields, modelOfKind, wireFields, type FieldType, type ScalarName } from "../schema/field-table.ts";
import { setOwn } from "../store/api-object.ts";
import { fields, integerOf, textOf, type WireValue } from "./protobuf-wire.ts";

const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** The object in an envelope, or undefined when it is none or holds a kind without a table. */
export function decodeProtobuf(body: Buffer): Record<string, unknown> | undefined {
  if (!body.subarray(0, magic.length).equals(magic)) return undefined;
  const envelope = new Map(fields(body.subarray(magic.length)));
  const names = new Map(fields(bytesOf(envelope.get(1))));
  const [apiVersion, kind] = [textOf(names.get(1)), textOf(names.get(2))];
  const model = modelOfKind(apiVersion, kind) ?? (kind === "DeleteOptions" ? "V1DeleteOptions" : undefined);
  if (model === undefined) return undefined;
  return { apiVersion, kind, ...decodeMessage(bytesOf(envelope.get(2)), model, model) };
}

const bytesOf = (value: WireValue | undefined): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0));

/** `numbers` names the message whose numbers are read; `model` the one whose fields they are. */
function decodeMessage(bytes: Buffer, numbers: string, model: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const known = modelFields(model);
  const wire = wireFields(numbers);
  for (const [number, value] of fields(bytes)) {
    const field = wire.get(number);
    if (field === undefined) continue;
    if (field.part !== undefined) {
      Object.assign(result, decodeMessage(bytesOf(value), field.part, model));
      continue;
    }
    const type = known.get(field.name)?.type;
    if (type !== undefined) addMember(result, { name: field.name, type, value });
  }
  return result;
}

function addMember(
  result: Record<string, unknown>,
  { name, type, value }: { readonly name: string; readonly type: FieldType; readonly value: WireValue },
): void {
  if (type.kind === "list") {
    const list = Array.isArray(result[name]) ? (result[name] as unknown[]) : [];
    result[name] = [...list, decodeValue(value, type.item)];
  } else if (type.kind === "map") {
    const entry = new Map(fields(bytesOf(value)));
    const map = (result[name] ?? {}) as Record<string, unknown>;
    setOwn(map, textOf(entry.get(1)), decodeValue(entry.get(2) ?? Buffer.alloc(0), type.item));
    result[name] = map;
  } else {
    const decoded = decodeValue(value, type);
    // Go writes every field that is not a pointer; empty ones were left out by the user.
    if (decoded !== "" && decoded !== undefined) result[name] = decoded;
  }
}

function decodeValue(value: WireValue, type: FieldType): unknown {
  switch (type.kind) {
    case "struct":
      return decodeMessage(bytesOf(value), type.model, type.model);
    case "scalar":
      return scalarDecoders[type.name](value);
    case "list":
      // A list inside a map is a message of its own with the items in field 1.
      return fields(bytesOf(value)).map(([, item]) => decodeValue(item, type.item));
    case "map":
    default:
      return {};
  }
}

type Decode = (value: WireValue) => unknown;

const scalarDecoders: Readonly<Record<ScalarName, Decode>> = {
  string: textOf,
  bytes: (value) => bytesOf(value).toString("base64"),
  boolean: (value) => integerOf(value) !== 0,
  int32: integerOf,
  int64: integerOf,
  double: (value) => (Buffer.isBuffer(value) ? value.readDoubleLE() : integerOf(value)),
  quantity: (value) => textOf(new Map(fields(bytesOf(value))).get(1)),
  intOrString: (value) => {
    const parts = new Map(fields(bytesOf(value)));
    return integerOf(parts.get(1)) === 0 ? integerOf(parts.get(2)) : textOf(parts.get(3));
  },
  date: (value) => decodeTime(bytesOf(value), false),
  microdate: (value) => decodeTime(bytesOf(value), true),
  any: (value) => decodeRaw(bytesOf(value)),
};

function decodeTime(bytes: Buffer, micro: boolean): string | undefined {
  const parts = new Map(fields(bytes));
  const seconds = integerOf(parts.get(1));
  // The zero time of Go: not set.
  if (bytes.length === 0 || seconds <= -62_135_596_800) return undefined;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  const micros = String(Math.trunc(integerOf(parts.get(2)) / 1000)).padStart(6, "0");
  return micro ? `${whole}.${micros}Z` : `${whole}Z`;
}

/** RawExtension and FieldsV1 carry JSON in field 1. */
function decodeRaw(bytes: Buffer): unknown {
  const raw = textOf(new Map(fields(bytes)).get(1));
  return raw === "" ? undefined : (JSON.parse(raw) as unknown);
}
