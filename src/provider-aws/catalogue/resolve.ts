import type { InstanceType } from "../../core/index.ts";
import { type CapacitySettings, machineCapacity } from "./capacity.ts";
import type { ClassFacts, ClassZone } from "./class-facts.ts";
import { isCompatible } from "./compatibility.ts";
import type { MachineFacts, NetworkLimits } from "./facts.ts";
import type { KubeletSettings } from "./kubelet.ts";
import { type OfferingConditions, OfferingRequirements, offeringsOf } from "./offerings.ts";
import { machineOverhead } from "./overhead.ts";
import { createRequirementValues } from "./requirement-values.ts";
import { typeRequirements } from "./type-requirements.ts";

/** A region's types as EC2 states them. */
export interface RegionFacts {
  readonly region: string;
  /** In order of name. */
  readonly machines: readonly MachineFacts[];
  /** Zones that offer a type, by type name. */
  readonly offerings: ReadonlyMap<string, readonly string[]>;
  readonly networkLimits: ReadonlyMap<string, NetworkLimits>;
}

export type ResolutionSettings = CapacitySettings;

export const defaultResolutionSettings: ResolutionSettings = Object.freeze({
  vmMemoryOverheadPercent: 0.075,
  reservedEnis: 0,
});

/** All of a type that stays as it is until facts or the class change; offerings come on top. */
export interface ResolvedType extends Omit<InstanceType, "offerings"> {
  readonly facts: MachineFacts;
  readonly compatible: boolean;
}

/** Every type of the region under a node class, in order of name (spec: aws 2.1 to 2.6). */
export function resolveTypes(
  region: RegionFacts,
  classFacts: ClassFacts,
  settings: ResolutionSettings,
): readonly ResolvedType[] {
  const resolve = createTypeResolver(region, classFacts, settings);
  return region.machines.map((facts) => resolve(facts));
}

/**
 * The same, type by type, for callers that must give the thread back in between. `kubelet` stands in for the class' own
 * settings where those depend on the type.
 */
export function createTypeResolver(
  region: RegionFacts,
  shared: ClassFacts,
  settings: ResolutionSettings,
): (facts: MachineFacts, kubelet?: KubeletSettings) => ResolvedType {
  const make = createRequirementValues();
  return (facts, kubelet) => {
    const classFacts = kubelet === undefined ? shared : { ...shared, kubelet };
    const capacity = machineCapacity(facts, classFacts, settings, region.networkLimits.get(facts.name));
    const offered = new Set(region.offerings.get(facts.name));
    const site = {
      region: region.region,
      zones: classFacts.zones.filter(({ zone }) => offered.has(zone)),
      reservations: reservationsOf(facts, classFacts),
    };
    return {
      name: facts.name,
      facts,
      compatible: isCompatible(facts, classFacts),
      requirements: typeRequirements(facts, classFacts, { site, make }),
      capacity,
      overhead: machineOverhead(facts, classFacts, capacity),
    };
  };
}

const reservationsOf = ({ name }: MachineFacts, { reservations }: ClassFacts) =>
  reservations.filter(({ instanceType }) => instanceType === name);

/** Puts offerings on resolved types; one instance serves all types of a region so that requirement maps are shared. */
export function createOfferingResolver(
  region: RegionFacts,
): (type: ResolvedType, classFacts: ClassFacts, conditions: OfferingConditions) => InstanceType {
  const requirements = new OfferingRequirements();
  const regionZones = [...new Set([...region.offerings.values()].flat())].sort();
  return (type, classFacts, conditions) => {
    const offeredIn = new Set(region.offerings.get(type.name));
    const classZones = new Map<string, ClassZone>(
      classFacts.zones.filter(({ zone }) => offeredIn.has(zone)).map((zone) => [zone.zone, zone]),
    );
    const site = {
      regionZones,
      classZones,
      compatible: type.compatible,
      reservations: reservationsOf(type.facts, classFacts),
    };
    const offerings = offeringsOf(type.facts, classFacts, { site, conditions, requirements });
    const { name, capacity, overhead } = type;
    return { name, requirements: type.requirements, capacity, overhead, offerings };
  };
}
