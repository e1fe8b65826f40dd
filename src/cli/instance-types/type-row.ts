import {
  loadSelectorFacts,
  type MachineFacts,
  type Prices,
  type SelectorFacts,
} from "../../provider-aws/catalogue/index.ts";
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
  /** `hdd` or `ssd`; empty without local disks. */
  readonly diskType: string;
  readonly bareMetal: boolean;
  readonly burstable: boolean;
  readonly hibernation: boolean;
  /** What EBS optimisation always gives: Mbit/s, MB/s and operations a second; null without it. */
  readonly ebsBaselineMbps: number | null;
  readonly ebsBaselineMegabytes: number | null;
  readonly ebsBaselineIops: number | null;
  readonly zones: readonly string[];
  readonly zoneIds: readonly string[];
  /** USD an hour; null where nobody has told it. */
  readonly onDemandPrice: number | null;
  /** The least of the zones; simulated unless the user's prices say otherwise. */
  readonly spotPrice: number | null;
}

/** A row with all that filters ask for. */
export interface TypeEntry {
  readonly row: TypeRow;
  readonly facts: MachineFacts;
  readonly selector: SelectorFacts;
}

/** Types that the region offers, in order of name. */
export function typeEntries({ catalogue, region, prices }: OfflineMarket): readonly TypeEntry[] {
  const { offerings, zones: known } = catalogue.regions.get(region) ?? { offerings: noOfferings, zones: [] };
  const idOf = new Map(known.map(({ name, id }) => [name, id] as const));
  const selectors = loadSelectorFacts();
  return catalogue.machines.flatMap((facts): readonly TypeEntry[] => {
    const zones = offerings.get(facts.name);
    if (zones === undefined) return [];
    const selector = selectors.get(facts.name);
    if (selector === undefined) throw new Error(`the catalogue has no selector facts of ${facts.name}`);
    const zoneIds = zones.map((zone) => idOf.get(zone) ?? zone);
    return [{ facts, selector, row: { ...rowOf(facts, zones, prices), ...selectorColumns(selector), zones, zoneIds } }];
  });
}

const noOfferings: ReadonlyMap<string, readonly string[]> = new Map();

type SelectorColumn = "diskType" | "burstable" | "hibernation" | `ebsBaseline${"Mbps" | "Megabytes" | "Iops"}`;

const selectorColumns = ({ diskType, burstable, hibernation, ebsBaseline }: SelectorFacts) =>
  ({
    diskType,
    burstable,
    hibernation,
    ebsBaselineMbps: ebsBaseline?.mbps ?? null,
    ebsBaselineMegabytes: ebsBaseline?.megabytes ?? null,
    ebsBaselineIops: ebsBaseline?.iops ?? null,
  }) satisfies Pick<TypeRow, SelectorColumn>;

type MachineColumn = Exclude<keyof TypeRow, SelectorColumn | "zones" | "zoneIds">;

function rowOf(facts: MachineFacts, zones: readonly string[], prices: Prices): Pick<TypeRow, MachineColumn> {
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
    bareMetal: facts.bareMetal,
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
