import {
  awsLabelRules,
  type LabelRules,
  labelValueProblem,
  normaliseLabelKey,
  qualifiedNameProblem,
  type RequirementSpec,
  runtimeKeyProblem,
} from "../../api/index.ts";

const operators: ReadonlySet<string> = new Set(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"]);
const numericOperators: ReadonlySet<string> = new Set(["Gt", "Lt", "Gte", "Lte"]);

/** Why a node selector expression is refused at run time, or undefined (scheduling 3.8, api 1.3). First fault wins. */
export function requirementProblem(spec: RequirementSpec, rules: LabelRules = awsLabelRules): string | undefined {
  const key = normaliseLabelKey(spec.key, rules);
  if (!operators.has(spec.operator)) {
    return `key ${key} has an unsupported operator "${spec.operator}": expected one of ${[...operators].join(", ")}`;
  }
  const keyProblem = runtimeKeyProblem(key, rules);
  if (keyProblem !== undefined) return keyProblem;
  const nameProblem = qualifiedNameProblem(key);
  if (nameProblem !== undefined) return `key ${key} is not a qualified name: ${nameProblem}`;
  return valuesProblem({ ...spec, key }, rules);
}

function valuesProblem(spec: RequirementSpec, rules: LabelRules): string | undefined {
  const { key, operator, values = [] } = spec;
  for (const value of values) {
    const problem = labelValueProblem(value);
    if (problem !== undefined) return `invalid value "${value}" for key ${key}: ${problem}`;
  }
  if (operator === "In") return listProblem(spec, values, rules);
  if (!numericOperators.has(operator)) return undefined;
  if (values.length === 1 && /^\+?\d+$/.test(values[0] ?? "")) return undefined;
  return `key ${key} with operator ${operator} must have a single non-negative integer value, not [${values.join(" ")}]`;
}

function listProblem(spec: RequirementSpec, values: readonly string[], rules: LabelRules): string | undefined {
  const { key, minValues = 0 } = spec;
  if (values.length === 0) return `key ${key} with operator In must have a value defined`;
  if (values.length < minValues) {
    return `key ${key} with minValues ${minValues} must have at least that many values, not ${values.length}`;
  }
  const known = rules.knownValues.get(key);
  if (known === undefined) return undefined;
  const meant = new Set(values.filter((value) => known.has(value))).size;
  if (meant >= Math.max(1, minValues)) return undefined;
  return `key ${key} has ${meant} valid values in [${values.join(" ")}], needs ${Math.max(1, minValues)} of: ${[...known].join(", ")}`;
}
