/** Instance types for tests, in the shape of upstream's fakes (scheduling 9.3). */
import { labels, type RequirementSpec } from "../../src/api/index.ts";
import {
  type InstanceType,
  type Offering,
  parseResources,
  type Resources,
  requirementIn,
  requirementOf,
  requirementsOf,
} from "../../src/core/index.ts";

export interface InstanceTypeChange {
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  /** Extended resources. */
  readonly extra?: Readonly<Record<string, string>>;
  readonly arch?: string;
  readonly os?: readonly string[];
  readonly requirements?: readonly RequirementSpec[];
  readonly offerings?: readonly Offering[];
}

export const testZones = ["test-zone-1", "test-zone-2", "test-zone-3"] as const;

/** Labels that the fakes add to the well-known ones. */
export const testLabels = ["integer", "size", "special"] as const;

export function offering(zone: string, capacityType: string, price: number, change: Partial<Offering> = {}): Offering {
  const requirements = requirementsOf([
    requirementIn(labels.zone, zone),
    requirementIn(labels.capacityType, capacityType),
  ]);
  return { zone, capacityType, price, available: true, requirements, ...change };
}

/** 4 cpu, 4Gi and 5 pods unless told; spot in two zones and on demand in three at one price; 100m and 10Mi overhead. */
export function instanceType(name: string, change: InstanceTypeChange = {}): InstanceType {
  const {
    cpu = "4",
    memory = "4Gi",
    pods = "5",
    extra = {},
    arch = "amd64",
    os = ["linux", "windows", "darwin"],
  } = change;
  const capacity = resources({ cpu, memory, pods, ...extra });
  const offerings = change.offerings ?? defaultOfferings(priceOf(capacity, Object.keys(extra).length));
  const open = offerings.filter(({ available }) => available);
  const large = (capacity["cpu"] ?? 0) > 4000 && (capacity["memory"] ?? 0) > 8 * 2 ** 30;
  return {
    name,
    requirements: requirementsOf([
      requirementIn(labels.instanceType, name),
      requirementIn(labels.arch, arch),
      requirementIn(labels.os, ...os),
      requirementIn(labels.zone, ...new Set(open.map(({ zone }) => zone))),
      requirementIn(labels.capacityType, ...new Set(open.map(({ capacityType }) => capacityType))),
      requirementIn("size", large ? "large" : "small"),
      requirementOf(
        large ? { key: "special", operator: "In", values: ["optional"] } : { key: "special", operator: "DoesNotExist" },
      ),
      requirementIn("integer", String((capacity["cpu"] ?? 0) / 1000)),
      ...(change.requirements ?? []).map(requirementOf),
    ]),
    capacity,
    overhead: { kubeReserved: resources({ cpu: "100m", memory: "10Mi" }), systemReserved: {}, evictionThreshold: {} },
    offerings,
  };
}

const priceOf = (capacity: Resources, devices: number): number =>
  (0.1 * (capacity["cpu"] ?? 0)) / 1000 + (0.1 * (capacity["memory"] ?? 0)) / 1e9 + devices;

const defaultOfferings = (price: number): readonly Offering[] => [
  offering("test-zone-1", "spot", price),
  offering("test-zone-2", "spot", price),
  ...testZones.map((zone) => offering(zone, "on-demand", price)),
];

/** Upstream's six default fakes. */
export const defaultTypes = (): readonly InstanceType[] => [
  instanceType("arm-instance-type", {
    cpu: "16",
    memory: "128Gi",
    arch: "arm64",
    os: ["ios", "linux", "windows", "darwin"],
  }),
  instanceType("default-instance-type"),
  instanceType("gpu-vendor-b-instance-type", { extra: { "fake.com/vendor-b": "2" } }),
  instanceType("gpu-vendor-instance-type", { extra: { "fake.com/vendor-a": "2" } }),
  instanceType("single-pod-instance-type", { pods: "1" }),
  instanceType("small-instance-type", { cpu: "2", memory: "2Gi" }),
];

/** `fake-it-0` and on: cpu i + 1, memory 2(i + 1)Gi, pods 10(i + 1). */
export const ladderTypes = (count: number): readonly InstanceType[] =>
  Array.from({ length: count }, (_, i) =>
    instanceType(`fake-it-${i}`, { cpu: String(i + 1), memory: `${2 * (i + 1)}Gi`, pods: String(10 * (i + 1)) }),
  ).sort((a, b) => (a.name < b.name ? -1 : 1));

export function resources(quantities: Readonly<Record<string, string>>): Resources {
  const parsed = parseResources(quantities);
  if (!parsed.ok) throw new Error(parsed.failure.map(({ message }) => message).join("; "));
  return parsed.value;
}
