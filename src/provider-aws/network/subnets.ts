import type { EC2NodeClass, SubnetSelectorTerm } from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type { Ec2Client, Filter, Subnet } from "../contract/index.ts";
import { calling } from "../errors/index.ts";
import { allPages, pageToken } from "../paging.ts";
import { hasNativeSelectors, idAndTagFilters, tagFilters } from "../tags.ts";

export interface ResolvedSubnet {
  readonly id: string;
  readonly zone: string;
  readonly zoneId?: string;
  readonly freeAddresses: number;
}

/** Subnets of node classes, and how many addresses are left in them while launches are on their way (spec: aws 3.5). */
export interface Subnets {
  /** Most free addresses first, then by id. */
  resolve(nodeClass: EC2NodeClass, options: { readonly signal: AbortSignal }): Promise<readonly ResolvedSubnet[]>;
  /**
   * For each zone the subnet with most free addresses, of those in the class' status; takes `podsByZone` addresses off.
   * `settle` gives back what the launch did not use.
   */
  choose(nodeClass: EC2NodeClass, podsByZone: ReadonlyMap<string, number>): SubnetChoice;
  /** Id of a zone, from the subnets seen so far; EC2 does not state it for instances. */
  zoneIdOf(zone: string): string | undefined;
  /** EC2 says that the subnet is full. */
  markExhausted(subnetId: string): void;
}

export interface ChosenSubnet {
  readonly id: string;
  readonly zone: string;
  readonly zoneId?: string;
}

export interface SubnetChoice {
  readonly byZone: ReadonlyMap<string, ChosenSubnet>;
  settle(outcome: { readonly asked: ReadonlySet<string>; readonly used: ReadonlySet<string> }): void;
}

const minute = 60_000;

export function createSubnets(deps: {
  readonly ec2: Ec2Client;
  readonly clock: Clock;
  readonly refreshMilliseconds: number;
}): Subnets {
  const { ec2, clock, refreshMilliseconds } = deps;
  const resolved = createExpiringMap<readonly ResolvedSubnet[]>({ clock, ttlMilliseconds: refreshMilliseconds });
  const free = createExpiringMap<number>({
    clock,
    ttlMilliseconds: Math.max(5 * minute, refreshMilliseconds + 4 * minute),
  });
  const inFlight = new Map<string, number>();
  const zoneIds = new Map<string, string>();

  const takeFrom = (id: string, pods: number): { readonly before: number | undefined } => {
    const before = free.get(id);
    inFlight.set(id, (inFlight.get(id) ?? before ?? 0) - pods);
    return { before };
  };

  return {
    resolve: async (nodeClass, { signal }) => {
      const key = `${nodeClass.metadata.uid}-${nodeClass.metadata.generation}`;
      const known = resolved.get(key);
      if (known !== undefined) return known;
      const subnets = await describeSubnets(ec2, nodeClass, signal);
      for (const { id, freeAddresses, zone, zoneId } of subnets) {
        if (zoneId !== undefined) zoneIds.set(zone, zoneId);
        free.set(id, freeAddresses);
        inFlight.delete(id);
      }
      resolved.set(key, subnets);
      return subnets;
    },
    choose: ({ status }, podsByZone) => {
      const left = (id: string): number => inFlight.get(id) ?? free.get(id) ?? 0;
      const byZone = fullestByZone(status?.subnets ?? [], left);
      const taken = [...byZone.values()].map(({ id, zone }) => {
        const pods = podsByZone.get(zone) ?? 0;
        return { id, pods, ...takeFrom(id, pods) };
      });
      return {
        byZone,
        settle: ({ asked, used }) => {
          // A refresh meanwhile has counted afresh; adding to it would invent addresses.
          for (const { id, pods, before } of taken)
            if (asked.has(id) && !used.has(id) && free.get(id) === before && inFlight.has(id))
              inFlight.set(id, (inFlight.get(id) ?? 0) + pods);
        },
      };
    },
    zoneIdOf: (zone) => zoneIds.get(zone),
    markExhausted: (id) => {
      free.set(id, 0);
      inFlight.delete(id);
    },
  };
}

/** In each zone the subnet with most left; of equal ones the first of the status. */
function fullestByZone(
  subnets: NonNullable<NonNullable<EC2NodeClass["status"]>["subnets"]>,
  left: (id: string) => number,
): ReadonlyMap<string, ChosenSubnet> {
  const byZone = new Map<string, ChosenSubnet>();
  for (const { id, zone, zoneID } of subnets) {
    const best = byZone.get(zone);
    if (best === undefined || left(id) > left(best.id))
      byZone.set(zone, { id, zone, ...(zoneID === undefined ? {} : { zoneId: zoneID }) });
  }
  return byZone;
}

/** One set of filters per query: ids together, then each tag term. */
function filterSets(nodeClass: EC2NodeClass): readonly (readonly Filter[])[] {
  const terms: readonly SubnetSelectorTerm[] = nodeClass.spec.subnetSelectorTerms;
  if (hasNativeSelectors(nodeClass)) return terms.map((term) => idAndTagFilters("subnet-id", term));
  const ids = terms.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const byTags = terms.filter(({ id }) => id === undefined).map(({ tags = {} }) => tagFilters(tags));
  return [...(ids.length === 0 ? [] : [[{ Name: "subnet-id", Values: ids.sort() }]]), ...byTags];
}

async function describeSubnets(
  ec2: Ec2Client,
  nodeClass: EC2NodeClass,
  signal: AbortSignal,
): Promise<readonly ResolvedSubnet[]> {
  const found = new Map<string, ResolvedSubnet>();
  for (const Filters of filterSets(nodeClass)) {
    const subnets = await allPages(
      (token) =>
        calling("EC2", "DescribeSubnets", {
          signal,
          call: () => ec2.describeSubnets({ Filters, MaxResults: 500, ...pageToken(token) }, { signal }),
        }),
      (page) => page.Subnets,
    );
    for (const subnet of subnets.flatMap(resolvedSubnet)) found.set(subnet.id, subnet);
  }
  return [...found.values()].toSorted((a, b) => b.freeAddresses - a.freeAddresses || (a.id < b.id ? -1 : 1));
}

function resolvedSubnet(subnet: Subnet): readonly ResolvedSubnet[] {
  const { SubnetId: id, AvailabilityZone: zone, AvailabilityZoneId: zoneId } = subnet;
  if (id === undefined || zone === undefined) return [];
  return [
    { id, zone, ...(zoneId === undefined ? {} : { zoneId }), freeAddresses: subnet.AvailableIpAddressCount ?? 0 },
  ];
}
