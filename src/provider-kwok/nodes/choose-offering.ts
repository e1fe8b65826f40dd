import type { NodeClaim } from "../../api/index.ts";
import {
  allocatableGroupsOf,
  fitsResources,
  type InstanceType,
  intersects,
  type Offering,
  type Resources,
  resourcesAssuming,
  specRequirements,
} from "../../core/index.ts";

export interface Choice {
  readonly type: InstanceType;
  readonly offering: Offering;
}

/**
 * The cheapest offering that the claim allows, of a type with room for its requests (spec: operations 6.3). Equal prices
 * are settled by name of type, then zone, then capacity type. Undefined when there is none.
 */
export function chooseOffering(types: readonly InstanceType[], { spec }: NodeClaim): Choice | undefined {
  const wanted = specRequirements(spec.requirements);
  const requests = resourcesAssuming(spec.resources?.requests, Number.MAX_SAFE_INTEGER);
  return types
    .filter((type) => intersects(wanted, type.requirements))
    .flatMap((type) => roomyOfferings(type, requests).map((offering): Choice => ({ type, offering })))
    .filter(({ offering }) => intersects(wanted, offering.requirements))
    .reduce<Choice | undefined>(cheaper, undefined);
}

/** Available offerings that have room for the requests. */
const roomyOfferings = (type: InstanceType, requests: Resources): readonly Offering[] =>
  allocatableGroupsOf(type)
    .filter(({ allocatable }) => fitsResources(requests, allocatable))
    .flatMap(({ offerings }) => offerings);

const cheaper = (best: Choice | undefined, choice: Choice): Choice =>
  best === undefined || compareChoices(choice, best) < 0 ? choice : best;

function compareChoices(a: Choice, b: Choice): number {
  return (
    a.offering.price - b.offering.price ||
    compareTexts(a.type.name, b.type.name) ||
    compareTexts(a.offering.zone, b.offering.zone) ||
    compareTexts(a.offering.capacityType, b.offering.capacityType)
  );
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
