import { kwokLabels, labels, resourceNames } from "../../api/index.ts";
import {
  type InstanceType,
  noResources,
  type Offering,
  type Requirements,
  requirementIn,
  requirementsOf,
  type Resources,
} from "../../core/index.ts";

/** What sets one type apart; amounts in base units. */
export interface TypeFacts {
  readonly name: string;
  readonly architecture: string;
  readonly operatingSystems: readonly string[];
  readonly capacity: Resources;
  readonly offerings: readonly Offering[];
}

const mebibyte = 2 ** 20;

/** What a node without a kubelet keeps for it all the same: 100m CPU and 10 Mi (spec: operations 6.3). */
const reserved: Resources = Object.freeze({ [resourceNames.cpu]: 100, [resourceNames.memory]: 10 * mebibyte });

export function makeInstanceType(facts: TypeFacts): InstanceType {
  return {
    name: facts.name,
    requirements: requirementsFor(facts),
    capacity: facts.capacity,
    overhead: { kubeReserved: reserved, systemReserved: noResources, evictionThreshold: noResources },
    offerings: facts.offerings,
  };
}

/** Zones and capacity types are those that can be had, as with any provider. */
function requirementsFor({ name, architecture, operatingSystems, capacity, offerings }: TypeFacts): Requirements {
  const open = offerings.filter(({ available }) => available);
  const vcpus = String(Math.ceil((capacity[resourceNames.cpu] ?? 0) / 1000));
  return requirementsOf([
    requirementIn(labels.instanceType, name),
    requirementIn(labels.arch, architecture),
    requirementIn(labels.os, ...operatingSystems),
    requirementIn(labels.zone, ...new Set(open.map(({ zone }) => zone))),
    requirementIn(labels.capacityType, ...new Set(open.map(({ capacityType }) => capacityType))),
    requirementIn(kwokLabels.instanceSize, sizeIn(name) ?? vcpus),
    requirementIn(kwokLabels.instanceFamily, familyIn(name)),
    requirementIn(kwokLabels.instanceCpu, vcpus),
    requirementIn(kwokLabels.instanceMemory, String(Math.floor((capacity[resourceNames.memory] ?? 0) / mebibyte))),
  ]);
}

/** `4` of `c-4x-amd64-linux`: a number, so that pools may bound it with Lt and Gt. */
const sizeIn = (name: string): string | undefined => /^[^-.]+-(\d+)x(?:-|$)/.exec(name)?.[1];

/** `c` of `c-4x-amd64-linux`, `m5` of `m5.large`. */
const familyIn = (name: string): string => name.split(/[-.]/, 1)[0] ?? name;

/** An offering; its zone and capacity type are in `requirements` too. */
export function makeOffering(facts: Omit<Offering, "requirements">, more: Requirements = requirementsOf([])): Offering {
  const place = [requirementIn(labels.zone, facts.zone), requirementIn(labels.capacityType, facts.capacityType)];
  return { ...facts, requirements: requirementsOf([...place, ...more.values()]) };
}

/** In order of name, as the port wants it. */
export const inOrderOfName = (types: readonly InstanceType[]): readonly InstanceType[] =>
  types.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
