import { normaliseLabelKey, normaliseLabelValue, type RequirementSpec } from "../../api/index.ts";

/**
 * One constraint over one label key (spec: scheduling 3.1). Immutable and freely shared; operations return new values,
 * or one of their operands where that is the answer, so identity may be used as a quick test for "unchanged".
 * `complement` true means "everything but `values`"; bounds apply to integer values only and are inclusive.
 */
export interface Requirement {
  readonly key: string;
  readonly complement: boolean;
  readonly values: ReadonlySet<string>;
  readonly gte?: number;
  readonly lte?: number;
  readonly minValues?: number;
  /**
   * The label must be there, whatever its value: set where one part of a conjunction says so and what the parts admit
   * together would not tell (`Exists` and `NotIn`; what contradicts itself, `Exists` and `DoesNotExist`, is met by nobody).
   */
  readonly present?: true;
}

/** A conjunction: label key to requirement. A key that is absent is unconstrained (`Exists`). */
export type Requirements = ReadonlyMap<string, Requirement>;

export type RequirementOperator = "In" | "NotIn" | "Exists" | "DoesNotExist";

const noValues: ReadonlySet<string> = new Set();

interface Parts {
  key: string;
  complement: boolean;
  values: ReadonlySet<string>;
  gte?: number | undefined;
  lte?: number | undefined;
  minValues?: number | undefined;
  present?: true | undefined;
}

/** Makes a requirement from its parts as they are; absent parts stay absent. */
export function requirementFrom(parts: Parts): Requirement {
  const requirement: { -readonly [Part in keyof Requirement]: Requirement[Part] } = {
    key: parts.key,
    complement: parts.complement,
    values: parts.values.size === 0 ? noValues : parts.values,
  };
  if (parts.gte !== undefined) requirement.gte = parts.gte;
  if (parts.lte !== undefined) requirement.lte = parts.lte;
  if (parts.minValues !== undefined) requirement.minValues = parts.minValues;
  if (parts.present === true) requirement.present = true;
  return requirement;
}

/**
 * A requirement as users write it: key and values are normalised (api 5.5). A bound that is no integer counts as 0 and
 * one out of range saturates: only sources that nothing validates can bring either (scheduling 3.1).
 */
export function requirementOf(spec: RequirementSpec): Requirement {
  const key = normaliseLabelKey(spec.key);
  const { operator, minValues } = spec;
  if (operator === "In" || operator === "NotIn") {
    const values = normalisedValues(key, spec.values);
    return requirementFrom({ key, complement: operator === "NotIn", values, minValues });
  }
  if (operator === "Exists" || operator === "DoesNotExist") {
    return requirementFrom({ key, complement: operator === "Exists", values: noValues, minValues });
  }
  return boundedRequirement({ key, operator, operand: integerOperand(spec.values?.[0]), minValues });
}

/** Nothing is above the largest integer; upstream loses `minValues` there too. */
function boundedRequirement(bound: {
  readonly key: string;
  readonly operator: "Gt" | "Gte" | "Lt" | "Lte";
  readonly operand: number;
  readonly minValues: number | undefined;
}): Requirement {
  const { key, operator, operand, minValues } = bound;
  if (operator === "Gt" && operand >= Number.MAX_SAFE_INTEGER) {
    return requirementFrom({ key, complement: false, values: noValues });
  }
  const rest = { key, complement: true, values: noValues, minValues };
  if (operator === "Gt" || operator === "Gte") {
    return requirementFrom({ ...rest, gte: operator === "Gt" ? operand + 1 : operand });
  }
  return requirementFrom({ ...rest, lte: operator === "Lt" ? operand - 1 : operand });
}

/** `key In values`. */
export function requirementIn(key: string, ...values: readonly string[]): Requirement {
  return requirementOf({ key, operator: "In", values });
}

/** `key Exists`: what an absent key means. */
export function requirementExists(key: string): Requirement {
  return requirementOf({ key, operator: "Exists" });
}

function normalisedValues(key: string, values: readonly string[] = []): ReadonlySet<string> {
  return new Set(values.map((value) => normaliseLabelValue(key, value)));
}

function integerOperand(text: string | undefined): number {
  const value = text === undefined ? undefined : integerValue(text);
  if (value === undefined) return 0;
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
}

/** The integer that a label value spells, if it spells one. */
export function integerValue(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** A bounded requirement without values reports `Exists`, and so does a bounded one with exclusions (scheduling 3.1). */
export function operatorOf(requirement: Requirement): RequirementOperator {
  if (!requirement.complement) return requirement.values.size === 0 ? "DoesNotExist" : "In";
  return requirement.values.size === 0 || isBounded(requirement) ? "Exists" : "NotIn";
}

export function isBounded(requirement: Requirement): boolean {
  return requirement.gte !== undefined || requirement.lte !== undefined;
}

/** True when a node without the label satisfies it. */
export function acceptsAbsence(requirement: Requirement): boolean {
  if (requirement.present === true) return false;
  const operator = operatorOf(requirement);
  return operator === "NotIn" || operator === "DoesNotExist";
}

/** Whether the bounds admit `value`; with a bound set, a value that is no integer is never within. */
export function isWithinBounds(value: string, gte: number | undefined, lte: number | undefined): boolean {
  if (gte === undefined && lte === undefined) return true;
  const number = integerValue(value);
  if (number === undefined) return false;
  return (gte === undefined || number >= gte) && (lte === undefined || number <= lte);
}

export function hasValue(requirement: Requirement, value: string): boolean {
  const listed = requirement.values.has(value);
  return listed !== requirement.complement && isWithinBounds(value, requirement.gte, requirement.lte);
}

/** The only value it admits, if it lists exactly one. */
export function singleValueOf(requirement: Requirement | undefined): string | undefined {
  if (requirement === undefined || requirement.complement || requirement.values.size !== 1) return undefined;
  for (const value of requirement.values) return value;
  return undefined;
}

/**
 * One value that it admits, always the same: the first listed in sort order, or the least integer from the lower bound
 * (0 if none) that is not excluded. Undefined when it admits none. Upstream picks at random here (scheduling 3.1).
 */
export function anyValueOf(requirement: Requirement): string | undefined {
  if (!requirement.complement) return [...requirement.values].sort()[0];
  const first = requirement.gte ?? Math.min(0, requirement.lte ?? 0);
  const last = requirement.lte ?? Number.MAX_SAFE_INTEGER;
  for (let candidate = first; candidate <= last; candidate++) {
    if (!requirement.values.has(String(candidate))) return String(candidate);
  }
  return undefined;
}
