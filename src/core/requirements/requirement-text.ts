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
  const { key, complement, values, gte, lte, minValues } = requirement;
  const listed = values.size > 1 ? [...values].sort() : [...values];
  return `${key}${complement ? "!" : "="}${listed.join(",")};${gte ?? ""};${lte ?? ""};${minValues ?? ""}`;
}

/** Equal for equal sets and for no others, whatever order they were built in. */
export function requirementsSignature(set: Requirements): string {
  const parts: string[] = [];
  for (const requirement of set.values()) parts.push(requirementSignature(requirement));
  return parts.sort().join("|");
}

function listedValues(values: ReadonlySet<string>): string {
  const sorted = [...values].sort();
  if (sorted.length <= shownValues) return sorted.join(" ");
  return `${sorted.slice(0, shownValues).join(" ")} and ${sorted.length - shownValues} others`;
}
