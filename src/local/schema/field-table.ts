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
  | "quantity"
  | "intOrString";

export type FieldType =
  | { readonly kind: "scalar"; readonly name: ScalarName }
  | { readonly kind: "list" | "map"; readonly item: FieldType }
  | { readonly kind: "struct"; readonly model: string };

export interface FieldInfo {
  readonly name: string;
  readonly required: boolean;
  readonly type: FieldType;
}

export type Model = ReadonlyMap<string, FieldInfo>;

const scalars: ReadonlySet<string> = new Set([
  "string",
  "int32",
  "int64",
  "double",
  "boolean",
  "date",
  "microdate",
  "any",
  "quantity",
  "intOrString",
]);

function typeOf(text: string): FieldType {
  if (text.startsWith("[")) return { kind: "list", item: typeOf(text.slice(1, -1)) };
  if (text.startsWith("{")) return { kind: "map", item: typeOf(text.slice(1, -1)) };
  return scalars.has(text) ? { kind: "scalar", name: text as ScalarName } : { kind: "struct", model: text };
}

function parseModel(line: string): readonly [string, Model] {
  const [name = "", ...fields] = line.split(" ");
  const entries = fields.map((field): [string, FieldInfo] => {
    const colon = field.indexOf(":");
    const required = field[colon - 1] === "!";
    const own = field.slice(0, required ? colon - 1 : colon);
    return [own, { name: own, required, type: typeOf(field.slice(colon + 1)) }];
  });
  return [name, new Map(entries)];
}

/** Both tables, parsed once: constants, not state. */
const parsed: { models?: ReadonlyMap<string, Model>; kinds?: ReadonlyMap<string, string> } = {};

function models(): ReadonlyMap<string, Model> {
  parsed.models ??= new Map(fieldTable.trim().split("\n").map(parseModel));
  return parsed.models;
}

/** Fields of a model by name, in the order of the alphabet. */
export function modelFields(model: string): Model {
  const fields = models().get(model);
  if (fields === undefined) throw new Error(`the field table has no model ${model}`);
  return fields;
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
