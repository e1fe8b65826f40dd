import { type Resources, unitOf } from "./resources.ts";

const decimalSuffix = ["", "k", "M", "G", "T", "P", "E"];
const binarySuffix = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/**
 * An amount in base units as Kubernetes prints it: the largest suffix that leaves an integer. 1500 milli-CPU is `1500m`,
 * 2 GiB is `2Gi`, 1536 MiB is `1536Mi`, 2000 pods are `2k`.
 */
export function formatResource(resource: string, amount: number): string {
  const unit = unitOf(resource);
  if (amount === 0) return "0";
  if (unit === "milli" && amount % 1000 !== 0) return `${amount}m`;
  if (unit === "bytes" && Math.abs(amount) >= 1024) return shortened(amount, 1024, binarySuffix);
  return shortened(unit === "milli" ? amount / 1000 : amount, 1000, decimalSuffix);
}

/** Every amount as text, in order of resource name. */
export function formatResources(resources: Resources): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const resource of Object.keys(resources).sort()) {
    texts[resource] = formatResource(resource, resources[resource] ?? 0);
  }
  return texts;
}

function shortened(amount: number, step: number, suffixes: readonly string[]): string {
  let value = amount;
  let suffix = 0;
  while (value % step === 0 && suffix < suffixes.length - 1) {
    value /= step;
    suffix++;
  }
  return `${value}${suffixes[suffix]}`;
}
