import { type NodeClaim, resourceNames } from "../../api/index.ts";
import {
  allocatableGroupsOf,
  fitsResources,
  type InstanceType,
  intersects,
  type Offering,
  type Requirements,
  resourcesAssuming,
  specRequirements,
} from "../../core/index.ts";

/** What a launch may choose from: types with the offerings that are left of them. Types are never changed in place. */
export interface Candidate {
  readonly type: InstanceType;
  readonly offerings: readonly Offering[];
}

/** What a claim asks for, read once. */
export interface LaunchDemand {
  readonly requirements: Requirements;
  readonly requests: Readonly<Record<string, number>>;
  readonly hasMinValues: boolean;
}

export function launchDemandOf({ spec }: NodeClaim): LaunchDemand {
  const requirements = specRequirements(spec.requirements);
  return {
    requirements,
    requests: resourcesAssuming(spec.resources?.requests, Number.MAX_SAFE_INTEGER),
    hasMinValues: [...requirements.values()].some(({ minValues }) => minValues !== undefined),
  };
}

/** Offerings that can be had now and that the claim allows. */
export const usable = (
  { offerings }: Pick<Candidate, "offerings">,
  { requirements }: LaunchDemand,
): readonly Offering[] =>
  offerings.filter((offering) => offering.available && intersects(requirements, offering.requirements));

/** Filter 1 of aws 3.1: compatible types with room for the requests and an offering that can be had. */
export function compatibleCandidates(types: readonly InstanceType[], demand: LaunchDemand): readonly Candidate[] {
  return types
    .filter((type) => intersects(demand.requirements, type.requirements) && hasRoom(type, demand))
    .map((type) => ({ type, offerings: type.offerings }));
}

function hasRoom(type: InstanceType, demand: LaunchDemand): boolean {
  return allocatableGroupsOf(type).some(
    ({ allocatable, offerings }) =>
      fitsResources(demand.requests, allocatable) && usable({ offerings }, demand).length > 0,
  );
}

/** Price of the cheapest usable offering; infinite when there is none. */
export const cheapestPrice = (candidate: Candidate, demand: LaunchDemand): number =>
  usable(candidate, demand).reduce((least, { price }) => Math.min(least, price), Number.POSITIVE_INFINITY);

export const podsOf = ({ type }: Candidate): number => type.capacity[resourceNames.pods] ?? 0;
