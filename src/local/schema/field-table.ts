/** The fields of built-in kinds, parsed from the generated table on first use. */
import { fieldTable, kindModels } from "./kubernetes-fields.generated.ts";

export type ScalarName =
  | "string"
  | "int32"
  | "int64"
  | "double"
  | "boolean"
  | "date"
  | "microdate"
  | "any"
  | "bytes"
  | "quantity"
  | "intOrString";

export type FieldType =
  | { readonly kind: "scalar"; readonly name: ScalarName }
  | { readonly kind: "list" | "map"; readonly item: FieldType }
  | { readonly kind: "struct"; readonly model: string };

/** How server-side apply merges a list, map or object. Lists are atomic and maps granular unless marked. */
export type Merging =
  | { readonly kind: "atomic" }
  | { readonly kind: "set" }
  | { readonly kind: "map"; readonly keys: readonly string[] };

export interface FieldInfo {
  readonly name: string;
  readonly required: boolean;
  readonly type: FieldType;
  /** Field number on the wire; absent where it stands in an embedded message or is JSON only. */
  readonly number?: number;
  /** Strategic merge patches merge this list: by a key, or by value. */
  readonly patchMerge?: { readonly key?: string };
  readonly retainsKeys: boolean;
  /** Kubernetes leaves the member out when it is empty: false, 0, "", an empty list or map. */
  readonly omitsEmpty: boolean;
  readonly merging?: Merging;
}

export type Model = ReadonlyMap<string, FieldInfo>;

/** What a field number of a protobuf message stands for. */
export interface WireField {
  readonly name: string;
  /** Fields of this embedded message belong to the object around it. */
  readonly part?: string;
}

const scalars: ReadonlySet<string> = new Set([
  "string",
  "int32",
  "int64",
  "double",
  "boolean",
  "date",
  "microdate",
  "any",
  "bytes",
  "quantity",
  "intOrString",
]);

function typeOf(text: string): FieldType {
  if (text.startsWith("[")) return { kind: "list", item: typeOf(text.slice(1, -1)) };
  if (text.startsWith("{")) return { kind: "map", item: typeOf(text.slice(1, -1)) };
  return scalars.has(text) ? { kind: "scalar", name: text as ScalarName } : { kind: "struct", model: text };
}

const token = /^(@?)([^:#]+?)(!?)(?::([^#~]+))?(?:#(\d+))?((?:~[^~]+)*)$/;

function parseToken(text: string): RegExpExecArray {
  const match = token.exec(text);
  if (match === null) throw new Error(`the field table has a malformed field: ${text}`);
  return match;
}

function parseField(text: string): FieldInfo {
  const [, , name = "", required, type = "any", number, marks = ""] = parseToken(text);
  const list = marks.split("~").filter((mark) => mark !== "");
  const patch = list.find((mark) => mark === "p" || mark.startsWith("p="));
  const key = patch?.slice(2);
  const merging = mergingOf(list);
  return {
    name,
    required: required === "!",
    type: typeOf(type),
    retainsKeys: list.includes("r"),
    omitsEmpty: list.includes("z"),
    ...(number === undefined ? {} : { number: Number(number) }),
    ...(patch === undefined ? {} : { patchMerge: key === "" || key === undefined ? {} : { key } }),
    ...(merging === undefined ? {} : { merging }),
  };
}

function mergingOf(marks: readonly string[]): Merging | undefined {
  if (marks.includes("a")) return { kind: "atomic" };
  if (marks.includes("s")) return { kind: "set" };
  const keys = marks.find((mark) => mark.startsWith("k="));
  return keys === undefined ? undefined : { kind: "map", keys: keys.slice(2).split(",") };
}

function parseModel(fields: readonly string[]): Model {
  return new Map(
    fields
      .filter((field) => !field.startsWith("@"))
      .map(parseField)
      .map((field) => [field.name, field]),
  );
}

function parseWire(model: string, fields: readonly string[]): ReadonlyMap<number, WireField> {
  const wire = new Map<number, WireField>();
  for (const field of fields.filter((one) => one !== "*")) {
    const [, embedded, name = "", , , number] = parseToken(field);
    if (number === undefined) continue;
    wire.set(Number(number), embedded === "@" ? { name, part: `${model}@${name}` } : { name });
  }
  return wire;
}

/** Both tables, parsed line by line when asked for: constants, not state. */
const parsed: {
  lines?: ReadonlyMap<string, readonly string[]>;
  kinds?: ReadonlyMap<string, string>;
  readonly models: Map<string, Model>;
  readonly wires: Map<string, ReadonlyMap<number, WireField>>;
} = { models: new Map(), wires: new Map() };

function fieldsOf(model: string): readonly string[] {
  parsed.lines ??= new Map(
    fieldTable
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", ...fields] = line.split(" ");
        return [name, fields];
      }),
  );
  const fields = parsed.lines.get(model);
  if (fields === undefined) throw new Error(`the field table has no model ${model}`);
  return fields;
}

/** Fields of a model by name, in the order of the alphabet. */
export function modelFields(model: string): Model {
  const known = parsed.models.get(model) ?? parseModel(fieldsOf(model));
  parsed.models.set(model, known);
  return known;
}

/** Whether server-side apply takes objects of this model as a whole. */
export const isAtomicModel = (model: string): boolean => fieldsOf(model).includes("*");

/** What the field numbers of a message stand for; `part` names come from embedded messages. */
export function wireFields(model: string): ReadonlyMap<number, WireField> {
  const known = parsed.wires.get(model) ?? parseWire(model, fieldsOf(model));
  parsed.wires.set(model, known);
  return known;
}

/** Model of a kind (`apps/v1`, `Deployment`), or undefined where it is not a built-in one. */
export function modelOfKind(apiVersion: string, kind: string): string | undefined {
  parsed.kinds ??= new Map(
    kindModels
      .trim()
      .split("\n")
      .map((line) => line.split(" ") as [string, string]),
  );
  return parsed.kinds.get(`${apiVersion}/${kind}`);
}

/** `V1PodSpec` → `PodSpec`, as Go and `kubectl explain` name it. */
export function shortModelName(model: string): string {
  return /V\d+(?:(?:alpha|beta)\d+)?([A-Z].*)$/.exec(model)?.[1] ?? model;
}
