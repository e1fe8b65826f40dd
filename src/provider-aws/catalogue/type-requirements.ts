import { awsLabels, capacityTypes, labels, tenancies, windowsBuilds } from "../../api/index.ts";
import type { Requirement, Requirements } from "../../core/index.ts";
import { amiFamilies } from "./ami-family.ts";
import type { ClassFacts, ClassReservation } from "./class-facts.ts";
import type { AcceleratorFacts, MachineFacts } from "./facts.ts";
import { absent, oneOf, oneOrAbsent } from "./requirement-values.ts";

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
export function typeRequirements(facts: MachineFacts, classFacts: ClassFacts, site: TypeSite): Requirements {
  const all = [
    ...placeRequirements(facts, classFacts, site),
    ...reservationRequirements(site.reservations),
    ...processorRequirements(facts),
    ...nameRequirements(facts.name),
    ...featureRequirements(facts),
    ...deviceRequirements(facts),
  ];
  return new Map(all.map((requirement) => [requirement.key, requirement]));
}

function placeRequirements(facts: MachineFacts, { amiFamily }: ClassFacts, site: TypeSite): readonly Requirement[] {
  const arch = kubernetesArchOf(facts);
  const windows = amiFamilies[amiFamily].os === "windows";
  const zoneIds = site.zones.flatMap(({ zoneId }) => (zoneId === undefined ? [] : [zoneId]));
  return [
    oneOf(labels.instanceType, facts.name),
    oneOf(labels.arch, arch ?? `[${facts.architectures.join(" ")}]`),
    windows ? oneOf(labels.os, ...(arch === "amd64" ? ["windows"] : [])) : oneOf(labels.os, "linux"),
    oneOf(labels.zone, ...site.zones.map(({ zone }) => zone)),
    ...(zoneIds.length === 0 ? [] : [oneOf(labels.zoneId, ...zoneIds)]),
    oneOf(labels.region, site.region),
    oneOrAbsent(labels.windowsBuild, windowsBuilds[amiFamily as keyof typeof windowsBuilds]),
    oneOf(labels.capacityType, ...capacityTypesOf(facts, site.reservations.length > 0)),
  ];
}

/** On-demand and spot as far as the type supports them, plus reserved if the class has a reservation of it. */
export function capacityTypesOf({ usageClasses }: MachineFacts, reserved: boolean): readonly string[] {
  const usual = [capacityTypes.onDemand, capacityTypes.spot].filter((name) => usageClasses.includes(name));
  return reserved ? [...usual, capacityTypes.reserved] : usual;
}

function reservationRequirements(reservations: readonly ClassReservation[]): readonly Requirement[] {
  return [
    oneOf(awsLabels.capacityReservationId, ...reservations.map(({ id }) => id)),
    oneOf(awsLabels.capacityReservationType, ...reservations.map(({ type }) => type)),
    oneOf(
      awsLabels.capacityReservationInterruptible,
      ...reservations.map(({ interruptible }) => String(interruptible)),
    ),
  ];
}

function processorRequirements(facts: MachineFacts): readonly Requirement[] {
  return [
    oneOf(awsLabels.instanceCpu, String(facts.vcpus)),
    oneOrAbsent(awsLabels.instanceCpuManufacturer, facts.cpuManufacturer && kebab(facts.cpuManufacturer)),
    facts.cpuManufacturer === undefined
      ? absent(awsLabels.instanceCpuSustainedClockSpeedMhz)
      : oneOf(awsLabels.instanceCpuSustainedClockSpeedMhz, String(facts.clockMhz)),
    oneOf(awsLabels.instanceMemory, String(facts.memoryMib)),
    oneOrAbsent(awsLabels.instanceEbsBandwidth, facts.ebsMbps),
    oneOrAbsent(awsLabels.instanceNetworkBandwidth, facts.networkMbps),
    oneOrAbsent(awsLabels.instanceLocalNvme, facts.storageNvme ? facts.storageGb : undefined),
  ];
}

const kebab = (text: string): string => text.toLowerCase().replaceAll(" ", "-");
const nameScheme = /^([a-z]+)(-[0-9]+tb)?([0-9]+).*\./;

function nameRequirements(name: string): readonly Requirement[] {
  const scheme = nameScheme.exec(name);
  const parts = name.split(".");
  const [family, size] = parts.length === 2 ? parts : [];
  return [
    oneOrAbsent(awsLabels.instanceCategory, scheme?.[1]),
    oneOrAbsent(awsLabels.instanceGeneration, scheme?.[3]),
    oneOrAbsent(awsLabels.instanceFamily, family),
    oneOrAbsent(awsLabels.instanceSize, size),
    oneOf(awsLabels.instanceCapabilityFlex, String(family?.includes("-flex") ?? false)),
  ];
}

function featureRequirements(facts: MachineFacts): readonly Requirement[] {
  return [
    oneOf(awsLabels.instanceHypervisor, facts.hypervisor),
    oneOf(awsLabels.instanceEncryptionInTransitSupported, String(facts.encryptionInTransit)),
    oneOf(awsLabels.nitroSandbox, String(facts.nitroEnclaves)),
    oneOf(awsLabels.instanceTenancy, tenancies.default, tenancies.dedicated),
  ];
}

/** Labels of GPUs and accelerators exist only when there is exactly one kind of them. */
function deviceRequirements(facts: MachineFacts): readonly Requirement[] {
  const gpu = facts.gpus.length === 1 ? facts.gpus[0] : undefined;
  const accelerator = acceleratorOf(facts);
  return [
    oneOrAbsent(awsLabels.instanceGpuName, gpu && kebab(gpu.name)),
    oneOrAbsent(awsLabels.instanceGpuManufacturer, gpu && kebab(gpu.manufacturer)),
    oneOrAbsent(awsLabels.instanceGpuCount, gpu?.count),
    oneOrAbsent(awsLabels.instanceGpuMemory, gpu?.memoryMib),
    oneOrAbsent(awsLabels.instanceAcceleratorName, accelerator && kebab(accelerator.name)),
    oneOrAbsent(awsLabels.instanceAcceleratorManufacturer, accelerator && kebab(accelerator.manufacturer)),
    oneOrAbsent(awsLabels.instanceAcceleratorCount, accelerator?.count),
  ];
}

/** Neuron devices first, whose maker EC2 does not state; other accelerators only where there is no Neuron at all. */
function acceleratorOf({ neuronDevices, accelerators }: MachineFacts): AcceleratorFacts | undefined {
  const [neuron] = neuronDevices;
  if (neuron === undefined) return accelerators.length === 1 ? accelerators[0] : undefined;
  return neuronDevices.length === 1 ? { name: neuron.name, manufacturer: "aws", count: neuron.count } : undefined;
}
