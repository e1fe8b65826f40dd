/** Checks that many kinds share. */
import type { LabelSelector } from "../../api/index.ts";
import { duplicate, forbiddenField, invalidValue, notSupported, required, type Cause } from "../apiserver/faults.ts";
import { labelValueProblems, qualifiedNameProblems, validateLabels } from "../apiserver/metadata-rules.ts";
import { equalJson } from "../store/api-object.ts";

export const immutable = "field is immutable";

export function nonNegative(value: unknown, field: string): readonly Cause[] {
  return typeof value === "number" && value < 0
    ? [invalidValue(field, value, "must be greater than or equal to 0")]
    : [];
}

export function oneOf(value: unknown, allowed: readonly string[], field: string): readonly Cause[] {
  if (value === undefined || allowed.some((one) => one === value)) return [];
  return [notSupported(field, value, allowed.toSorted())];
}

export function unchanged(next: unknown, old: unknown, field: string): readonly Cause[] {
  return equalJson(next, old) ? [] : [invalidValue(field, next, immutable)];
}

/** Names that stand more than once. */
export function duplicates(names: readonly unknown[], field: (index: number) => string): readonly Cause[] {
  const seen = new Set<unknown>();
  return names.flatMap((name, index) => {
    if (name === undefined || name === "") return [];
    if (seen.has(name)) return [duplicate(field(index), name)];
    seen.add(name);
    return [];
  });
}

export function validateSelector(selector: LabelSelector | undefined, field: string): readonly Cause[] {
  if (selector === undefined) return [];
  const expressions = (selector.matchExpressions ?? []).flatMap((expression, index) => {
    const { key, operator, values = [] } = expression;
    const path = `${field}.matchExpressions[${index}]`;
    const withValues = operator === "In" || operator === "NotIn";
    const valuesCause = withValues
      ? values.length === 0
        ? [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
        : []
      : values.length > 0
        ? [forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
        : [];
    return [
      ...(["In", "NotIn", "Exists", "DoesNotExist"].includes(operator)
        ? valuesCause
        : [invalidValue(`${path}.operator`, operator, "not a valid selector operator")]),
      ...qualifiedNameProblems(key ?? "").map((problem) => invalidValue(`${path}.key`, key, problem)),
      ...values.flatMap((value, at) =>
        labelValueProblems(value).map((problem) => invalidValue(`${path}.values[${at}]`, value, problem)),
      ),
    ];
  });
  return [...validateLabels(selector.matchLabels, `${field}.matchLabels`), ...expressions];
}
