import type { MachineFacts, Prices } from "../../provider-aws/catalogue/index.ts";
import type { OfflineMarket } from "../offline/read-offline.ts";

/** One machine type with the table's columns as fields (product 4.2, `instance-types`). */
export interface TypeRow {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryGib: number;
  /** EC2's words, joined by a comma. */
  readonly cpuArchitecture: string;
  readonly cpuManufacturer: string;
  readonly hypervisor: string;
  readonly currentGeneration: boolean;
  /** Gbit/s; 0 where it is not known. */
  readonly networkGbps: number;
  readonly networkInterfaces: number;
  readonly gpus: number;
  readonly gpuMemoryGib: number;
  readonly gpuInfo: string;
  readonly accelerators: number;
  readonly acceleratorInfo: string;
  readonly localStorageGb: number;
  readonly zones: readonly string[];
  /** USD an hour; null where nobody has told it. */
  readonly onDemandPrice: number | null;
  /** The least of the zones; simulated unless the user's prices say otherwise. */
  readonly spotPrice: number | null;
}

/** A row with all that filters ask for. */
export interface TypeEntry {
  readonly row: TypeRow;
  readonly facts: MachineFacts;
}

/** Types that the region offers, in order of name. */
export function typeEntries({ catalogue, region, prices }: OfflineMarket): readonly TypeEntry[] {
  const offerings = catalogue.regions.get(region)?.offerings ?? new Map<string, readonly string[]>();
  return catalogue.machines.flatMap((facts): readonly TypeEntry[] => {
    const zones = offerings.get(facts.name);
    return zones === undefined ? [] : [{ facts, row: rowOf(facts, zones, prices) }];
  });
}

function rowOf(facts: MachineFacts, zones: readonly string[], prices: Prices): TypeRow {
  const { gpus, accelerators, neuronDevices } = facts;
  const named = new Set(accelerators.map(({ name }) => name));
  const neuron = neuronDevices.filter(({ name }) => !named.has(name));
  const devices = [...accelerators, ...neuron.map((device) => ({ ...device, manufacturer: "AWS" }))];
  return {
    name: facts.name,
    vcpus: facts.vcpus,
    memoryGib: facts.memoryMib / 1024,
    cpuArchitecture: facts.architectures.join(","),
    cpuManufacturer: (facts.cpuManufacturer ?? "").toLowerCase(),
    hypervisor: facts.bareMetal ? "none" : facts.hypervisor,
    currentGeneration: facts.currentGeneration,
    networkGbps: (facts.networkMbps ?? 0) / 1000,
    networkInterfaces: sum(facts.cardInterfaces),
    gpus: sum(gpus.map(({ count }) => count)),
    gpuMemoryGib: sum(gpus.map(({ count, memoryMib }) => count * memoryMib)) / 1024,
    gpuInfo: gpus.map(({ manufacturer, name, count }) => `${manufacturer} ${name} x${count}`).join(", "),
    accelerators: sum(devices.map(({ count }) => count)),
    acceleratorInfo: devices.map(({ manufacturer, name, count }) => `${manufacturer} ${name} x${count}`).join(", "),
    localStorageGb: facts.storageGb ?? 0,
    zones,
    onDemandPrice: prices.onDemand(facts.name) ?? null,
    spotPrice: cheapestSpot(facts, zones, prices),
  };
}

function cheapestSpot({ name, usageClasses }: MachineFacts, zones: readonly string[], prices: Prices): number | null {
  if (!usageClasses.includes("spot")) return null;
  const known = zones.flatMap((zone) => prices.spot(name, zone) ?? []);
  return known.length === 0 ? null : Math.min(...known);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
