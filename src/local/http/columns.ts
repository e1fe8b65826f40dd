/** What one kind shows in a table. */
import type { ApiObject } from "../store/api-object.ts";
import { fieldText, valueAt } from "../store/field-path.ts";
import { ageOf } from "./human-duration.ts";

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** 0 shows always, 1 with `-o wide` only. */
  readonly priority?: number;
  readonly cell: (object: ApiObject, now: number) => unknown;
}

type Cell = (object: ApiObject, now: number) => unknown;

export const column = (name: string, cell: Cell, more: Partial<Column> = {}): Column => ({
  name,
  type: "string",
  cell,
  ...more,
});
export const wide = (name: string, cell: Cell): Column => column(name, cell, { priority: 1 });
export const count = (name: string, cell: Cell): Column => column(name, cell, { type: "integer" });

export const nameColumn: Column = column("Name", (object) => object.metadata.name ?? "", { format: "name" });
export const ageColumn: Column = column("Age", (object, now) => ageOf(object.metadata.creationTimestamp, now));
/** Kinds without columns of their own. */
export const createdColumn: Column = column("Created At", (object) => object.metadata.creationTimestamp ?? "", {
  type: "date",
});

export const at = (object: unknown, path: string): unknown => valueAt(object, path.split("."));

/** Text at a path, or what to show instead. */
export function text(object: unknown, path: string, otherwise = "<none>"): string {
  const value = at(object, path);
  return value === undefined || value === null || value === "" ? otherwise : fieldText(value);
}

export function integer(object: unknown, path: string, otherwise = 0): number {
  const value = at(object, path);
  return typeof value === "number" ? value : otherwise;
}

export function list(object: unknown, path: string): readonly unknown[] {
  const value = at(object, path);
  return Array.isArray(value) ? value : [];
}

export const joined = (items: readonly unknown[], otherwise = "<none>"): string =>
  items.length === 0 ? otherwise : items.map(String).join(",");

/** `a=b,c=d` of a label map, keys in order. */
export function labelText(labels: unknown, otherwise = "<none>"): string {
  if (typeof labels !== "object" || labels === null) return otherwise;
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length === 0 ? otherwise : pairs.toSorted().join(",");
}

/** A LabelSelector object as text. */
export function selectorText(selector: unknown): string {
  if (typeof selector !== "object" || selector === null) return "<none>";
  const expressions = list(selector, "matchExpressions").map((expression) => {
    const [key, operator] = [text(expression, "key"), text(expression, "operator")];
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${list(expression, "values").map(String).toSorted().join(",")})`;
  });
  const labels = labelText(at(selector, "matchLabels"), "");
  return joined([...(labels === "" ? [] : labels.split(",")), ...expressions]);
}

/** Columns of the containers in a pod template at `path`. */
export const containerColumns = (path: string): readonly Column[] => [
  wide("Containers", (object) =>
    joined(list(object, `${path}.containers`).map((container) => text(container, "name"))),
  ),
  wide("Images", (object) => joined(list(object, `${path}.containers`).map((container) => text(container, "image")))),
];
