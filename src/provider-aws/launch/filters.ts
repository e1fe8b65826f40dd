import { awsLabels, awsResourceNames, capacityTypes, labels, resourceNames } from "../../api/index.ts";
import { type InstanceType, requirementFor, singleValueOf } from "../../core/index.ts";
import type { Logger } from "../../platform/index.ts";
import { unknownPrice } from "../catalogue/index.ts";
import { type Candidate, cheapestPrice, compatibleCandidates, type LaunchDemand, usable } from "./candidates.ts";
import { largestReservations, oneCapacityBlock, oneReservationKind } from "./reserved-filters.ts";

/** One step that narrows the candidates of a launch (spec: aws 3.1). */
interface LaunchFilter {
  readonly name: string;
  apply(candidates: readonly Candidate[], demand: LaunchDemand): readonly Candidate[];
}

const exoticResources: readonly string[] = [
  awsResourceNames.neuron,
  awsResourceNames.neuronCore,
  awsResourceNames.amdGpu,
  awsResourceNames.nvidiaGpu,
  awsResourceNames.habanaGaudi,
];

const isExotic = ({ type }: Candidate): boolean =>
  singleValueOf(type.requirements.get(awsLabels.instanceSize))?.includes("metal") === true ||
  exoticResources.some((resource) => (type.capacity[resource] ?? 0) > 0);

/** Machines with accelerators, and bare metal, only when nothing else would do. */
const exotic: LaunchFilter = {
  name: "exotic-instance-type",
  apply: (candidates, { hasMinValues }) => {
    if (hasMinValues) return candidates;
    const generic = candidates.filter((candidate) => !isExotic(candidate));
    return generic.length === 0 ? candidates : generic;
  },
};

/** Spot that costs more than on demand is no bargain. */
const dearSpot: LaunchFilter = {
  name: "spot-offering",
  apply: (candidates, demand) => {
    const allowed = requirementFor(demand.requirements, labels.capacityType);
    const mixed = [capacityTypes.spot, capacityTypes.onDemand].every(
      (name) => allowed.values.has(name) !== allowed.complement,
    );
    if (demand.hasMinValues || !mixed) return candidates;
    const offerings = candidates.flatMap((candidate) => usable(candidate, demand));
    const onDemand = offerings.filter(({ capacityType }) => capacityType === capacityTypes.onDemand);
    const hasSpot = offerings.some(({ capacityType }) => capacityType === capacityTypes.spot);
    if (onDemand.length === 0 || !hasSpot) return candidates;
    const cheapest = Math.min(...onDemand.map(({ price }) => price));
    return candidates
      .map((candidate) => ({
        ...candidate,
        offerings: candidate.offerings.filter(
          ({ capacityType, price }) => capacityType !== capacityTypes.spot || price <= cheapest,
        ),
      }))
      .filter(({ offerings }) => offerings.length > 0);
  },
};

/** In this order, after the first, which makes candidates of types. */
const filters: readonly LaunchFilter[] = [
  { name: "capacity-reservation-type", apply: oneReservationKind },
  { name: "capacity-block", apply: oneCapacityBlock },
  { name: "reserved-offering", apply: largestReservations },
  exotic,
  dearSpot,
];

/** Candidates of a launch, cheapest first; empty when no type can be had. */
export function launchCandidates(
  types: readonly InstanceType[],
  demand: LaunchDemand,
  log: Logger,
): readonly Candidate[] {
  let candidates = compatibleCandidates(types, demand);
  for (const filter of filters) {
    const kept = filter.apply(candidates, demand);
    if (kept.length < candidates.length) logRemoved(log, filter.name, candidates, kept);
    candidates = kept;
  }
  const priced = candidates.map((candidate) => ({ candidate, price: cheapestPrice(candidate, demand) }));
  return priced
    .filter(({ candidate }) => usable(candidate, demand).length > 0)
    .sort(byPrice)
    .map(({ candidate }) => candidate);
}

interface Priced {
  readonly candidate: Candidate;
  readonly price: number;
}

/** Cheapest first. Of those whose price nobody knows the smallest is the best guess; then by name. */
function byPrice(a: Priced, b: Priced): number {
  if (a.price !== b.price) return a.price - b.price;
  const bySize = a.price === unknownPrice ? cpuOf(a.candidate) - cpuOf(b.candidate) : 0;
  return bySize || (a.candidate.type.name < b.candidate.type.name ? -1 : 1);
}

const cpuOf = ({ type }: Candidate): number => type.capacity[resourceNames.cpu] ?? 0;

function logRemoved(log: Logger, filter: string, before: readonly Candidate[], after: readonly Candidate[]): void {
  const kept = new Set(after.map(({ type }) => type.name));
  const removed = before.flatMap(({ type }) => (kept.has(type.name) ? [] : [type.name]));
  log.debug("filtered out instance types", { filter, count: removed.length, "instance-types": removed.slice(0, 5) });
}
