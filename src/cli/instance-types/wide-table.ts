import type { TypeRow } from "./type-row.ts";

export const wideHeadings: readonly string[] = [
  "instance type",
  "vcpus",
  "mem (gib)",
  "hypervisor",
  "current gen",
  "hibernation",
  "cpu arch",
  "network (gbit/s)",
  "enis",
  "gpus",
  "gpu mem (gib)",
  "gpu info",
  "on-demand $/h",
  "spot $/h",
];

/** Columns that are aligned to the right. */
export const wideFigures: ReadonlySet<number> = new Set([1, 2, 7, 8, 9, 10, 12, 13]);

export const wideRow = (row: TypeRow): readonly string[] => [
  row.name,
  String(row.vcpus),
  String(row.memoryGib),
  row.hypervisor,
  String(row.currentGeneration),
  String(row.hibernation),
  row.cpuArchitecture,
  row.networkGbps === 0 ? "unknown" : String(row.networkGbps),
  String(row.networkInterfaces),
  String(row.gpus),
  String(row.gpuMemoryGib),
  row.gpuInfo === "" ? "none" : row.gpuInfo,
  priceText(row.onDemandPrice),
  priceText(row.spotPrice),
];

const priceText = (price: number | null): string => (price === null ? "unknown" : price.toFixed(4));
