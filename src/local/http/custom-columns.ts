/** Printer columns of custom resources: the part of JSONPath that definitions use. */
import type { CustomResourceDefinitionVersion } from "../../api/index.ts";
import { isRecord, type ApiObject } from "../store/api-object.ts";
import { fieldText } from "../store/field-path.ts";
import type { Column } from "./columns.ts";
import { ageOf } from "./human-duration.ts";

type PrinterColumn = NonNullable<CustomResourceDefinitionVersion["additionalPrinterColumns"]>[number];

type Step =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | { readonly kind: "filter"; readonly path: readonly string[]; readonly value: string };

const tokens =
  /\[\?\(@\.?([^=!<>]*?)\s*==\s*(?:"([^"]*)"|'([^']*)')\)\]|\[(-?\d+)\]|\[\*\]|\['((?:[^'\\]|\\.)*)'\]|\.\*|\.((?:[^.[\\]|\\.)+)/g;

/** `.a.b[0].c`, `.x[*].y`, `.metadata.labels.a\.b/c`, `.c[?(@.type=="Ready")].status`. */
function parsePath(path: string): readonly Step[] {
  return [...path.matchAll(tokens)].map((match): Step => {
    const [whole, filter, double, single, index, quoted, name] = match;
    if (filter !== undefined) return { kind: "filter", path: filter.split("."), value: double ?? single ?? "" };
    if (index !== undefined) return { kind: "index", index: Number(index) };
    if (whole === "[*]" || whole === ".*") return { kind: "all" };
    return { kind: "member", name: (quoted ?? name ?? "").replaceAll(/\\(.)/g, "$1") };
  });
}

function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? Object.values(value) : [];
}

function follow(value: unknown, step: Step): readonly unknown[] {
  switch (step.kind) {
    case "member":
      return isRecord(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case "index": {
      const item: unknown = Array.isArray(value) ? value.at(step.index) : undefined;
      return item === undefined ? [] : [item];
    }
    case "all":
      return membersOf(value);
    case "filter":
    default:
      return membersOf(value).filter((item) => {
        const found = step.path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), item);
        return fieldText(found) === step.value;
      });
  }
}

function shown(values: readonly unknown[]): unknown {
  if (values.length === 0) return null;
  const [first] = values;
  if (values.length === 1) return typeof first === "object" && first !== null ? JSON.stringify(first) : first;
  return values.map(fieldText).join(" ");
}

function cellOf(column: PrinterColumn, steps: readonly Step[]): Column["cell"] {
  return (object: ApiObject, now: number): unknown => {
    const values = steps.reduce<readonly unknown[]>(
      (found, step) => found.flatMap((value) => follow(value, step)),
      [object],
    );
    const value = shown(values);
    if (value === null) return column.type === "string" ? "" : null;
    if (column.type === "date") return ageOf(value, now);
    return column.type === "string" ? fieldText(value) : value;
  };
}

export function customColumns(columns: readonly PrinterColumn[]): readonly Column[] {
  return columns.map((column) => ({
    name: column.name,
    type: column.type,
    ...(column.format === undefined ? {} : { format: column.format }),
    description: column.description ?? "",
    priority: column.priority ?? 0,
    cell: cellOf(column, parsePath(column.jsonPath)),
  }));
}
