/** What a Provisioner's limit would have come to, had the pod got its machine (spec: v1alpha5 4.4, D8). Pure. */
import type { Pod } from "../../api/index.ts";
import {
  type InstanceType,
  intersects,
  parseResources,
  podRequests,
  type PoolView,
  type Resources,
  specRequirements,
  unitOf,
} from "../../core/index.ts";

export interface LimitExcess {
  readonly resource: string;
  /** In base units: cores, bytes, pieces. */
  readonly usage: number;
  readonly limit: number;
}

/**
 * The first limited resource, in order of name, that the smallest type which would hold the pod takes beyond its limit;
 * undefined when it would stay within all of them.
 */
export function limitExcess(ask: {
  readonly pool: PoolView;
  readonly usage: Resources;
  readonly pod: Pod;
  readonly types: readonly InstanceType[];
}): LimitExcess | undefined {
  const { pool, usage } = ask;
  const limits = parseResources(pool.pool.spec.limits, { negative: "accept" });
  const smallest = smallestType(ask);
  if (!limits.ok || smallest === undefined) return undefined;
  const names = Object.keys(limits.value).toSorted();
  const sum = (name: string): number => (usage[name] ?? 0) + (smallest.capacity[name] ?? 0);
  const resource = names.find((name) => sum(name) > (limits.value[name] ?? 0));
  if (resource === undefined) return undefined;
  return {
    resource,
    usage: inBaseUnit(resource, sum(resource)),
    limit: inBaseUnit(resource, limits.value[resource] ?? 0),
  };
}

const inBaseUnit = (resource: string, amount: number): number =>
  unitOf(resource) === "milli" ? amount / 1000 : amount;

function smallestType({
  pool,
  pod,
  types,
}: {
  readonly pool: PoolView;
  readonly pod: Pod;
  readonly types: readonly InstanceType[];
}): InstanceType | undefined {
  const requirements = specRequirements(pool.pool.spec.template.spec.requirements);
  const requests = podRequests(pod);
  const holds = ({ capacity }: InstanceType): boolean =>
    Object.entries(requests).every(([name, amount]) => amount === 0 || (capacity[name] ?? 0) >= amount);
  return types
    .filter((type) => holds(type) && intersects(type.requirements, requirements))
    .toSorted((a, b) => size(a, "cpu") - size(b, "cpu") || size(a, "memory") - size(b, "memory") || byName(a, b))[0];
}

const size = ({ capacity }: InstanceType, resource: string): number => capacity[resource] ?? 0;
const byName = (a: InstanceType, b: InstanceType): number => (a.name < b.name ? -1 : 1);
