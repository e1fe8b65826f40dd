import type { Resources } from "../quantity/resources.ts";
import type { InstanceType, Offering } from "./instance-type.ts";

/** One way in which a type may come: what pods may use, and the offerings that give it (scheduling 2.3). */
export interface AllocatableGroup {
  readonly allocatable: Resources;
  readonly offerings: readonly Offering[];
}

/** Capacity less every overhead, memory further less huge pages and never below zero (scheduling 2.3). */
export function computeAllocatable(capacity: Resources, overheads: readonly Resources[]): Resources {
  const left: Record<string, number> = {};
  let hugePages = 0;
  for (const [name, amount] of Object.entries(capacity)) {
    left[name] = overheads.reduce((rest, overhead) => rest - (overhead[name] ?? 0), amount);
    if (name.startsWith("hugepages-")) hugePages += amount;
  }
  if (hugePages > 0 && left["memory"] !== undefined) left["memory"] = Math.max(0, left["memory"] - hugePages);
  return left;
}

/** What pods may use of a type, before DaemonSets and offering overrides. */
export const allocatableOf = (type: InstanceType): Resources =>
  computeAllocatable(type.capacity, overheadsOf(type, undefined));

function overheadsOf(type: InstanceType, override: Resources | undefined): readonly Resources[] {
  const { kubeReserved, systemReserved, evictionThreshold } = type.overhead;
  if (override === undefined) return [kubeReserved, systemReserved, evictionThreshold];
  const total: Record<string, number> = {};
  for (const part of [kubeReserved, systemReserved, evictionThreshold])
    for (const [name, amount] of Object.entries(part)) total[name] = (total[name] ?? 0) + amount;
  return [{ ...total, ...override }];
}

const overrideText = (offering: Offering): string =>
  JSON.stringify([sortedEntries(offering.capacityOverride), sortedEntries(offering.overheadOverride)]);

const sortedEntries = (resources: Resources | undefined): [string, number][] | undefined =>
  resources === undefined ? undefined : Object.entries(resources).sort(([a], [b]) => (a < b ? -1 : 1));

/** Groups of one type, the base (no overrides, perhaps without offerings) first; only available offerings count. */
export function allocatableGroupsOf(type: InstanceType): readonly AllocatableGroup[] {
  const plain: Offering[] = [];
  const special = new Map<string, Offering[]>();
  for (const offering of type.offerings) {
    if (!offering.available) continue;
    if (offering.capacityOverride === undefined && offering.overheadOverride === undefined) {
      plain.push(offering);
      continue;
    }
    const key = overrideText(offering);
    const group = special.get(key);
    if (group === undefined) special.set(key, [offering]);
    else group.push(offering);
  }
  const groups: AllocatableGroup[] = [{ allocatable: allocatableOf(type), offerings: plain }];
  for (const offerings of special.values())
    groups.push({ allocatable: overriddenAllocatable(type, offerings), offerings });
  return groups;
}

function overriddenAllocatable(type: InstanceType, offerings: readonly Offering[]): Resources {
  const first = offerings[0];
  return computeAllocatable(
    { ...type.capacity, ...first?.capacityOverride },
    overheadsOf(type, first?.overheadOverride),
  );
}
