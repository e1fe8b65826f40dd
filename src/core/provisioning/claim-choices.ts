/** What a claim may be launched as, from its requirements and rows (scheduling 6.1, 6.2). */
import { hasBit } from "../catalogue/bit-set.ts";
import type { RequirementTable, SetId } from "../catalogue/requirement-table.ts";
import type { Claim } from "./claim.ts";
import { claimRequirements, customLabels } from "./node-claim.ts";
import type { Choices, PricedType, RowOffer } from "./priced-types.ts";
import type { Session } from "./session.ts";

/** Claims of equal requirements and rows share theirs. */
export function choicesOf(session: Session, claim: Claim): Choices {
  const key = `${claim.set}:${claim.rows.join()}`;
  const known = session.choices.get(key);
  if (known !== undefined) return known;
  const made = makeChoices(session, claim);
  session.choices.set(key, made);
  return made;
}

/**
 * Types by the price of their cheapest allowed offering, then by name; as many as a claim may list. Offering overrides do
 * not enter (scheduling 2.3).
 */
function makeChoices(session: Session, claim: Claim): Choices {
  const { table, options } = session;
  const { types } = table.catalogue;
  const ordered: PricedType[] = [];
  const chosen = new Set<number>();
  const found = new Set<string>();
  const overlaid = { price: false, capacity: false };
  let last: readonly string[] = [];
  for (const offer of offersOf(session, claim.set)) {
    const { row, priced, capacityTypes } = offer;
    if (!hasBit(claim.rows, row)) continue;
    if (!chosen.has(priced.type)) {
      if (ordered.length === options.maxInstanceTypes) continue;
      chosen.add(priced.type);
      ordered.push(priced);
      overlaid.price ||= offer.overlaidPrice;
      overlaid.capacity ||= offer.overlaidCapacity;
    }
    if (capacityTypes === last) continue;
    for (const capacityType of capacityTypes) found.add(capacityType);
    last = capacityTypes;
  }
  const instanceTypes = ordered.map(({ type }) => types[type]?.name ?? "");
  const capacityTypes = [...found].sort();
  const requirements = table.requirements(claim.set);
  return {
    ordered,
    instanceTypes,
    capacityTypes,
    overlaid,
    specs: claimRequirements(requirements, { instanceTypes, capacityTypes }),
    customLabels: customLabels(requirements, options),
  };
}

/** What every row costs under the set and how it can be bought, cheapest first; worked out once for each set. */
function offersOf({ table, offers }: Session, set: SetId): readonly RowOffer[] {
  const known = offers.get(set);
  if (known !== undefined) return known;
  const made = makeOffers(table, set);
  offers.set(set, made);
  return made;
}

function makeOffers(table: RequirementTable, set: SetId): readonly RowOffer[] {
  const { types, typeOfRow } = table.catalogue;
  const { price, cheapest } = table.select(set);
  const capacityTypes = capacityTypesByRow(table, set);
  return Array.from(table.rowsByPrice(set), (row) => {
    const type = typeOfRow[row] ?? 0;
    return {
      row,
      priced: { type, price: price[row] ?? Infinity, offering: cheapest[row] ?? -1 },
      capacityTypes: capacityTypes(row),
      overlaidPrice: types[type]?.offerings.some(({ hasPriceOverlay }) => hasPriceOverlay === true) === true,
      overlaidCapacity: types[type]?.hasCapacityOverlay === true,
    };
  });
}

function capacityTypesByRow(table: RequirementTable, set: SetId): (row: number) => readonly string[] {
  const { start, kind, list } = table.catalogue.offerings;
  const allowed = table.allowedKinds(set);
  // Rows that can be had alike share one list: whoever collects them need not look into it again.
  const lists = new Map<string, readonly string[]>();
  return (row) => {
    const found: string[] = [];
    for (let i = start[row] ?? 0; i < (start[row + 1] ?? 0); i++) {
      const capacityType = allowed[kind[i] ?? 0] === true ? list[i]?.capacityType : undefined;
      if (capacityType !== undefined && !found.includes(capacityType)) found.push(capacityType);
    }
    const key = found.join();
    const shared = lists.get(key) ?? found;
    lists.set(key, shared);
    return shared;
  };
}
