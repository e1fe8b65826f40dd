/** Requirements for people (scheduling 3.9) and for comparison. */
import { awsLabelRules } from "../../api/index.ts";
import { operatorOf, type Requirement, type Requirements } from "./requirement.ts";

const shownValues = 5;

/** `key In [a b c d e and 2 others] >=1 <=9 minValues 3`, with the parts that there are. */
export function requirementText(requirement: Requirement): string {
  const operator = operatorOf(requirement);
  let text = `${requirement.key} ${operator}`;
  if (operator === "In" || operator === "NotIn") text += ` [${listedValues(requirement.values)}]`;
  if (requirement.gte !== undefined) text += ` >=${requirement.gte}`;
  if (requirement.lte !== undefined) text += ` <=${requirement.lte}`;
  if (requirement.minValues !== undefined) text += ` minValues ${requirement.minValues}`;
  return text;
}

/** The whole set, sorted, without labels that users may not name (the host name, which is a placeholder here). */
export function requirementsText(
  set: Requirements,
  hidden: ReadonlySet<string> = awsLabelRules.restrictedLabels,
): string {
  const shown = [...set.values()].filter((requirement) => !hidden.has(requirement.key));
  return shown.map(requirementText).sort().join(", ");
}

/** Equal for equal requirements and for no others. */
export function requirementSignature(requirement: Requirement): string {
  const { key, complement, values, gte, lte, minValues, present } = requirement;
  const listed = values.size > 1 ? [...values].sort() : [...values];
  return `${key}${complement ? "!" : "="}${listed.join(",")};${gte ?? ""};${lte ?? ""};${minValues ?? ""}${present === true ? ";!" : ""}`;
}

/** Equal for equal sets and for no others, whatever order they were built in. */
export function requirementsSignature(set: Requirements): string {
  const parts: string[] = [];
  for (const requirement of set.values()) parts.push(requirementSignature(requirement));
  return parts.sort().join("|");
}

/** Whether the signatures would be equal, without making them. */
export function equalRequirements(a: Requirements | undefined, b: Requirements): boolean {
  if (a === b) return true;
  if (a === undefined || a.size !== b.size) return false;
  for (const [key, requirement] of a) {
    const other = b.get(key);
    if (other === undefined || !equalRequirement(requirement, other)) return false;
  }
  return true;
}

function equalRequirement(a: Requirement, b: Requirement): boolean {
  if (a === b) return true;
  if (a.complement !== b.complement || a.values.size !== b.values.size) return false;
  if (a.gte !== b.gte || a.lte !== b.lte || a.minValues !== b.minValues || a.present !== b.present) return false;
  for (const value of a.values) if (!b.values.has(value)) return false;
  return true;
}

function listedValues(values: ReadonlySet<string>): string {
  const sorted = [...values].sort();
  if (sorted.length <= shownValues) return sorted.join(" ");
  return `${sorted.slice(0, shownValues).join(" ")} and ${sorted.length - shownValues} others`;
}
