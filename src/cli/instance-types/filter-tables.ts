/** The selector's filters (spec: operations 6.2): each says which flag it is, what it is for, and which types pass. */
import { gibValue, numberValue } from "./filter-values.ts";
import type { TypeEntry } from "./type-row.ts";

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
  range("network-performance", "network bandwidth, Gbit/s", ({ facts }) => perThousand(facts.networkMbps)),
  range("price-per-hour", "USD an hour, on demand unless --usage-class spot", ({ row }) => row.onDemandPrice),
  range("instance-storage", "local disks", ({ row }) => (row.localStorageGb * 1e9) / 2 ** 30, { parse: gibValue }),
  range("ebs-optimized-baseline-bandwidth", "bandwidth to EBS at all times, Mbit/s", ({ row }) => row.ebsBaselineMbps),
  range(
    "ebs-optimized-baseline-throughput",
    "throughput to EBS at all times, MB/s",
    ({ row }) => row.ebsBaselineMegabytes,
  ),
  range("ebs-optimized-baseline-iops", "operations on EBS a second at all times", ({ row }) => row.ebsBaselineIops),
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

/** What is not known meets no bound. */
const perThousand = (amount: number | undefined): number | null => (amount === undefined ? null : amount / 1000);

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
  {
    flag: "root-device-type",
    text: "kind of the root device",
    choices: ["ebs", "instance-store"],
    accepts: ({ selector }, wanted) => selector.rootDevices.includes(wanted),
  },
  {
    flag: "virtualization-type",
    text: "way that it is virtualized",
    choices: ["hvm", "paravirtual", "pv"],
    accepts: ({ selector }, wanted) => selector.virtualizations.includes(wanted === "pv" ? "paravirtual" : wanted),
  },
  {
    flag: "disk-type",
    text: "kind of the local disks",
    choices: ["hdd", "ssd"],
    accepts: ({ selector }, wanted) => selector.diskType === wanted,
  },
]);

export interface BooleanFilter {
  readonly flag: string;
  readonly short?: string;
  readonly text: string;
  readonly holds: (entry: TypeEntry) => boolean;
}

export const booleanFilters: readonly BooleanFilter[] = Object.freeze<BooleanFilter[]>([
  { flag: "ena-support", short: "e", text: "has ENA", holds: ({ facts }) => facts.enaSupported },
  { flag: "efa-support", text: "has EFA", holds: ({ facts }) => facts.efaInterfaces > 0 },
  { flag: "baremetal", text: "is bare metal", holds: ({ facts }) => facts.bareMetal },
  { flag: "burst-support", short: "b", text: "is burstable", holds: ({ selector }) => selector.burstable },
  { flag: "fpga-support", short: "f", text: "has FPGAs", holds: ({ selector }) => selector.fpga },
  {
    flag: "current-generation",
    text: "is of the current generation",
    holds: ({ facts }) => facts.currentGeneration,
  },
  { flag: "network-encryption", text: "encrypts between instances", holds: ({ facts }) => facts.encryptionInTransit },
  { flag: "hibernation-support", text: "can hibernate", holds: ({ selector }) => selector.hibernation },
  { flag: "ipv6", text: "has IPv6", holds: ({ selector }) => selector.ipv6 },
  { flag: "nvme", text: "has NVMe, for EBS or local disks", holds: ({ selector }) => selector.nvme },
  {
    flag: "disk-encryption",
    text: "encrypts disks, EBS or local",
    holds: ({ selector }) => selector.diskEncryption,
  },
  { flag: "ebs-optimized", text: "can be EBS optimized", holds: ({ selector }) => selector.ebsOptimized },
  { flag: "free-tier", text: "is in the free tier", holds: ({ selector }) => selector.freeTier },
  { flag: "auto-recovery", text: "recovers by itself", holds: ({ selector }) => selector.autoRecovery },
  { flag: "dedicated-hosts", text: "runs on dedicated hosts", holds: ({ selector }) => selector.dedicatedHosts },
]);
