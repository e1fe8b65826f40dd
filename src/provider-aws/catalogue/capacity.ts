import { awsResourceNames, type BlockDeviceMapping, resourceNames } from "../../api/index.ts";
import { parseAmount, type Resources } from "../../core/index.ts";
import { amiFamilies } from "./ami-family.ts";
import type { ClassFacts } from "./class-facts.ts";
import type { MachineFacts, NetworkLimits } from "./facts.ts";
import { podCapacity } from "./pods.ts";

export const mebibyte = 2 ** 20;
export const gibibyte = 2 ** 30;

export interface CapacitySettings {
  /** Part of the memory that the hypervisor and the firmware take, 0.075 by default. */
  readonly vmMemoryOverheadPercent: number;
  readonly reservedEnis: number;
  /** Bytes that nodes of a type have told of, which beat the formula (spec: aws 2.9). */
  readonly discoveredMemory?: (type: string) => number | undefined;
}

/** Capacity of a machine under a node class (spec: aws 2.3). Resources of which there are none are absent. */
export function machineCapacity(
  facts: MachineFacts,
  classFacts: ClassFacts,
  settings: CapacitySettings,
  limits: NetworkLimits | undefined,
): Resources {
  const all: Record<string, number> = {
    [resourceNames.cpu]: facts.vcpus * 1000,
    [resourceNames.memory]:
      settings.discoveredMemory?.(facts.name) ?? memoryBytes(facts, settings.vmMemoryOverheadPercent),
    [resourceNames.ephemeralStorage]: ephemeralStorageBytes(facts, classFacts),
    [resourceNames.pods]: podCapacity(facts, classFacts, settings.reservedEnis),
    [awsResourceNames.podEni]: branchInterfaces(classFacts, limits),
    ...deviceCapacity(facts),
    [awsResourceNames.efa]: efaCapacity(facts, classFacts),
    [awsResourceNames.privateIpv4]:
      amiFamilies[classFacts.amiFamily].os === "windows" ? Math.max((limits?.ipv4PerInterface ?? 1) - 1, 0) : 0,
  };
  return Object.fromEntries(Object.entries(all).filter(([, amount]) => amount > 0));
}

const branchInterfaces = ({ hidesPodEni }: ClassFacts, limits: NetworkLimits | undefined): number =>
  hidesPodEni !== true && limits?.trunking === true ? limits.branchInterfaces : 0;

function memoryBytes({ memoryMib, architectures }: MachineFacts, overheadPercent: number): number {
  const usable = memoryMib - (architectures[0] === "arm64" ? 64 : 0);
  return (usable - Math.ceil((usable * mebibyte * overheadPercent) / mebibyte)) * mebibyte;
}

function deviceCapacity({ gpus, neuronDevices }: MachineFacts): Record<string, number> {
  const made = (manufacturer: string): number =>
    gpus.filter((gpu) => gpu.manufacturer === manufacturer).reduce((sum, { count }) => sum + count, 0);
  const [neuron] = neuronDevices;
  return {
    [awsResourceNames.nvidiaGpu]: made("NVIDIA"),
    [awsResourceNames.amdGpu]: made("AMD"),
    [awsResourceNames.habanaGaudi]: made("Habana"),
    [awsResourceNames.neuron]: neuronDevices.reduce((sum, { count }) => sum + count, 0),
    [awsResourceNames.neuronCore]: neuron === undefined ? 0 : neuron.count * neuron.coresPerDevice,
  };
}

function efaCapacity(facts: MachineFacts, { networkInterfaces }: ClassFacts): number {
  if (networkInterfaces.length === 0) return facts.efaInterfaces;
  return networkInterfaces.filter(({ interfaceType }) => interfaceType === "efa-only").length;
}

/** Bytes of storage for pods; the first rule that applies (spec: aws 2.4). */
function ephemeralStorageBytes(facts: MachineFacts, { amiFamily, blockDevices, raid0 }: ClassFacts): number {
  if (raid0 && (facts.storageGb ?? 0) > 0) return (facts.storageGb ?? 0) * 1e9;
  const family = amiFamilies[amiFamily];
  const chosen = blockDevices.find((mapping) => mapping.rootVolume === true && volumeBytes(mapping) !== undefined);
  const named =
    amiFamily === "Custom"
      ? blockDevices.at(-1)
      : blockDevices.find(({ deviceName }) => deviceName !== undefined && deviceName === family.ephemeralDevice);
  const size = (chosen && volumeBytes(chosen)) ?? (named && volumeBytes(named));
  if (size !== undefined) return size;
  const standard = family.defaultVolumes.find(({ device }) => device === family.ephemeralDevice);
  return (standard?.sizeGib ?? 20) * gibibyte;
}

function volumeBytes({ ebs }: BlockDeviceMapping): number | undefined {
  if (ebs?.volumeSize === undefined) return undefined;
  const amount = parseAmount(resourceNames.ephemeralStorage, ebs.volumeSize);
  return amount.ok ? amount.value : undefined;
}
