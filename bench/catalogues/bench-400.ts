import { labels } from "../../src/api/index.ts";
import {
  type InstanceType,
  type Offering,
  requirementIn,
  requirementOf,
  requirementsOf,
} from "../../src/core/index.ts";

const gibibyte = 1_073_741_824;
const zones = ["test-zone-1", "test-zone-2", "test-zone-3"];

/** Labels that the catalogue adds to the well-known ones. */
export const bench400Labels = ["integer", "size", "special"];

/** The 400 types of upstream's benchmark (corpus/BENCH.md, "Catalogue bench-400"), in order of name. */
export function bench400(): readonly InstanceType[] {
  return Array.from({ length: 400 }, (_, i) => benchType(i)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function benchType(i: number): InstanceType {
  const cpu = i + 1;
  const memory = 2 * cpu * gibibyte;
  const price = 0.1 * cpu + (0.1 * memory) / 1e9;
  const large = cpu > 4 && memory > 8 * gibibyte;
  return {
    name: `fake-it-${i}`,
    requirements: requirementsOf([
      requirementIn(labels.instanceType, `fake-it-${i}`),
      requirementIn(labels.arch, "amd64"),
      requirementIn(labels.os, "linux", "windows", "darwin"),
      requirementIn(labels.zone, ...zones),
      requirementIn(labels.capacityType, "spot", "on-demand"),
      requirementIn("integer", String(cpu)),
      requirementIn("size", large ? "large" : "small"),
      large ? requirementIn("special", "optional") : requirementOf({ key: "special", operator: "DoesNotExist" }),
    ]),
    capacity: { cpu: cpu * 1000, memory, pods: 10 * cpu },
    overhead: { kubeReserved: { cpu: 100, memory: 10 * 1_048_576 }, systemReserved: {}, evictionThreshold: {} },
    offerings: [
      ...zones.slice(0, 2).map((zone) => offering(zone, "spot", price)),
      ...zones.map((zone) => offering(zone, "on-demand", price)),
    ],
  };
}

function offering(zone: string, capacityType: string, price: number): Offering {
  const requirements = requirementsOf([
    requirementIn(labels.zone, zone),
    requirementIn(labels.capacityType, capacityType),
  ]);
  return { zone, capacityType, price, available: true, requirements };
}
