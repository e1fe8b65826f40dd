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

/** Chooses among types for a claim; undefined when none will do. */
export type ChooseOffering = (types: readonly InstanceType[], claim: NodeClaim) => Choice | undefined;

interface Shelved extends Choice {
  readonly allocatable: Resources;
}

/**
 * The cheapest offering that the claim allows, of a type with room for its requests (spec: operations 6.3). Equal prices
 * are settled by name of type, then zone, then capacity type. What is sold is put in order once, and again when the array of
 * types is another one.
 */
export function createOfferingChoice(): ChooseOffering {
  let known: { readonly types: readonly InstanceType[]; readonly shelf: readonly Shelved[] } | undefined;
  return (types, { spec }) => {
    if (known?.types !== types) known = { types, shelf: shelfOf(types) };
    const wanted = specRequirements(spec.requirements);
    const requests = resourcesAssuming(spec.resources?.requests, Number.MAX_SAFE_INTEGER);
    return known.shelf.find(
      ({ type, offering, allocatable }) =>
        intersects(wanted, offering.requirements) &&
        fitsResources(requests, allocatable) &&
        intersects(wanted, type.requirements),
    );
  };
}

/** Available offerings, cheapest first. */
const shelfOf = (types: readonly InstanceType[]): readonly Shelved[] =>
  types
    .flatMap((type) =>
      allocatableGroupsOf(type).flatMap(({ allocatable, offerings }) =>
        offerings.map((offering) => ({ type, offering, allocatable })),
      ),
    )
    .toSorted(compareChoices);

function compareChoices(a: Choice, b: Choice): number {
  return (
    a.offering.price - b.offering.price ||
    compareTexts(a.type.name, b.type.name) ||
    compareTexts(a.offering.zone, b.offering.zone) ||
    compareTexts(a.offering.capacityType, b.offering.capacityType)
  );
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
