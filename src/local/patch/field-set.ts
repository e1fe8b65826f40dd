/** Sets of field paths, as `metadata.managedFields` stores them (`fieldsV1`). */
import { isRecord, setOwn } from "../store/api-object.ts";

/** A path element is `f:NAME`, `k:{JSON of list keys}` or `v:JSON of a set item`. */
export interface FieldTree {
  /** The path itself belongs to the set. */
  readonly self: boolean;
  readonly children: ReadonlyMap<string, FieldTree>;
}

const none: ReadonlyMap<string, FieldTree> = new Map();

export const emptyTree: FieldTree = Object.freeze({ self: false, children: none });
export const leafTree: FieldTree = Object.freeze({ self: true, children: none });

export const isEmptyTree = (tree: FieldTree): boolean => !tree.self && tree.children.size === 0;

/** A tree of children without the empty ones. */
export function branch(self: boolean, children: Iterable<readonly [string, FieldTree]>): FieldTree {
  const kept = [...children].filter(([, child]) => !isEmptyTree(child));
  return self || kept.length > 0 ? { self, children: new Map(kept) } : emptyTree;
}

export function union(a: FieldTree, b: FieldTree): FieldTree {
  if (isEmptyTree(a)) return b;
  if (isEmptyTree(b)) return a;
  const keys = new Set([...a.children.keys(), ...b.children.keys()]);
  return branch(
    a.self || b.self,
    [...keys].map((key) => [key, union(a.children.get(key) ?? emptyTree, b.children.get(key) ?? emptyTree)]),
  );
}

/** Paths of `a` that are not in `b`. */
export function difference(a: FieldTree, b: FieldTree): FieldTree {
  if (isEmptyTree(b)) return a;
  return branch(
    a.self && !b.self,
    [...a.children].map(([key, child]) => [key, difference(child, b.children.get(key) ?? emptyTree)]),
  );
}

/** The set with everything that holds one of its fields. */
export function withHolders(tree: FieldTree): FieldTree {
  return branch(
    tree.self || tree.children.size > 0,
    [...tree.children].map(([element, child]) => [element, withHolders(child)]),
  );
}

export function intersection(a: FieldTree, b: FieldTree): FieldTree {
  return branch(
    a.self && b.self,
    [...a.children].map(([key, child]) => [key, intersection(child, b.children.get(key) ?? emptyTree)]),
  );
}

/** Paths of the set in the server's notation: `.spec.containers[name="a"].image`. */
export function pathTexts(tree: FieldTree, prefix = ""): readonly string[] {
  const own = tree.self ? [prefix] : [];
  return [...own, ...[...tree.children].flatMap(([key, child]) => pathTexts(child, prefix + elementText(key)))];
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith("f:")) return `.${rest}`;
  if (element.startsWith("v:")) return `[=${rest}]`;
  const keys = JSON.parse(rest) as Readonly<Record<string, unknown>>;
  return `[${Object.entries(keys)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}]`;
}

/** `fieldsV1`: a leaf is `{}`, a member with children is marked by `.`. */
export function treeToJson(tree: FieldTree): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  if (tree.self && tree.children.size > 0) result["."] = {};
  for (const [key, child] of [...tree.children].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    setOwn(result, key, treeToJson(child));
  }
  return result;
}

export function treeFromJson(json: unknown, root = true): FieldTree {
  if (!isRecord(json)) return emptyTree;
  const entries = Object.entries(json);
  const self = (entries.length === 0 && !root) || Object.hasOwn(json, ".");
  return branch(
    self,
    entries.filter(([key]) => key !== ".").map(([key, child]) => [key, treeFromJson(child, false)]),
  );
}
