import { awsLabels, capacityTypes, labels, tenancies, windowsBuilds } from "../../api/index.ts";
import type { Requirement, Requirements } from "../../core/index.ts";
import { amiFamilies } from "./ami-family.ts";
import type { ClassFacts, ClassPlacementGroup, ClassReservation } from "./class-facts.ts";
import type { AcceleratorFacts, MachineFacts } from "./facts.ts";
import type { RequirementValues } from "./requirement-values.ts";

const archOf: Readonly<Record<string, string>> = { x86_64: "amd64", arm64: "arm64" };

/** The Kubernetes architecture: the first that the map knows (spec: aws 0.1, 2.1). */
export const kubernetesArchOf = ({ architectures }: MachineFacts): string | undefined =>
  architectures.map((name) => archOf[name]).find((arch) => arch !== undefined);

export interface TypeSite {
  readonly region: string;
  /** Zones that offer the type and belong to the class, in order of name. */
  readonly zones: readonly { readonly zone: string; readonly zoneId?: string }[];
  /** The class' reservations of this type. */
  readonly reservations: readonly ClassReservation[];
}

/** Requirements of one type under one node class (spec: aws 2.2). */
export function typeRequirements(
  facts: MachineFacts,
  classFacts: ClassFacts,
  { site, make }: { readonly site: TypeSite; readonly make: RequirementValues },
): Requirements {
  const all = [
    ...placeRequirements(facts, classFacts, { site, make }),
    ...reservationRequirements(site.reservations, make),
    ...groupRequirements(classFacts.placementGroup, make),
    ...processorRequirements(facts, make),
    ...nameRequirements(facts.name, make),
    ...featureRequirements(facts, make),
    ...deviceRequirements(facts, make),
  ];
  return new Map(all.map((requirement) => [requirement.key, requirement]));
}

function placeRequirements(
  facts: MachineFacts,
  { amiFamily }: ClassFacts,
  { site, make }: { readonly site: TypeSite; readonly make: RequirementValues },
): readonly Requirement[] {
  const arch = kubernetesArchOf(facts);
  const windows = amiFamilies[amiFamily].os === "windows";
  const zoneIds = site.zones.flatMap(({ zoneId }) => (zoneId === undefined ? [] : [zoneId]));
  return [
    make.oneOf(labels.instanceType, facts.name),
    make.oneOf(labels.arch, arch ?? `[${facts.architectures.join(" ")}]`),
    windows ? make.oneOf(labels.os, ...(arch === "amd64" ? ["windows"] : [])) : make.oneOf(labels.os, "linux"),
    make.oneOf(labels.zone, ...site.zones.map(({ zone }) => zone)),
    ...(zoneIds.length === 0 ? [] : [make.oneOf(labels.zoneId, ...zoneIds)]),
    make.oneOf(labels.region, site.region),
    make.oneOrAbsent(labels.windowsBuild, windowsBuilds[amiFamily as keyof typeof windowsBuilds]),
    make.oneOf(labels.capacityType, ...capacityTypesOf(facts, site.reservations.length > 0)),
  ];
}

/** On-demand and spot as far as the type supports them, plus reserved if the class has a reservation of it. */
export function capacityTypesOf({ usageClasses }: MachineFacts, reserved: boolean): readonly string[] {
  const usual = [capacityTypes.onDemand, capacityTypes.spot].filter((name) => usageClasses.includes(name));
  return reserved ? [...usual, capacityTypes.reserved] : usual;
}

function reservationRequirements(
  reservations: readonly ClassReservation[],
  make: RequirementValues,
): readonly Requirement[] {
  return [
    make.oneOf(awsLabels.capacityReservationId, ...reservations.map(({ id }) => id)),
    make.oneOf(awsLabels.capacityReservationType, ...reservations.map(({ type }) => type)),
    make.oneOf(
      awsLabels.capacityReservationInterruptible,
      ...reservations.map(({ interruptible }) => String(interruptible)),
    ),
  ];
}

/** Names of a group's partitions: `1` to the count. */
export const partitionNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(index + 1));

/** Stated only where the class has a group. */
function groupRequirements(group: ClassPlacementGroup | undefined, make: RequirementValues): readonly Requirement[] {
  if (group === undefined) return [];
  return [
    make.oneOf(awsLabels.placementGroupId, group.id),
    ...(group.partitions === 0
      ? []
      : [make.oneOf(awsLabels.placementGroupPartition, ...partitionNames(group.partitions))]),
  ];
}

function processorRequirements(facts: MachineFacts, make: RequirementValues): readonly Requirement[] {
  return [
    make.oneOf(awsLabels.instanceCpu, String(facts.vcpus)),
    make.oneOrAbsent(awsLabels.instanceCpuManufacturer, facts.cpuManufacturer && kebab(facts.cpuManufacturer)),
    facts.cpuManufacturer === undefined
      ? make.absent(awsLabels.instanceCpuSustainedClockSpeedMhz)
      : make.oneOf(awsLabels.instanceCpuSustainedClockSpeedMhz, String(facts.clockMhz)),
    make.oneOf(awsLabels.instanceMemory, String(facts.memoryMib)),
    make.oneOrAbsent(awsLabels.instanceEbsBandwidth, facts.ebsMbps),
    make.oneOrAbsent(awsLabels.instanceNetworkBandwidth, facts.networkMbps),
    make.oneOrAbsent(awsLabels.instanceLocalNvme, facts.storageNvme ? facts.storageGb : undefined),
  ];
}

const kebab = (text: string): string => text.toLowerCase().replaceAll(" ", "-");
const nameScheme = /^([a-z]+)(-[0-9]+tb)?([0-9]+).*\./;

function nameRequirements(name: string, make: RequirementValues): readonly Requirement[] {
  const scheme = nameScheme.exec(name);
  const parts = name.split(".");
  const [family, size] = parts.length === 2 ? parts : [];
  return [
    make.oneOrAbsent(awsLabels.instanceCategory, scheme?.[1]),
    make.oneOrAbsent(awsLabels.instanceGeneration, scheme?.[3]),
    make.oneOrAbsent(awsLabels.instanceFamily, family),
    make.oneOrAbsent(awsLabels.instanceSize, size),
    make.oneOf(awsLabels.instanceCapabilityFlex, String(family?.includes("-flex") ?? false)),
  ];
}

function featureRequirements(facts: MachineFacts, make: RequirementValues): readonly Requirement[] {
  return [
    make.oneOf(awsLabels.instanceHypervisor, facts.hypervisor),
    make.oneOf(awsLabels.instanceEncryptionInTransitSupported, String(facts.encryptionInTransit)),
    make.oneOf(awsLabels.nitroSandbox, String(facts.nitroEnclaves)),
    make.oneOf(awsLabels.instanceTenancy, tenancies.default, tenancies.dedicated),
  ];
}

/** Labels of GPUs and accelerators exist only when there is exactly one kind of them. */
function deviceRequirements(facts: MachineFacts, make: RequirementValues): readonly Requirement[] {
  const gpu = facts.gpus.length === 1 ? facts.gpus[0] : undefined;
  const accelerator = acceleratorOf(facts);
  return [
    make.oneOrAbsent(awsLabels.instanceGpuName, gpu && kebab(gpu.name)),
    make.oneOrAbsent(awsLabels.instanceGpuManufacturer, gpu && kebab(gpu.manufacturer)),
    make.oneOrAbsent(awsLabels.instanceGpuCount, gpu?.count),
    make.oneOrAbsent(awsLabels.instanceGpuMemory, gpu?.memoryMib),
    make.oneOrAbsent(awsLabels.instanceAcceleratorName, accelerator && kebab(accelerator.name)),
    make.oneOrAbsent(awsLabels.instanceAcceleratorManufacturer, accelerator && kebab(accelerator.manufacturer)),
    make.oneOrAbsent(awsLabels.instanceAcceleratorCount, accelerator?.count),
  ];
}

/** Neuron devices first, whose maker EC2 does not state; other accelerators only where there is no Neuron at all. */
function acceleratorOf({ neuronDevices, accelerators }: MachineFacts): AcceleratorFacts | undefined {
  const [neuron] = neuronDevices;
  if (neuron === undefined) return accelerators.length === 1 ? accelerators[0] : undefined;
  return neuronDevices.length === 1 ? { name: neuron.name, manufacturer: "aws", count: neuron.count } : undefined;
}
