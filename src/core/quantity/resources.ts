/**
 * Amounts of resources as integers in base units: cpu in milli-CPU, memory, ephemeral-storage and hugepages-* in bytes,
 * everything else in whole units. Keys absent mean zero. Values are exact integers up to 2^53 - 1; larger amounts (more
 * than 8 PiB of memory) saturate there. Never compared as fractions.
 */
export interface Resources {
  readonly [name: string]: number;
}

export const noResources: Resources = Object.freeze({});

/** How a resource is counted: `milli` thousandths (cpu), `bytes`, or `whole` units. */
export type ResourceUnit = "milli" | "bytes" | "whole";

export function unitOf(resource: string): ResourceUnit {
  if (resource === "cpu") return "milli";
  if (resource === "memory" || resource === "ephemeral-storage" || resource === "storage") return "bytes";
  return resource.startsWith("hugepages-") ? "bytes" : "whole";
}
