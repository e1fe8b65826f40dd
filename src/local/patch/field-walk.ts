/** Walks over values by their merge types: which fields they have, what changed, what an applied configuration makes. */
import { equalJson, isRecord, setOwn, type JsonObject } from "../store/api-object.ts";
import { branch, emptyTree, leafTree, union, withHolders, type FieldTree } from "./field-set.ts";
import type { KeyField, MergeType } from "./merge-types.ts";

type Keyed = Extract<MergeType, { kind: "keyed" }>;
type Members = Extract<MergeType, { kind: "object" }>;

/** Path element of an item of a keyed list; keys in order of their names. */
function itemElement(keys: readonly KeyField[], item: unknown): string {
  const pairs = keys.map(
    ({ name, fallback }) => [name, isRecord(item) ? (item[name] ?? fallback ?? null) : null] as const,
  );
  return `k:${JSON.stringify(Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1))))}`;
}

/** Items of a list by their path element. */
function itemsOf(
  type: Exclude<MergeType, { kind: "atomic" | "object" }>,
  list: readonly unknown[],
): ReadonlyMap<string, unknown> {
  const element = (item: unknown): string =>
    type.kind === "set" ? `v:${JSON.stringify(item)}` : itemElement(type.keys, item);
  return new Map(list.map((item) => [element(item), item]));
}

/** Every field of a value. */
export function fieldsOf(type: MergeType, value: unknown): FieldTree {
  if (type.kind === "object" && isRecord(value)) return objectFields(type, value);
  if ((type.kind === "set" || type.kind === "keyed") && Array.isArray(value)) {
    if (value.length === 0) return leafTree;
    return branch(
      false,
      [...itemsOf(type, value)].map(([element, item]) => [element, itemFields(type, item)]),
    );
  }
  return leafTree;
}

function itemFields(type: { readonly kind: "set" } | Keyed, item: unknown): FieldTree {
  return type.kind === "set" ? leafTree : union(leafTree, fieldsOf(type.item, item));
}

function objectFields(type: Members, value: JsonObject): FieldTree {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  if (entries.length === 0) return leafTree;
  return branch(
    false,
    entries.map(([name, member]) => {
      const inner = fieldsOf(type.member(name), member);
      return [`f:${name}`, type.isField(name) ? inner : union(leafTree, inner)];
    }),
  );
}

export interface Comparison {
  /** Added or given another value. */
  readonly changed: FieldTree;
  readonly removed: FieldTree;
}

const same: Comparison = Object.freeze({ changed: emptyTree, removed: emptyTree });

/** What distinguishes `next` from `old`, by field. */
export function compareFields(type: MergeType, old: unknown, next: unknown): Comparison {
  if (old === next || equalJson(old, next)) return same;
  if (old === undefined) return { changed: addedFields(type, next), removed: emptyTree };
  if (next === undefined) return { changed: emptyTree, removed: union(leafTree, fieldsOf(type, old)) };
  if (type.kind === "object" && isRecord(old) && isRecord(next)) {
    const names = new Set([...Object.keys(old), ...Object.keys(next)]);
    return combine([...names].map((name) => [`f:${name}`, compareFields(type.member(name), old[name], next[name])]));
  }
  if ((type.kind === "set" || type.kind === "keyed") && Array.isArray(old) && Array.isArray(next)) {
    return compareItems(type, itemsOf(type, old), itemsOf(type, next));
  }
  return { changed: leafTree, removed: emptyTree };
}

function compareItems(
  type: { readonly kind: "set" } | Keyed,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): Comparison {
  const inner: MergeType = type.kind === "keyed" ? type.item : { kind: "atomic" };
  const elements = new Set([...before.keys(), ...after.keys()]);
  return combine([...elements].map((one) => [one, compareFields(inner, before.get(one), after.get(one))]));
}

/** Fields of a value that was not there: with the leaves came everything that holds them. */
function addedFields(type: MergeType, value: unknown): FieldTree {
  return withHolders(union(leafTree, fieldsOf(type, value)));
}

function combine(parts: readonly (readonly [string, Comparison])[]): Comparison {
  return {
    changed: branch(
      false,
      parts.map(([element, part]) => [element, part.changed]),
    ),
    removed: branch(
      false,
      parts.map(([element, part]) => [element, part.removed]),
    ),
  };
}

/** `live` with everything of `applied` laid over it, as server-side apply merges. A null takes the field away. */
export function mergeApplied(type: MergeType, live: unknown, applied: unknown): unknown {
  if (applied === null) return undefined;
  if (applied === undefined) return live;
  if (type.kind === "object" && isRecord(live) && isRecord(applied)) return mergeMembers(type, live, applied);
  if ((type.kind === "set" || type.kind === "keyed") && Array.isArray(live) && Array.isArray(applied)) {
    return mergeLists(type, live, applied);
  }
  return applied;
}

function mergeMembers(type: Members, live: JsonObject, applied: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...live };
  for (const [name, member] of Object.entries(applied)) {
    const merged = mergeApplied(type.member(name), Object.hasOwn(live, name) ? live[name] : undefined, member);
    if (merged === undefined) delete result[name];
    else setOwn(result, name, merged);
  }
  return result;
}

/** Applied items keep the applied order; other live items stay behind those they followed. */
function mergeLists(
  type: { readonly kind: "set" } | Keyed,
  live: readonly unknown[],
  applied: readonly unknown[],
): readonly unknown[] {
  const before = itemsOf(type, live);
  const wanted = itemsOf(type, applied);
  const inner: MergeType = type.kind === "keyed" ? type.item : { kind: "atomic" };
  const pending = [...wanted.keys()];
  const result: unknown[] = [];
  const emit = (element: string): void => {
    result.push(mergeApplied(inner, before.get(element), wanted.get(element)));
  };
  for (const [element, item] of before) {
    if (!wanted.has(element)) {
      result.push(item);
      continue;
    }
    const position = pending.indexOf(element);
    if (position < 0) continue;
    for (const one of pending.splice(0, position + 1)) emit(one);
  }
  for (const one of pending) emit(one);
  return result;
}

/** `value` without the fields of `gone`; what becomes empty by that goes as well. */
export function withoutFields(type: MergeType, value: unknown, gone: FieldTree): unknown {
  if (gone.children.size === 0) return gone.self ? undefined : value;
  if (type.kind === "object" && isRecord(value)) return withoutMembers(type, value, gone);
  if ((type.kind === "set" || type.kind === "keyed") && Array.isArray(value)) return withoutItems(type, value, gone);
  return value;
}

function withoutMembers(type: Members, value: JsonObject, gone: FieldTree): unknown {
  const result: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const inner = gone.children.get(`f:${name}`);
    const next = inner === undefined ? member : withoutFields(type.member(name), member, inner);
    if (next !== undefined) setOwn(result, name, next);
  }
  return gone.self && Object.keys(result).length === 0 ? undefined : result;
}

/** An item whose own path is given up goes whole. */
function withoutItems(type: { readonly kind: "set" } | Keyed, value: readonly unknown[], gone: FieldTree): unknown {
  const inner: MergeType = type.kind === "keyed" ? type.item : { kind: "atomic" };
  const kept = [...itemsOf(type, value)].flatMap(([element, item]) => {
    const tree = gone.children.get(element);
    if (tree === undefined) return [item];
    const next = tree.self ? undefined : withoutFields(inner, item, tree);
    return next === undefined ? [] : [next];
  });
  return kept.length === 0 ? undefined : kept;
}
