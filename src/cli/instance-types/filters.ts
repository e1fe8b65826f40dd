/** The selector's filters (spec: operations 6.2): each says which flag it is, what it is for, and which types pass. */
import { type Command, Option } from "commander";
import {
  booleanValue,
  gibValue,
  listValue,
  numberValue,
  patternValue,
  type Range,
  ratioValue,
} from "./filter-values.ts";
import type { TypeEntry, TypeRow } from "./type-row.ts";

export type Filter = (entry: TypeEntry) => boolean;

export interface RangeFilter {
  readonly flag: string;
  readonly short?: string;
  readonly text: string;
  readonly of: (entry: TypeEntry) => number | null;
  readonly parse: (text: string) => number;
}

export const rangeFilters: readonly RangeFilter[] = Object.freeze([
  range("vcpus", "vCPUs", ({ row }) => row.vcpus, { short: "c" }),
  range("memory", "memory, GiB unless a unit says otherwise", ({ row }) => row.memoryGib, {
    short: "m",
    parse: gibValue,
  }),
  range("gpus", "GPUs", ({ row }) => row.gpus, { short: "g" }),
  range("gpu-memory-total", "memory of all GPUs", ({ row }) => row.gpuMemoryGib, { parse: gibValue }),
  range("inference-accelerators", "inference accelerators", ({ row }) => row.accelerators),
  range("network-interfaces", "network interfaces", ({ row }) => row.networkInterfaces),
  range("network-performance", "network bandwidth, Gbit/s", ({ row }) => row.networkGbps),
  range("price-per-hour", "USD an hour, on demand unless --usage-class spot", ({ row }) => row.onDemandPrice),
  range("instance-storage", "local disks", ({ row }) => (row.localStorageGb * 1e9) / 2 ** 30, { parse: gibValue }),
  range("generation", "generation of the family", ({ row }) => generationOf(row.name)),
]);

function range(
  flag: string,
  text: string,
  of: RangeFilter["of"],
  more: { readonly short?: string; readonly parse?: RangeFilter["parse"] } = {},
): RangeFilter {
  return {
    flag,
    text,
    of,
    parse: more.parse ?? numberValue,
    ...(more.short === undefined ? {} : { short: more.short }),
  };
}

/** `c6i.large` is of generation 6; 0 for names without one. */
export const generationOf = (name: string): number => Number(/^[a-z-]+?(\d+)/.exec(name)?.[1] ?? 0);

export interface ValueFilter {
  readonly flag: string;
  readonly short?: string;
  readonly text: string;
  readonly choices?: readonly string[];
  readonly accepts: (entry: TypeEntry, wanted: string) => boolean;
}

const same = (a: string | undefined, b: string): boolean => (a ?? "").toLowerCase() === b.toLowerCase();

export const valueFilters: readonly ValueFilter[] = Object.freeze<ValueFilter[]>([
  {
    flag: "cpu-architecture",
    short: "a",
    text: "architecture",
    choices: ["x86_64", "amd64", "arm64", "i386", "x86_64_mac", "arm64_mac"],
    accepts: ({ facts }, wanted) => facts.architectures.includes(wanted === "amd64" ? "x86_64" : wanted),
  },
  {
    flag: "cpu-manufacturer",
    text: "maker of the processor",
    choices: ["intel", "amd", "aws", "apple"],
    accepts: ({ row }, wanted) => same(row.cpuManufacturer, wanted),
  },
  {
    flag: "gpu-manufacturer",
    text: "maker of the GPU",
    accepts: ({ facts }, wanted) => facts.gpus.some(({ manufacturer }) => same(manufacturer, wanted)),
  },
  {
    flag: "gpu-model",
    text: "model of the GPU",
    accepts: ({ facts }, wanted) => facts.gpus.some(({ name }) => same(name, wanted)),
  },
  {
    flag: "inference-accelerator-manufacturer",
    text: "maker of the accelerator",
    accepts: ({ row }, wanted) => row.acceleratorInfo.toLowerCase().startsWith(wanted.toLowerCase()),
  },
  {
    flag: "inference-accelerator-model",
    text: "model of the accelerator",
    accepts: ({ facts }, wanted) =>
      [...facts.accelerators, ...facts.neuronDevices].some(({ name }) => same(name, wanted)),
  },
  {
    flag: "usage-class",
    short: "u",
    text: "how it may be bought",
    choices: ["on-demand", "spot"],
    accepts: ({ facts }, wanted) => facts.usageClasses.includes(wanted),
  },
  {
    flag: "hypervisor",
    text: "hypervisor",
    choices: ["xen", "nitro"],
    accepts: ({ facts }, wanted) => facts.hypervisor === wanted,
  },
  {
    flag: "placement-group-strategy",
    text: "placement group that it may be in",
    choices: ["cluster", "spread", "partition"],
    accepts: ({ facts }, wanted) => facts.placementStrategies.includes(wanted),
  },
]);

export interface BooleanFilter {
  readonly flag: string;
  readonly short?: string;
  readonly text: string;
  readonly holds: (entry: TypeEntry) => boolean;
}

const familyOf = ({ row }: TypeEntry): string => row.name.split(".")[0] ?? "";

export const booleanFilters: readonly BooleanFilter[] = Object.freeze<BooleanFilter[]>([
  { flag: "ena-support", short: "e", text: "has ENA", holds: ({ facts }) => facts.enaSupported },
  { flag: "efa-support", text: "has EFA", holds: ({ facts }) => facts.efaInterfaces > 0 },
  { flag: "baremetal", text: "is bare metal", holds: ({ facts }) => facts.bareMetal },
  { flag: "burst-support", short: "b", text: "is burstable", holds: (entry) => /^t\d/.test(familyOf(entry)) },
  { flag: "fpga-support", text: "has FPGAs", holds: (entry) => /^f\d/.test(familyOf(entry)) },
  {
    flag: "current-generation",
    text: "is of the current generation",
    holds: ({ facts }) => facts.currentGeneration,
  },
  { flag: "network-encryption", text: "encrypts between instances", holds: ({ facts }) => facts.encryptionInTransit },
]);

/** Flags of the selector on facts that the catalogue does not hold: said, not ignored. */
const withoutFacts = [
  "root-device-type",
  "virtualization-type",
  "disk-type",
  "hibernation-support",
  "ipv6",
  "nvme",
  "disk-encryption",
  "ebs-optimized",
  "free-tier",
  "auto-recovery",
  "dedicated-hosts",
  "ebs-optimized-baseline-bandwidth",
  "ebs-optimized-baseline-throughput",
  "ebs-optimized-baseline-iops",
  "service",
] as const;

/** Adds the flag of every filter to the command. */
export function addFilterFlags(command: Command): Command {
  for (const { flag, short, text, parse } of rangeFilters) {
    command.option(`${short === undefined ? "" : `-${short}, `}--${flag} <n>`, `${text}: exactly`, parse);
    command.option(`--${flag}-min <n>`, `${text}: at least`, parse);
    command.option(`--${flag}-max <n>`, `${text}: at most`, parse);
  }
  command.option("--vcpus-to-memory-ratio <ratio>", "vCPUs to GiB of memory, as in 1:2", ratioValue);
  for (const { flag, short, text, choices } of valueFilters) {
    const option = new Option(`${short === undefined ? "" : `-${short}, `}--${flag} <value>`, text);
    command.addOption(choices === undefined ? option : option.choices([...choices]));
  }
  for (const { flag, short, text } of booleanFilters)
    command.option(`${short === undefined ? "" : `-${short}, `}--${flag} [bool]`, text, booleanValue);
  for (const flag of withoutFacts) command.addOption(new Option(`--${flag} [value]`).hideHelp());
  return command
    .option("-z, --availability-zones <zones>", "zones that offer it all, by name", listValue)
    .option("--instance-types <names>", "only these", listValue)
    .option("--allow-list <pattern>", "names that match", patternValue)
    .option("--deny-list <pattern>", "names that do not match", patternValue);
}

export type FilterValues = Readonly<Record<string, unknown>>;

/** Flags that were given and that the catalogue has no facts for. */
export const unanswerable = (values: FilterValues): readonly string[] =>
  withoutFacts.filter((flag) => values[camel(flag)] !== undefined).map((flag) => `--${flag}`);

/** The filters that the flags ask for; a type must pass all of them. */
export function chosenFilters(values: FilterValues): readonly Filter[] {
  const zones = listOf(values["availabilityZones"]);
  const names = listOf(values["instanceTypes"]);
  const { allowList, denyList, vcpusToMemoryRatio } = values;
  return [
    ...rangeFilters.flatMap((filter) => rangeChosen(filter, values)),
    ...valueFilters.flatMap(({ flag, accepts }) => {
      const wanted = values[camel(flag)];
      return typeof wanted === "string" ? [(entry: TypeEntry) => accepts(entry, wanted)] : [];
    }),
    ...booleanFilters.flatMap(({ flag, holds }) => {
      const wanted = values[camel(flag)];
      return typeof wanted === "boolean" ? [(entry: TypeEntry) => holds(entry) === wanted] : [];
    }),
    ...(typeof vcpusToMemoryRatio === "number"
      ? [({ row }: TypeEntry) => Math.abs(row.memoryGib / row.vcpus - vcpusToMemoryRatio) <= ratioTolerance]
      : []),
    ...(zones === undefined ? [] : [({ row }: TypeEntry) => zones.every((zone) => row.zones.includes(zone))]),
    ...(names === undefined ? [] : [({ row }: TypeEntry) => names.includes(row.name)]),
    ...(allowList instanceof RegExp ? [({ row }: TypeEntry) => allowList.test(row.name)] : []),
    ...(denyList instanceof RegExp ? [({ row }: TypeEntry) => !denyList.test(row.name)] : []),
  ];
}

/** A machine of 3.75 GiB for 1 vCPU is meant by 1:4. */
const ratioTolerance = 0.3;

function rangeChosen({ flag, of }: RangeFilter, values: FilterValues): readonly Filter[] {
  const exact = values[camel(flag)];
  const least = values[camel(`${flag}-min`)] ?? exact;
  const most = values[camel(`${flag}-max`)] ?? exact;
  if (typeof least !== "number" && typeof most !== "number") return [];
  const wanted: Range = {
    least: typeof least === "number" ? least : 0,
    most: typeof most === "number" ? most : Number.POSITIVE_INFINITY,
  };
  const read = flag === "price-per-hour" && values["usageClass"] === "spot" ? spotPriceOf : of;
  return [
    (entry) => {
      const value = read(entry);
      return value !== null && value >= wanted.least && value <= wanted.most;
    },
  ];
}

const spotPriceOf = ({ row }: { readonly row: TypeRow }): number | null => row.spotPrice;

const listOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.map((each) => String(each)) : undefined;

const camel = (flag: string): string => flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
