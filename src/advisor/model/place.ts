import { type ManifestObject, type SourcePosition } from "../../manifests/index.ts";

export type ValuePath = readonly (string | number)[];

/** The object of a finding; `File`, `Log`, `Metrics` and `Account` hold no object. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** Where a finding stands. */
export interface Place {
  readonly object: ObjectName;
  readonly path: ValuePath;
  readonly position: SourcePosition;
  /** Absent for texts that hold no object. */
  readonly entry?: ManifestObject;
}

/** The value at `path` of an object, or its nearest parent that exists. */
export function placeOf(entry: ManifestObject, path: ValuePath = []): Place {
  return {
    object: objectNameOf(entry),
    path,
    position: path.length === 0 ? entry.position : entry.positionOf(path),
    entry,
  };
}

export function objectNameOf({ object }: ManifestObject): ObjectName {
  const { namespace, name, generateName } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name: name ?? generateName ?? "",
  };
}

/** A line of a text without objects. */
export function textPlace(kind: "File" | "Log" | "Metrics" | "Account", file: string, line: number, column = 1): Place {
  return { object: { apiVersion: "", kind, name: file }, path: [], position: { file, line, column } };
}

/** `Deployment shop/web`. */
export const nameText = ({ kind, namespace, name }: ObjectName): string =>
  `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;

/** `spec.taints[0].effect`; keys with dots or slashes in brackets. */
export function pathText(path: ValuePath): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (/[./]/.test(step)) return `["${step}"]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}
