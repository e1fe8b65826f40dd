import { agree, isCompatible } from "../requirements/compatible.ts";
import { addRequirements } from "../requirements/requirements.ts";
import type { Requirement, Requirements } from "../requirements/requirement.ts";
import { requirementSignature, requirementsSignature } from "../requirements/requirement-text.ts";
import { andInto, type BitSet, bitSetOf, fullBitSet, hasBit, setBit } from "./bit-set.ts";
import type { Catalogue, OfferingColumns } from "./catalogue.ts";

/** Number of an interned set of requirements. Numbers say nothing about order and never decide anything. */
export type SetId = number;

/** What a set of requirements leaves of the catalogue. */
export interface Selection {
  /** Rows whose type meets the requirements. */
  readonly met: BitSet;
  /** Rows with an available offering that the requirements allow. */
  readonly offered: BitSet;
  /** Both. */
  readonly rows: BitSet;
  /** Cheapest allowed offering of each row, USD an hour; infinite where there is none. */
  readonly price: Float64Array;
  /** That offering's index in the catalogue's columns, -1 where there is none. */
  readonly cheapest: Int32Array;
}

/**
 * Interned requirement sets over one catalogue, with memos for everything that depends on sets alone. Pods of a cluster
 * share few sets, so each question is worked out once (scheduling 11.3 items 26 and 27).
 */
export interface RequirementTable {
  readonly catalogue: Catalogue;
  intern(requirements: Requirements): SetId;
  requirements(id: SetId): Requirements;
  /** `base` narrowed to `incoming` (scheduling 3.4, base is the node side), or -1 when they are not compatible. */
  narrow(base: SetId, incoming: SetId): SetId;
  select(id: SetId): Selection;
  /** All rows by price under the set, then by index. */
  rowsByPrice(id: SetId): Int32Array;
  /** Whether the set allows offerings of each kind of the catalogue. */
  allowedKinds(id: SetId): readonly boolean[];
}

/** `wellKnown`: labels that a claim may leave undefined (scheduling 3.4). */
export function createRequirementTable(catalogue: Catalogue, wellKnown: ReadonlySet<string>): RequirementTable {
  const sets: Requirements[] = [];
  const bySignature = new Map<string, SetId>();
  // Weakly: a table of a whole search sees the sets of thousands of tries.
  const byObject = new WeakMap<Requirements, SetId>();
  const narrowed: Map<SetId, SetId>[] = [];
  const selections: (Selection | undefined)[] = [];
  const orders = new Map<Float64Array, Int32Array>();
  const distinct: Selection[] = [];
  const meeting = createMeetingTypes(catalogue);

  function intern(requirements: Requirements): SetId {
    const known = byObject.get(requirements);
    if (known !== undefined) return known;
    const signature = requirementsSignature(requirements);
    let id = bySignature.get(signature);
    if (id === undefined) {
      id = sets.push(requirements) - 1;
      bySignature.set(signature, id);
      narrowed.push(new Map());
    }
    byObject.set(requirements, id);
    return id;
  }

  const requirements = (id: SetId): Requirements => sets[id] ?? new Map();

  function narrow(base: SetId, incoming: SetId): SetId {
    const memo = narrowed[base];
    const known = memo?.get(incoming);
    if (known !== undefined) return known;
    const [existing, more] = [requirements(base), requirements(incoming)];
    const result = isCompatible(existing, more, wellKnown) ? intern(addRequirements(existing, more)) : -1;
    memo?.set(incoming, result);
    return result;
  }

  function select(id: SetId): Selection {
    const known = selections[id];
    if (known !== undefined) return known;
    const made = sharing(
      distinct,
      withOfferings(catalogue, rowsMeeting(catalogue, requirements(id), meeting), allowedKinds(id)),
    );
    selections[id] = made;
    return made;
  }

  const allowedKinds = (id: SetId): readonly boolean[] =>
    catalogue.offerings.kinds.map((kind) => isCompatible(requirements(id), kind, wellKnown));

  const rowsByPrice = (id: SetId): Int32Array => orderOf(select(id).price, orders);

  return { catalogue, intern, requirements, narrow, select, rowsByPrice, allowedKinds };
}

/**
 * Sets that leave the same rows at the same prices (zones that cost the same, most often) share these: whoever works something
 * out from them may know it by their identity.
 */
function sharing(distinct: Selection[], made: Selection): Selection {
  const like = distinct.find(({ rows, price }) => isEqualList(rows, made.rows) && isEqualList(price, made.price));
  if (like !== undefined) return { ...made, rows: like.rows, price: like.price };
  distinct.push(made);
  return made;
}

function isEqualList(a: BitSet | Float64Array, b: BitSet | Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function orderOf(price: Float64Array, orders: Map<Float64Array, Int32Array>): Int32Array {
  const known = orders.get(price);
  if (known !== undefined) return known;
  const made = Int32Array.from(price.keys()).sort((a, b) => comparePrices(price[a], price[b]) || a - b);
  orders.set(price, made);
  return made;
}

/** Infinite prices are equal to each other. */
function comparePrices(a = Infinity, b = Infinity): number {
  return a === b ? 0 : a - b;
}

type MeetingTypes = (requirement: Requirement) => BitSet;

/** Types of which the label meets one requirement; worked out once for each distinct requirement. */
function createMeetingTypes(catalogue: Catalogue): MeetingTypes {
  const memo = new Map<string, BitSet>();
  return (requirement) => {
    const signature = requirementSignature(requirement);
    const known = memo.get(signature);
    if (known !== undefined) return known;
    const set = bitSetOf(catalogue.types.length);
    const { types } = catalogue;
    for (let index = 0; index < types.length; index++) {
      const own = types[index]?.requirements.get(requirement.key);
      if (own === undefined || agree(requirement, own)) setBit(set, index);
    }
    memo.set(signature, set);
    return set;
  };
}

function rowsMeeting(catalogue: Catalogue, requirements: Requirements, meeting: MeetingTypes): BitSet {
  const types = fullBitSet(catalogue.types.length);
  for (const requirement of requirements.values()) andInto(types, meeting(requirement));
  const met = bitSetOf(catalogue.rowCount);
  for (let row = 0; row < catalogue.rowCount; row++) if (hasBit(types, catalogue.typeOfRow[row] ?? 0)) setBit(met, row);
  return met;
}

function withOfferings(catalogue: Catalogue, met: BitSet, allowed: readonly boolean[]): Selection {
  const prices = new Float64Array(catalogue.rowCount).fill(Infinity);
  const cheapest = new Int32Array(catalogue.rowCount).fill(-1);
  const offered = bitSetOf(catalogue.rowCount);
  for (let row = 0; row < catalogue.rowCount; row++) {
    const offering = cheapestOffering(catalogue.offerings, row, allowed);
    if (offering < 0) continue;
    setBit(offered, row);
    cheapest[row] = offering;
    prices[row] = catalogue.offerings.price[offering] ?? Infinity;
  }
  return { met, offered, rows: andInto(met.slice(), offered), price: prices, cheapest };
}

/** The first of the cheapest allowed offerings of a row, -1 when none is allowed. */
function cheapestOffering({ start, kind, price }: OfferingColumns, row: number, allowed: readonly boolean[]): number {
  const end = start[row + 1] ?? 0;
  let best = -1;
  for (let i = start[row] ?? 0; i < end; i++) {
    if (allowed[kind[i] ?? 0] !== true) continue;
    if (best < 0 || (price[i] ?? Infinity) < (price[best] ?? Infinity)) best = i;
  }
  return best;
}

/** Row with the lowest price of those in `rows`, lower index first; -1 when there is none. */
export function cheapestRow(rows: BitSet, price: Float64Array): number {
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < rows.length; i++) {
    for (let word = rows[i] ?? 0; word !== 0; word &= word - 1) {
      const row = (i << 5) + (31 - Math.clz32(word & -word));
      const own = price[row] ?? Infinity;
      if (best >= 0 && !(own < least)) continue;
      best = row;
      least = own;
    }
  }
  return best;
}
