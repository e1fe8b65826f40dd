/** Strategic merge patch: like a merge patch, but lists of built-in kinds merge by key where their schema says so. */
import { equalJson, isRecord, setOwn, type JsonObject } from "../store/api-object.ts";
import { listStrategyOf, memberModel } from "./patch-strategies.ts";

export type StrategicResult =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly message: string };

class StrategicError extends Error {}

const setOrder = "$setElementOrder/";
const deleteFromList = "$deleteFromPrimitiveList/";
const retainKeys = "$retainKeys";
const directive = "$patch";

/** Applies the patch; errors are patches that contradict the schema (a list item without its merge key). */
export function applyStrategicPatch(
  original: JsonObject,
  patch: JsonObject,
  target: { readonly model: string | undefined },
): StrategicResult {
  try {
    return { ok: true, value: mergeObject(original, patch, target.model) };
  } catch (error) {
    if (error instanceof StrategicError) return { ok: false, message: error.message };
    throw error;
  }
}

function mergeObject(original: JsonObject, patch: JsonObject, schema: string | undefined): JsonObject {
  if (patch[directive] === "replace") return withoutDirectives(patch);
  if (patch[directive] === "delete") return {};
  const result: Record<string, unknown> = { ...retained(original, patch[retainKeys]) };
  for (const [name, value] of Object.entries(patch)) {
    if (name === directive || name === retainKeys || value === undefined) continue;
    if (name.startsWith(deleteFromList)) dropPrimitives(result, name.slice(deleteFromList.length), value);
    else if (!name.startsWith(setOrder)) mergeMember(result, { name, value, schema });
  }
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith(setOrder)) order(result, { name: name.slice(setOrder.length), value, schema });
  }
  return result;
}

interface Member {
  readonly name: string;
  readonly value: unknown;
  readonly schema: string | undefined;
}

function mergeMember(result: Record<string, unknown>, { name, value, schema }: Member): void {
  const before = Object.hasOwn(result, name) ? result[name] : undefined;
  if (value === null) delete result[name];
  else if (Array.isArray(value)) setOwn(result, name, mergeList(before, value, { name, schema }));
  else if (isRecord(value)) {
    const merged = mergeObject(isRecord(before) ? before : {}, value, memberModel(schema, name));
    if (value[directive] === "delete") delete result[name];
    else setOwn(result, name, merged);
  } else setOwn(result, name, value);
}

function mergeList(
  before: unknown,
  patch: readonly unknown[],
  place: { readonly name: string; readonly schema: string | undefined },
): readonly unknown[] {
  const strategy = listStrategyOf(place.schema, place.name);
  const items = Array.isArray(before) ? (before as readonly unknown[]) : [];
  if (strategy.kind === "replace") return patch.map((item) => (isRecord(item) ? withoutDirectives(item) : item));
  if (strategy.kind === "merge-primitives") return [...items, ...patch.filter((item) => !items.includes(item))];
  const replacing = patch.some((item) => isRecord(item) && item[directive] === "replace");
  const additions = patch.filter(
    (item) => !(isRecord(item) && item[directive] === "replace" && Object.keys(item).length === 1),
  );
  const itemSchema = memberModel(place.schema, place.name);
  return additions.reduce<readonly unknown[]>(
    (list, item) => mergeItem(list, item, { key: strategy.mergeKey, schema: itemSchema, list: place.name }),
    replacing ? [] : items,
  );
}

function mergeItem(
  list: readonly unknown[],
  item: unknown,
  place: { readonly key: string; readonly schema: string | undefined; readonly list: string },
): readonly unknown[] {
  const value = isRecord(item) ? item[place.key] : undefined;
  if (!isRecord(item) || value === undefined) {
    throw new StrategicError(`map: ${goText(item)} does not contain declared merge key: ${place.key}`);
  }
  const same = (other: unknown): boolean => isRecord(other) && equalJson(other[place.key], value);
  if (item[directive] === "delete") return list.filter((other) => !same(other));
  const index = list.findIndex(same);
  const merged = mergeObject((list[index] as JsonObject | undefined) ?? {}, item, place.schema);
  return index < 0 ? [...list, merged] : list.with(index, merged);
}

function dropPrimitives(result: Record<string, unknown>, name: string, values: unknown): void {
  const list = result[name];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  result[name] = list.filter((item: unknown) => !values.some((value) => equalJson(value, item)));
}

/** Brings a merged list into the order asked for; items the patch does not name keep their place behind a neighbour. */
function order(result: Record<string, unknown>, { name, value, schema }: Member): void {
  const list = result[name];
  if (!Array.isArray(list) || !Array.isArray(value)) return;
  const strategy = listStrategyOf(schema, name);
  const keyOf = (item: unknown): unknown =>
    strategy.kind === "merge" && isRecord(item) ? item[strategy.mergeKey] : item;
  const wanted = value.map(keyOf);
  const rank = (item: unknown): number => wanted.findIndex((key) => equalJson(key, keyOf(item)));
  const named = list.filter((item) => rank(item) >= 0).toSorted((left, right) => rank(left) - rank(right));
  const ordered: unknown[] = [];
  let next = 0;
  for (const item of list as readonly unknown[]) {
    if (rank(item) < 0) ordered.push(item);
    else {
      ordered.push(named[next]);
      next += 1;
    }
  }
  result[name] = ordered;
}

function retained(original: JsonObject, keys: unknown): JsonObject {
  if (!Array.isArray(keys)) return original;
  return Object.fromEntries(Object.entries(original).filter(([name]) => keys.includes(name)));
}

function withoutDirectives(value: JsonObject): JsonObject {
  const entries = Object.entries(value).filter(
    ([name]) =>
      name !== directive && name !== retainKeys && !name.startsWith(setOrder) && !name.startsWith(deleteFromList),
  );
  return Object.fromEntries(
    entries.map(([name, member]) => [name, isRecord(member) ? withoutDirectives(member) : member]),
  );
}

/** A value as Go prints it with `%v`: `map[image:x]`, `[a b]`. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (!isRecord(value)) return typeof value === "string" ? value : JSON.stringify(value);
  const pairs = Object.keys(value)
    .toSorted()
    .map((key) => `${key}:${goText(value[key])}`);
  return `map[${pairs.join(" ")}]`;
}
