import { labels } from "../../api/index.ts";
import { hasValue, labelRequirements, requirementFor, requirementsMeet, type Requirement } from "../../core/index.ts";
import type { Facts } from "./facts.ts";
import type { Pool } from "./pools.ts";
import { subnetZonesOf } from "./subnet-zones.ts";
import { offeringsFor } from "./types.ts";
import type { Workload } from "./workloads.ts";

/**
 * What a workload requires of `key` when neither a pool nor a node of the input can meet it, by any of its alternatives.
 * Undefined when it asks for nothing, or when somebody can.
 */
export function unservedRequirement(facts: Facts, { alternatives }: Workload, key: string): Requirement | undefined {
  const wanted = alternatives.map((alternative) => alternative.get(key));
  const open = wanted.map((requirement) =>
    requirement === undefined || isServed(facts, requirement) ? undefined : requirement,
  );
  return open.every((requirement) => requirement !== undefined) ? open[0] : undefined;
}

export function isServed(facts: Facts, requirement: Requirement): boolean {
  if (facts.nodes.some(({ object }) => hasLabel(object.metadata.labels, requirement))) return true;
  return facts.pools.some((pool) => poolServes(facts, pool, requirement));
}

function poolServes(facts: Facts, pool: Pool, requirement: Requirement): boolean {
  const { key } = requirement;
  if (!requirementsMeet(requirementFor(pool.requirements, key), requirement)) return false;
  const types = facts.typesOf(pool);
  if (key === labels.zone) return isZoneServed(facts, pool, requirement);
  return (
    types.length === 0 || types.some((type) => requirementsMeet(requirementFor(type.requirements, key), requirement))
  );
}

/** By an offering in a zone where the pool's class has a subnet. */
function isZoneServed(facts: Facts, pool: Pool, requirement: Requirement): boolean {
  const subnets = subnetZonesOf(facts, pool);
  const types = facts.typesOf(pool);
  const isOpen = (zone: string): boolean => hasValue(requirement, zone) && (subnets?.has(zone) ?? true);
  if (types.length === 0) return subnets === undefined || [...subnets].some(isOpen);
  return types.some((type) => offeringsFor(pool, type).some(({ zone }) => isOpen(zone)));
}

const hasLabel = (own: Readonly<Record<string, string>> | undefined, requirement: Requirement): boolean => {
  const label = labelRequirements(own).get(requirement.key);
  return label !== undefined && requirementsMeet(label, requirement);
};
