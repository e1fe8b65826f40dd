import type { Requirements } from "../requirements/requirement.ts";
import { equalRequirements, requirementsSignature } from "../requirements/requirement-text.ts";
import { allocatableGroupsOf } from "./allocatable.ts";
import { type BitSet, bitSetOf, fullBitSet, setBit } from "./bit-set.ts";
import type { InstanceType, Offering } from "./instance-type.ts";

/**
 * All instance types of all pools in columns. A *row* is one type with one way of being allocated (scheduling 2.3: the
 * base, and one for each set of offering overrides); nearly always a type has one row. Rows are in order of type name.
 */
export interface Catalogue {
  readonly types: readonly InstanceType[];
  readonly rowCount: number;
  /** Type index by row. */
  readonly typeOfRow: Int32Array;
  /** Names of the resources that types have, in order; columns below are in that order. */
  readonly resources: readonly string[];
  /** By resource, by row. */
  readonly allocatable: readonly Float64Array[];
  /** By resource, by type; limits and counting use it. */
  readonly capacity: readonly Float64Array[];
  /** Rows of which no amount is negative. */
  readonly usable: BitSet;
  readonly offerings: OfferingColumns;
  /** All rows by the capacity of their types in a resource, largest first, then by index; worked out once for each. */
  readonly rowsBySize: (resource: string) => Int32Array;
  /** Rows of the types in a pool's list; lists are known by identity. */
  readonly rowsOf: (list: readonly InstanceType[]) => BitSet;
}

/** Available offerings of row `r` stand at `start[r]` up to `start[r + 1]`. */
export interface OfferingColumns {
  readonly start: Int32Array;
  readonly price: Float64Array;
  /** Index into `kinds`. */
  readonly kind: Int32Array;
  readonly list: readonly Offering[];
  /** Distinct requirement sets of offerings: a few dozen at most (zone by capacity type). */
  readonly kinds: readonly Requirements[];
}

/** Compiles the lists that pools offer. A type counts once, however many lists share the object. */
export function compileCatalogue(lists: readonly (readonly InstanceType[])[]): Catalogue {
  const types = [...new Set(lists.flat())].sort(byName);
  const groups = types.flatMap((type, index) => allocatableGroupsOf(type).map((group) => ({ index, group })));
  const resources = [...new Set(groups.flatMap(({ group }) => Object.keys(group.allocatable)))].sort();
  const allocatable = resources.map((name) => Float64Array.from(groups, ({ group }) => group.allocatable[name] ?? 0));
  const usable = fullBitSet(groups.length);
  allocatable.forEach((column) => clearNegative(usable, column));
  const typeOfRow = Int32Array.from(groups, ({ index }) => index);
  const capacity = resources.map((name) => Float64Array.from(types, (type) => type.capacity[name] ?? 0));
  return {
    types,
    rowCount: groups.length,
    typeOfRow,
    resources,
    allocatable,
    capacity,
    rowsBySize: sizeOrders(typeOfRow, (name) => capacity[resources.indexOf(name)]),
    usable,
    offerings: offeringColumns(groups.map(({ group }) => group.offerings)),
    rowsOf: rowsByList(lists, types, groups),
  };
}

const byName = (a: InstanceType, b: InstanceType): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

function sizeOrders(
  typeOfRow: Int32Array,
  columnOf: (resource: string) => Float64Array | undefined,
): Catalogue["rowsBySize"] {
  const orders = new Map<string, Int32Array>();
  return (resource) => {
    const known = orders.get(resource);
    if (known !== undefined) return known;
    const column = columnOf(resource);
    const sizeOf = (row: number): number => column?.[typeOfRow[row] ?? 0] ?? 0;
    const made = Int32Array.from(typeOfRow.keys()).sort((a, b) => sizeOf(b) - sizeOf(a) || a - b);
    orders.set(resource, made);
    return made;
  };
}

function clearNegative(usable: BitSet, column: Float64Array): void {
  for (let row = 0; row < column.length; row++)
    if ((column[row] ?? 0) < 0) usable[row >>> 5] = (usable[row >>> 5] ?? 0) & ~(1 << (row & 31));
}

function rowsByList(
  lists: readonly (readonly InstanceType[])[],
  types: readonly InstanceType[],
  groups: readonly { readonly index: number }[],
): Catalogue["rowsOf"] {
  const rows = new Map<readonly InstanceType[], BitSet>();
  for (const list of lists) {
    if (rows.has(list)) continue;
    const members = new Set(list);
    const set = bitSetOf(groups.length);
    groups.forEach(({ index }, row) => {
      const type = types[index];
      if (type !== undefined && members.has(type)) setBit(set, row);
    });
    rows.set(list, set);
  }
  return (list) => rows.get(list) ?? bitSetOf(groups.length);
}

function offeringColumns(byRow: readonly (readonly Offering[])[]): OfferingColumns {
  const list = byRow.flat();
  const start = new Int32Array(byRow.length + 1);
  byRow.forEach((offerings, row) => {
    start[row + 1] = (start[row] ?? 0) + offerings.length;
  });
  const kinds: Requirements[] = [];
  const kindOf = createKindIndex(kinds);
  const kind = Int32Array.from(list, kindOf);
  return { start, price: Float64Array.from(list, ({ price }) => price), kind, list, kinds };
}

/** Offerings of one zone and capacity type are nearly always of one kind: compared there before any text is made. */
function createKindIndex(kinds: Requirements[]): (offering: Offering) => number {
  const byPlace = new Map<string, number>();
  const bySignature = new Map<string, number>();
  return ({ zone, capacityType, requirements }) => {
    const place = `${zone}/${capacityType}`;
    const likely = byPlace.get(place);
    if (likely !== undefined && equalRequirements(kinds[likely], requirements)) return likely;
    const signature = requirementsSignature(requirements);
    const kind = bySignature.get(signature) ?? kinds.push(requirements) - 1;
    bySignature.set(signature, kind);
    byPlace.set(place, kind);
    return kind;
  };
}

/** Holds the last compiled catalogue of a caller, so that equal lists are compiled once. The caller owns it. */
export interface CatalogueCache {
  compiled(lists: readonly (readonly InstanceType[])[]): Catalogue;
  /** What `make` gave the last time for these very objects, in a cache that keeps such things. One caller alone may ask. */
  kept?<T>(made: readonly unknown[], make: () => T): T;
}

/**
 * A cache for many plans over pictures that differ in their nodes alone, as the tries of one search: what is laid out of pools
 * and types is laid out once. It lives as long as the search.
 */
export function createSearchCache(cache: CatalogueCache): CatalogueCache {
  let last: { readonly from: readonly unknown[]; readonly made: unknown } | undefined;
  return {
    compiled: (lists) => cache.compiled(lists),
    kept: <T>(from: readonly unknown[], make: () => T): T => {
      const same = last?.from.length === from.length && last.from.every((each, at) => each === from[at]);
      if (!same) last = { from, made: make() };
      return last?.made as T;
    },
  };
}

/** Remembers one catalogue: the lists of a cluster change together, and an old one would only hold memory. */
export function createCatalogueCache(): CatalogueCache {
  let lists: readonly (readonly InstanceType[])[] = [];
  let catalogue: Catalogue | undefined;
  return {
    compiled(wanted) {
      const same = wanted.length === lists.length && wanted.every((list, i) => list === lists[i]);
      if (catalogue === undefined || !same) {
        lists = [...wanted];
        catalogue = compileCatalogue(wanted);
      }
      return catalogue;
    },
  };
}
