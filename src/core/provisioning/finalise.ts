import { membersOf } from "../catalogue/bit-set.ts";
import { resourcesOf } from "../catalogue/resource-space.ts";
import type { Selection } from "../catalogue/requirement-table.ts";
import { satisfiesMinValues } from "../requirements/min-values.ts";
import type { Requirements } from "../requirements/requirement.ts";
import type { Claim } from "./claim.ts";
import { minimumOverhead } from "./daemon-groups.ts";
import { buildNodeClaim } from "./node-claim.ts";
import type { PlannedClaim, PricedChoice, Reason } from "./plan.ts";
import type { Session } from "./session.ts";

/** A claim ready for the plan, or the text of why it must be given up (scheduling 6.2). */
export type FinalClaim =
  | { readonly ok: true; readonly planned: PlannedClaim }
  | { readonly ok: false; readonly text: string };

interface PricedType {
  readonly type: number;
  readonly offering: number;
  readonly price: number;
}

/** Price order, truncation, and the NodeClaim (scheduling 6.1, 6.2, 6.4). */
export function finaliseClaim(session: Session, claim: Claim): FinalClaim {
  const { table, options } = session;
  const selection = table.select(claim.set);
  const ordered = typesByPrice(session, claim, selection).slice(0, options.maxInstanceTypes);
  const requirements = table.requirements(claim.set);
  const types = ordered.flatMap(({ type }) => table.catalogue.types[type] ?? []);
  const flexibility = satisfiesMinValues(types, requirements);
  if (!flexibility.ok && options.minValuesPolicy === "Strict") {
    const { name } = claim.pool.template;
    return {
      ok: false,
      text: `pod didn’t schedule because NodePool couldn’t meet minValues requirements, validating minValues, ${flexibility.text} (NodePool=${name})`,
    };
  }
  return { ok: true, planned: plannedClaim(session, claim, { ordered, selection }) };
}

interface Choices {
  readonly ordered: readonly PricedType[];
  readonly selection: Selection;
}

function plannedClaim(session: Session, claim: Claim, { ordered, selection }: Choices): PlannedClaim {
  const { table, space, options } = session;
  const { template, room } = claim.pool;
  const instanceTypes = ordered.map(({ type }) => table.catalogue.types[type]?.name ?? "");
  const [first, second] = ordered;
  const cheapest = choiceOf(session, first);
  return {
    poolKey: template.view.key,
    pool: template.view,
    pods: claim.contents.flatMap(({ workload, from, count }) => workload.pods.slice(from, from + count)),
    claim: buildNodeClaim(
      {
        template,
        requirements: table.requirements(claim.set),
        instanceTypes,
        capacityTypes: capacityTypesOf(session, claim, { ordered, selection }),
        requests: resourcesOf(space, claim.total),
        overhead: minimumOverhead(room.groups, claim.rows),
        minValuesRelaxed: template.minValuesRelaxed || isRelaxed(table.requirements(claim.set), template.requirements),
      },
      options,
    ),
    instanceTypes,
    cheapest,
    ...(second === undefined ? {} : { runnerUp: choiceOf(session, second) }),
    reasons: [priceReason(cheapest, { types: instanceTypes.length, runnerUp: second && choiceOf(session, second) })],
  };
}

/** Some key asks for fewer values than its pool does. */
function isRelaxed(own: Requirements, pool: Requirements): boolean {
  return [...pool.values()].some(({ key, minValues }) => (own.get(key)?.minValues ?? 0) < (minValues ?? 0));
}

/** Types by the price of their cheapest allowed offering, then by name. Offering overrides do not enter (scheduling 2.3). */
function typesByPrice({ table }: Session, claim: Claim, selection: Selection): readonly PricedType[] {
  const { catalogue } = table;
  const best = new Map<number, PricedType>();
  for (const row of membersOf(claim.rows)) {
    const type = catalogue.typeOfRow[row] ?? 0;
    const price = selection.price[row] ?? Infinity;
    const known = best.get(type);
    if (known === undefined || price < known.price)
      best.set(type, { type, price, offering: selection.cheapest[row] ?? -1 });
  }
  return [...best.values()].sort((a, b) => a.price - b.price || a.type - b.type);
}

function choiceOf({ table }: Session, priced: PricedType | undefined): PricedChoice {
  const offering = table.catalogue.offerings.list[priced?.offering ?? -1];
  return {
    instanceType: table.catalogue.types[priced?.type ?? -1]?.name ?? "",
    zone: offering?.zone ?? "",
    capacityType: offering?.capacityType ?? "",
    price: priced?.price ?? Infinity,
  };
}

/** Capacity types that the chosen types can be had in under the claim's requirements, sorted. */
function capacityTypesOf(session: Session, claim: Claim, { ordered }: Choices): readonly string[] {
  const { catalogue } = session.table;
  const chosen = new Set(ordered.map(({ type }) => type));
  const allowed = session.table.allowedKinds(claim.set);
  const found = new Set<string>();
  for (const row of membersOf(claim.rows)) {
    if (!chosen.has(catalogue.typeOfRow[row] ?? 0)) continue;
    for (let i = catalogue.offerings.start[row] ?? 0; i < (catalogue.offerings.start[row + 1] ?? 0); i++) {
      const offering = catalogue.offerings.list[i];
      if (offering !== undefined && allowed[catalogue.offerings.kind[i] ?? 0] === true)
        found.add(offering.capacityType);
    }
  }
  return [...found].sort();
}

function priceReason(
  cheapest: PricedChoice,
  others: { readonly types: number; readonly runnerUp: PricedChoice | undefined },
): Reason {
  const { instanceType, zone, capacityType, price } = cheapest;
  const next =
    others.runnerUp === undefined
      ? "no other type fits"
      : `next is ${others.runnerUp.instanceType} at ${others.runnerUp.price} USD an hour`;
  return {
    layer: "price",
    code: "cheapest-for-contents",
    text: `${instanceType} ${capacityType} in ${zone} at ${price} USD an hour is the cheapest of ${others.types} types that hold these pods; ${next}`,
    count: others.types,
  };
}
