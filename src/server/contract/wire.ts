/**
 * The engine's picture as JSON and back: maps, sets and numbers that JSON has no words for keep their kind, and lists that
 * several pools share are written once. What a browser reads is equal, value by value, to what the server holds.
 */
import type { ClusterSnapshot, InstanceType, KeyText } from "../../core/index.ts";

/** A snapshot on the wire. `types` holds each list of instance types once; `offered` says which pool has which. */
export interface WireSnapshot {
  readonly schema: "engine/1";
  readonly types: readonly (readonly unknown[])[];
  readonly offered: readonly (readonly [pool: string, list: number])[];
  readonly snapshot: Readonly<Record<string, unknown>>;
}

/**
 * The text of a snapshot piece by piece, a machine type, node or pod each, so that whoever sends it can give the thread
 * back in between: the types of a region are 13 MB.
 */
export function* wirePieces(snapshot: ClusterSnapshot): Generator<string> {
  const { instanceTypes, bound: _bound, poolUsage: _usage, ...rest } = snapshot;
  const lists = [...new Set(instanceTypes.values())];
  yield `{"schema":"engine/1","types":[`;
  for (const [index, list] of lists.entries()) {
    if (index > 0) yield ",";
    yield* listPieces(list);
  }
  const offered = [...instanceTypes].map(([pool, list]) => [pool, lists.indexOf(list)]);
  yield `],"offered":${JSON.stringify(offered)},"snapshot":{`;
  for (const [index, [field, value]] of Object.entries(rest).entries()) {
    yield `${index > 0 ? "," : ""}${JSON.stringify(field)}:`;
    yield* fieldPieces(value);
  }
  yield "}}";
}

/** Lists and maps item by item: volumes of a large cluster are tens of thousands. */
function* fieldPieces(value: unknown): Generator<string> {
  if (Array.isArray(value)) yield* listPieces(value);
  else if (typeof value === "object" && value !== null && isMapLike(value)) {
    yield `{${JSON.stringify(kinds.map)}:`;
    yield* listPieces([...value]);
    yield "}";
  } else yield JSON.stringify(encode(value));
}

function* listPieces(list: readonly unknown[]): Generator<string> {
  yield "[";
  for (const [index, item] of list.entries()) yield `${index > 0 ? "," : ""}${JSON.stringify(encode(item))}`;
  yield "]";
}

export function fromWire(wire: WireSnapshot): ClusterSnapshot {
  const lists = wire.types.map((list) => decode(list) as readonly InstanceType[]);
  const instanceTypes = new Map(wire.offered.map(([pool, list]) => [pool as KeyText, lists[list] ?? []]));
  return { ...(decode(wire.snapshot) as ClusterSnapshot), instanceTypes };
}

/** Keys that no Kubernetes object has: names of fields there are letters. */
const kinds = Object.freeze({ map: "#map", set: "#set", number: "#number" });

function encode(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : { [kinds.number]: String(value) };
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(encode);
  if (isMapLike(value)) return { [kinds.map]: [...value].map(([key, item]) => [key, encode(item)]) };
  if (value instanceof Set) return { [kinds.set]: [...value].map(encode) };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
}

/** Maps of the engine are `Map` or its own sorted ones, which read alike. */
const isMapLike = (value: object): value is ReadonlyMap<unknown, unknown> =>
  value instanceof Map || (Symbol.iterator in value && "get" in value && typeof value.get === "function");

function decode(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decode);
  const object = value as Readonly<Record<string, unknown>>;
  if (kinds.map in object) {
    return new Map(
      (listOf(object[kinds.map]) as readonly (readonly [unknown, unknown])[]).map(([key, item]) => [key, decode(item)]),
    );
  }
  if (kinds.set in object) return new Set(listOf(object[kinds.set]).map(decode));
  if (kinds.number in object) return Number(object[kinds.number]);
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, decode(item)]));
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
