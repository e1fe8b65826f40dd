import { labels } from "../../api/index.ts";
import { hasValue, labelRequirements, requirementFor, requirementsMeet, type Requirement } from "../../core/index.ts";
import type { Facts } from "./facts.ts";
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

function isServed(facts: Facts, requirement: Requirement): boolean {
  const { key } = requirement;
  if (facts.nodes.some(({ object }) => hasLabel(object.metadata.labels, requirement))) return true;
  return facts.pools.some((pool) => {
    if (!requirementsMeet(requirementFor(pool.requirements, key), requirement)) return false;
    const types = facts.typesOf(pool);
    if (types.length === 0) return true;
    return key === labels.zone
      ? types.some(({ offerings }) => offerings.some(({ zone }) => hasValue(requirement, zone)))
      : types.some((type) => requirementsMeet(requirementFor(type.requirements, key), requirement));
  });
}

const hasLabel = (own: Readonly<Record<string, string>> | undefined, requirement: Requirement): boolean => {
  const label = labelRequirements(own).get(requirement.key);
  return label !== undefined && requirementsMeet(label, requirement);
};
