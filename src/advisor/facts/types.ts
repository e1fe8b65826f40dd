/** Machine types as rules ask for them (v1alpha5 6.4, "effective types"). */
import { awsResourceNames, capacityTypes } from "../../api/index.ts";
import { allocatableOf, type InstanceType, intersects, type Offering, type Resources } from "../../core/index.ts";
import type { Pool } from "./pools.ts";

const accelerators: readonly string[] = [
  awsResourceNames.nvidiaGpu,
  awsResourceNames.amdGpu,
  awsResourceNames.neuron,
  awsResourceNames.neuronCore,
  awsResourceNames.habanaGaudi,
];

/** Types with an offering that the pool admits; none where the catalogue is not the pool's. */
export function effectiveTypes(pool: Pool, types: readonly InstanceType[]): readonly InstanceType[] {
  if (!pool.isEc2) return [];
  return types.filter((type) => intersects(type.requirements, pool.required) && offeringsFor(pool, type).length > 0);
}

export const offeringsFor = ({ required }: Pool, { offerings }: InstanceType): readonly Offering[] =>
  offerings.filter((offering) => offering.available && intersects(offering.requirements, required));

export const spotOfferings = (pool: Pool, type: InstanceType): readonly Offering[] =>
  offeringsFor(pool, type).filter(({ capacityType }) => capacityType === capacityTypes.spot);

export const hasAccelerator = ({ capacity }: InstanceType): boolean =>
  accelerators.some((name) => (capacity[name] ?? 0) > 0);

export const isMetal = ({ name }: InstanceType): boolean => name.includes(".metal");

/** Accelerators among the resources, in order of name. */
export const acceleratorsIn = (resources: Resources): readonly string[] =>
  Object.keys(resources)
    .filter((name) => accelerators.includes(name) && (resources[name] ?? 0) > 0)
    .toSorted();

export function holds(type: InstanceType, requests: Resources): boolean {
  const room = allocatableOf(type);
  return Object.entries(requests).every(([name, amount]) => amount === 0 || (room[name] ?? 0) >= amount);
}
