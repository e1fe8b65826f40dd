import type { RequirementSpec } from "../../api/index.ts";
import { isBounded, operatorOf, type Requirement, type Requirements } from "./requirement.ts";

/**
 * One requirement as API entries (scheduling 3.9). Bounds become one entry each. Unlike upstream, exclusions within
 * bounds get an entry of their own instead of being lost. `minValues` stands on every entry.
 */
export function requirementSpecs(requirement: Requirement): readonly RequirementSpec[] {
  const { key, gte, lte, minValues } = requirement;
  const flexibility = minValues === undefined ? {} : { minValues };
  const values = [...requirement.values].sort();
  if (isBounded(requirement)) {
    const specs: RequirementSpec[] = [];
    if (gte !== undefined) specs.push({ key, operator: "Gte", values: [String(gte)], ...flexibility });
    if (lte !== undefined) specs.push({ key, operator: "Lte", values: [String(lte)], ...flexibility });
    if (values.length > 0) specs.push({ key, operator: "NotIn", values, ...flexibility });
    return specs;
  }
  const operator = operatorOf(requirement);
  const listed = operator === "In" || operator === "NotIn" ? { values } : {};
  return [{ key, operator, ...listed, ...flexibility }];
}

/** The set as API entries, in order of key. */
export function requirementsSpecs(set: Requirements): readonly RequirementSpec[] {
  return [...set.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).flatMap(requirementSpecs);
}
