import { count } from "../topology/groups.ts";
import type { NodeFacts } from "../topology/node-facts.ts";
import { singleValueOf, type Requirements } from "../requirements/requirement.ts";
import type { Claim, Share } from "./claim.ts";
import type { Template } from "./template.ts";

/** Counts pods just put on the claim in the host-name groups; other domains were counted when they were chosen. */
export function countOnClaim(claim: Claim, { stage, count: pods }: Share): void {
  for (const group of stage.topology.hostCounted) count(group, claim.host, pods);
}

/** The machine as far as its labels are settled: keys that allow one value. */
export function machineFacts(template: Template, requirements: Requirements, host = ""): NodeFacts {
  const labels: Record<string, string> = {};
  for (const [key, requirement] of requirements) {
    const value = singleValueOf(requirement);
    if (value !== undefined) labels[key] = value;
  }
  return { name: host, labels, taints: template.taints };
}
