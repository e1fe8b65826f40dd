/** Fields of the product's own kinds that no schema of theirs has: the API server drops them, so that they do nothing. */
import { type KubeObject, schemaOf } from "../../api/index.ts";
import { nearestWord } from "../../legacy/index.ts";
import type { ValuePath } from "../model/place.ts";

type Schema = NonNullable<ReturnType<typeof schemaOf>>;

export interface UnknownField {
  readonly path: ValuePath;
  /** The known field that was most likely meant. */
  readonly meant?: string;
}

/** In order of the object; empty for kinds of others. Metadata and status are the API server's and the controller's matter. */
export function unknownFieldsOf(object: KubeObject): readonly UnknownField[] {
  const schema = schemaOf(object);
  const spec = schema?.properties?.["spec"];
  const known: readonly string[] = ["apiVersion", "kind", "metadata", "spec", "status"];
  if (schema === undefined || spec === undefined) return [];
  const others = Object.keys(object).filter((key) => !known.includes(key));
  return [
    ...others.map((key) => ({ path: [key] })),
    ...unknownIn(spec, (object as { readonly spec?: unknown }).spec, ["spec"]),
  ];
}

function unknownIn(node: Schema, value: unknown, path: ValuePath): readonly UnknownField[] {
  if (Array.isArray(value)) {
    const { items } = node;
    return items === undefined ? [] : value.flatMap((item: unknown, index) => unknownIn(items, item, [...path, index]));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]: readonly [string, unknown]) => {
    const inner = node.properties?.[key] ?? node.additionalProperties;
    if (inner !== undefined) return unknownIn(inner, item, [...path, key]);
    return isOpen(node) ? [] : [unknownField(node, [...path, key], key)];
  });
}

/** Says nothing of its fields, or takes any. */
const isOpen = (node: Schema): boolean =>
  node.properties === undefined || node["x-kubernetes-preserve-unknown-fields"] === true;

function unknownField({ properties = {} }: Schema, path: ValuePath, key: string): UnknownField {
  const meant = nearestWord(key, Object.keys(properties));
  return meant === undefined ? { path } : { path, meant };
}
