/**
 * The runtime check of one requirement (spec: api 1.3, `ValidateRequirement`): applied to NodePools, NodeOverlays, and to
 * node selectors and required node affinity of pods.
 */
import { isNonNegativeInteger, requirementOperators } from "../crds/requirement.ts";
import type { RequirementSpec } from "../karpenter/node-pool.ts";
import { normaliseLabelKey } from "../labels/normalisation.ts";
import { runtimeKeyProblem } from "../labels/restrictions.ts";
import type { LabelRules } from "../labels/rule-set.ts";
import { awsLabelRules } from "../labels/rule-set.ts";
import { labelValueProblem, qualifiedNameProblem } from "../labels/syntax.ts";

/** Every problem as a text of its own, in the order of the checks; empty when the requirement is fine. */
export function requirementProblems(
  requirement: RequirementSpec,
  rules: LabelRules = awsLabelRules,
): readonly string[] {
  const normalised = { ...requirement, key: normaliseLabelKey(requirement.key, rules) };
  return [
    ...operatorProblems(normalised),
    ...keyProblems(normalised.key, rules),
    ...valueProblems(normalised),
    ...knownValueProblems(normalised, rules),
    ...numericProblems(normalised),
  ];
}

function operatorProblems({ key, operator }: RequirementSpec): readonly string[] {
  if ((requirementOperators as readonly string[]).includes(operator)) return [];
  return [`key ${key} has an unsupported operator ${operator}, expected one of ${requirementOperators.join(", ")}`];
}

function keyProblems(key: string, rules: LabelRules): readonly string[] {
  const restricted = runtimeKeyProblem(key, rules);
  const syntax = qualifiedNameProblem(key);
  return [
    ...(restricted === undefined ? [] : [restricted]),
    ...(syntax === undefined ? [] : [`key ${key} is not a qualified name, ${syntax}`]),
  ];
}

function valueProblems({ key, values }: RequirementSpec): readonly string[] {
  return (values ?? []).flatMap((value) => {
    const problem = labelValueProblem(value);
    return problem === undefined ? [] : [`invalid value ${value} for key ${key}, ${problem}`];
  });
}

/** Unknown values beside known ones are ignored: only a list without any known value, or too few of them, is refused. */
function knownValueProblems(requirement: RequirementSpec, rules: LabelRules): readonly string[] {
  const { key, operator, values = [], minValues } = requirement;
  const known = rules.knownValues.get(key);
  if (known === undefined || operator !== "In") return [];
  const valid = values.filter((value) => known.has(value));
  const expected = [...known].join(", ");
  if (valid.length === 0)
    return [`no valid values found in ${values.join(", ")} for ${key}, expected one of: ${expected}`];
  if (minValues !== undefined && valid.length < minValues) {
    return [
      `minValues ${minValues} of key ${key} is more than its ${valid.length} valid values, expected of: ${expected}`,
    ];
  }
  return [];
}

const numericOperators: ReadonlySet<string> = new Set(["Gt", "Lt", "Gte", "Lte"]);

function numericProblems({ key, operator, values = [] }: RequirementSpec): readonly string[] {
  if (!numericOperators.has(operator)) return [];
  const [value] = values;
  if (values.length === 1 && value !== undefined && isNonNegativeInteger(value)) return [];
  return [`key ${key} with operator ${operator} must have a single positive integer value, got [${values.join(", ")}]`];
}
