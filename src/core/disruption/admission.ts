/**
 * What replacements may be launched as (lifecycle 3.6). Upstream drops a type whose dearest offering is too dear and binds
 * the rest to spot; here single offerings are judged, and the claim is narrowed until whatever the provider launches
 * costs less than what goes (lifecycle 8, O7).
 */
import { labels, type NodeClaim, type RequirementSpec } from "../../api/index.ts";
import type { InstanceType, Offering } from "../catalogue/instance-type.ts";
import { keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { PlannedClaim, PricedChoice } from "../provisioning/plan.ts";
import { intersects } from "../requirements/compatible.ts";
import { satisfiesMinValues } from "../requirements/min-values.ts";
import type { Requirements } from "../requirements/requirement.ts";
import { specRequirements } from "../requirements/requirements.ts";
import { failed, ok, type Result } from "../result.ts";
import { poolsNeeded, poolsOf, spotCeiling } from "./spot-risk.ts";

export interface AdmissionRefusal {
  readonly code: "no-cheaper-replacement" | "min-values" | "spot-to-spot";
  readonly text: string;
}

export interface AdmissionRules {
  /** What goes, USD an hour. */
  readonly price: number;
  /** False: spot machines are not replaced by spot machines. */
  readonly spotAllowed: boolean;
  /** Types that a claim of spot machines must keep, so that the next one cannot be cheaper at once; 0 for no rule. */
  readonly spotTypes: number;
  /** Spot for spot by what it risks instead (lifecycle 8, O8). */
  readonly spotRisk?: boolean;
  /** Whether a machine, as `boughtAs` names it, was given up for the pods of this claim: then it is not bought back. */
  readonly isGiven: (machine: string, claim: PlannedClaim) => boolean;
}

/** A type as it is bought, whatever the zone. */
export const boughtAs = (instanceType: string, capacityType: string): string => `${instanceType} ${capacityType}`;

/** An available offering that a claim allows. */
export interface OfferingChoice {
  readonly type: InstanceType;
  readonly offering: Offering;
}

/** The claims narrowed to offerings cheaper than their share of what goes, or why they cannot be. */
export function admitReplacements(
  claims: readonly PlannedClaim[],
  rules: AdmissionRules,
  snapshot: Pick<ClusterSnapshot, "instanceTypes">,
): Result<readonly PlannedClaim[], AdmissionRefusal> {
  const choices = claims.map((claim) =>
    choicesOf(claim, snapshot).filter(
      ({ type, offering }) =>
        (rules.spotAllowed || offering.capacityType !== "spot") &&
        !rules.isGiven(boughtAs(type.name, offering.capacityType), claim),
    ),
  );
  if (choices.some(({ length }) => length === 0))
    return failed(rules.spotAllowed ? dearRefusal(Infinity, rules.price) : spotRefusal);
  const cheapest = choices.map((list) =>
    list.reduce((least, { offering }) => Math.min(least, offering.price), Infinity),
  );
  const total = cheapest.reduce((sum, price) => sum + price, 0);
  if (!(total < rules.price)) return failed(dearRefusal(total, rules.price));
  const admitted: PlannedClaim[] = [];
  for (const [index, claim] of claims.entries()) {
    const least = cheapest[index] ?? 0;
    const share = total === 0 ? rules.price : (least * rules.price) / total;
    const own = choices[index] ?? [];
    const narrowed =
      rules.spotRisk === true
        ? withinBand(claim, own, { share, least })
        : narrowClaim(claim, own, { share, spotTypes: rules.spotTypes });
    if (!narrowed.ok) return narrowed;
    admitted.push(narrowed.value);
  }
  return ok(admitted);
}

/** The claim narrowed to the band above its cheapest offering, if enough capacity pools lie in it. */
function withinBand(
  claim: PlannedClaim,
  choices: readonly OfferingChoice[],
  { share, least }: { readonly share: number; readonly least: number },
): Result<PlannedClaim, AdmissionRefusal> {
  const ceiling = spotCeiling(share, least);
  if (ceiling === undefined) return failed(bandRefusal(least, share));
  // The band includes its upper end, and comparisons of prices are strict.
  const narrowed = narrowClaim(claim, choices, { share: Math.min(share, ceiling * (1 + 1e-9)), spotTypes: 0 });
  if (!narrowed.ok) return narrowed;
  const lists = new Map([[keyText(claim.poolKey), typesIn(choices)]]);
  const [kept, needed] = [poolsOf(choicesOf(narrowed.value, { instanceTypes: lists })), poolsNeeded(poolsOf(choices))];
  return kept < needed ? failed(fewPoolsRefusal(kept, needed)) : narrowed;
}

/** Available offerings of the claim's types that its requirements allow. */
export function choicesOf(
  claim: PlannedClaim,
  { instanceTypes }: Pick<ClusterSnapshot, "instanceTypes">,
): readonly OfferingChoice[] {
  const listed = new Set(claim.instanceTypes);
  const requirements = specRequirements(claim.claim.spec.requirements);
  return (instanceTypes.get(keyText(claim.poolKey)) ?? [])
    .filter(({ name }) => listed.has(name))
    .flatMap((type) =>
      type.offerings
        .filter((offering) => offering.available && intersects(requirements, offering.requirements))
        .map((offering) => ({ type, offering })),
    );
}

function narrowClaim(
  claim: PlannedClaim,
  choices: readonly OfferingChoice[],
  { share, spotTypes }: { readonly share: number; readonly spotTypes: number },
): Result<PlannedClaim, AdmissionRefusal> {
  const all = choicesOf(claim, { instanceTypes: new Map([[keyText(claim.poolKey), typesIn(choices)]]) });
  const best = [...choices].sort(byPrice)[0];
  if (best === undefined) return failed(dearRefusal(Infinity, share));
  const allowed = new Set(choices.map(({ offering }) => offering));
  const isGood = ({ offering }: OfferingChoice): boolean => offering.price < share && allowed.has(offering);
  for (const scope of scopesAround(best, all, isGood)) {
    const inside = all.filter(({ offering }) => isWithin(offering, scope));
    const spoilt = new Set(inside.filter((choice) => !isGood(choice)).map(({ type }) => type));
    const left = inside.filter(({ type }) => !spoilt.has(type));
    if (spoilt.has(best.type) || left.length === 0) continue;
    return flexible(claim, { left, scope, spotTypes });
  }
  return failed(dearRefusal(best.offering.price, share));
}

const typesIn = (choices: readonly OfferingChoice[]): readonly InstanceType[] => [
  ...new Set(choices.map(({ type }) => type)),
];

/** Values that the claim is bound to; undefined leaves a key as it is. */
interface OfferingScope {
  readonly capacityTypes?: ReadonlySet<string>;
  readonly zones?: ReadonlySet<string>;
}

/** From the claim as it is to the narrowest that still holds its best offering. */
function scopesAround(
  best: OfferingChoice,
  all: readonly OfferingChoice[],
  isGood: (choice: OfferingChoice) => boolean,
): readonly OfferingScope[] {
  const capacityTypes = new Set([best.offering.capacityType]);
  const zones = new Set(
    all
      .filter((each) => each.type === best.type && capacityTypes.has(each.offering.capacityType) && isGood(each))
      .map(({ offering }) => offering.zone),
  );
  return [{}, { zones }, { capacityTypes }, { capacityTypes, zones }];
}

const isWithin = ({ zone, capacityType }: Offering, { capacityTypes, zones }: OfferingScope): boolean =>
  capacityTypes?.has(capacityType) !== false && zones?.has(zone) !== false;

function flexible(
  claim: PlannedClaim,
  {
    left,
    scope,
    spotTypes,
  }: { readonly left: readonly OfferingChoice[]; readonly scope: OfferingScope; readonly spotTypes: number },
): Result<PlannedClaim, AdmissionRefusal> {
  const ordered = typesIn([...left].sort(byPrice));
  const requirements = specRequirements(claim.claim.spec.requirements);
  const outcome = satisfiesMinValues(ordered, requirements);
  if (!outcome.ok)
    return failed({ code: "min-values", text: `filtering by price leaves too few types: ${outcome.text}` });
  const isSpot = left.some(({ offering }) => offering.capacityType === "spot");
  if (!isSpot || spotTypes === 0) return ok(narrowed(claim, { left, types: ordered, scope }));
  if (ordered.length < spotTypes) return failed(fewTypesRefusal(ordered.length, spotTypes));
  return ok(narrowed(claim, { left, types: ordered.slice(0, Math.max(spotTypes, outcome.needed)), scope }));
}

function narrowed(
  claim: PlannedClaim,
  to: {
    readonly left: readonly OfferingChoice[];
    readonly types: readonly InstanceType[];
    readonly scope: OfferingScope;
  },
): PlannedClaim {
  const kept = new Set(to.types);
  const [cheapest, runnerUp] = cheapestOfTypes(to.left.filter(({ type }) => kept.has(type)));
  const bound = new Map<string, readonly string[]>([[labels.instanceType, to.types.map(({ name }) => name)]]);
  if (to.scope.zones !== undefined) bound.set(labels.zone, [...to.scope.zones].sort());
  bound.set(labels.capacityType, [...new Set(to.left.map(({ offering }) => offering.capacityType))].sort());
  const { runnerUp: _, ...rest } = claim;
  return {
    ...rest,
    claim: boundClaim(claim.claim, bound),
    instanceTypes: to.types.map(({ name }) => name),
    cheapest: cheapest ?? claim.cheapest,
    ...(runnerUp === undefined ? {} : { runnerUp }),
  };
}

/** The cheapest offering of each type, cheapest type first. */
function cheapestOfTypes(choices: readonly OfferingChoice[]): readonly PricedChoice[] {
  const best = new Map<InstanceType, PricedChoice>();
  for (const { type, offering } of [...choices].sort(byPrice)) {
    if (best.has(type)) continue;
    const { zone, capacityType, price } = offering;
    best.set(type, { instanceType: type.name, zone, capacityType, price });
  }
  return [...best.values()];
}

/** The claim with these keys bound to these values. */
export function boundClaim(claim: NodeClaim, bound: ReadonlyMap<string, readonly string[]>): NodeClaim {
  const given = claim.spec.requirements;
  const minValues = new Map(
    given.flatMap((spec) => (spec.minValues === undefined ? [] : [[spec.key, spec.minValues]])),
  );
  const specs: RequirementSpec[] = given.filter(({ key }) => !bound.has(key));
  for (const [key, values] of bound) {
    const least = minValues.get(key);
    specs.push({ key, operator: "In", values, ...(least === undefined ? {} : { minValues: least }) });
  }
  specs.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { ...claim, spec: { ...claim.spec, requirements: specs } };
}

/** Price, then name, capacity type and zone. */
function byPrice(a: OfferingChoice, b: OfferingChoice): number {
  if (a.offering.price !== b.offering.price) return a.offering.price - b.offering.price;
  return orderKey(a) < orderKey(b) ? -1 : 1;
}

const orderKey = ({ type, offering }: OfferingChoice): string =>
  `${type.name} ${offering.capacityType} ${offering.zone}`;

/** Dearest launch of the type under the claim's requirements: reserved, else spot, else on demand (lifecycle 3.6). */
export function worstLaunchPrice(type: InstanceType, requirements: Requirements): number {
  const open = type.offerings.filter(
    (offering) => offering.available && intersects(requirements, offering.requirements),
  );
  for (const capacityType of ["reserved", "spot", "on-demand"]) {
    const prices = open.filter((offering) => offering.capacityType === capacityType).map(({ price }) => price);
    if (prices.length > 0) return Math.max(...prices);
  }
  return Number.POSITIVE_INFINITY;
}

const dollars = (price: number): string => `${Number(price.toFixed(6))} $/h`;

const dearRefusal = (cheapest: number, price: number): AdmissionRefusal => ({
  code: "no-cheaper-replacement",
  text: Number.isFinite(cheapest)
    ? `its pods would need machines of ${dollars(cheapest)}, no cheaper than the ${dollars(price)} that it costs`
    : "no machine is offered that could replace it",
});

const spotRefusal: AdmissionRefusal = Object.freeze({
  code: "spot-to-spot",
  text: "it is a spot machine, and replacing spot by spot is off (feature gate SpotToSpotConsolidation)",
});

const bandRefusal = (cheapest: number, price: number): AdmissionRefusal => ({
  code: "spot-to-spot",
  text: `the cheapest spot machine for its pods costs ${dollars(cheapest)}; less than a fifth below ${dollars(price)} an exchange is not worth its risk`,
});

const fewPoolsRefusal = (kept: number, needed: number): AdmissionRefusal => ({
  code: "spot-to-spot",
  text: `${kept} spot capacity pools are cheap enough, a machine that lasts should come from ${needed} at the least`,
});

const fewTypesRefusal = (count: number, wanted: number): AdmissionRefusal => ({
  code: "spot-to-spot",
  text: `replacing a spot machine by a spot machine needs ${wanted} cheaper types to choose from, there are ${count}`,
});
