/** `metav1.LabelSelector`: absent selects nothing, empty selects everything (lifecycle 0.8, scheduling 5.3). */
import {
  type LabelSelector,
  type LabelSelectorRequirement,
  labelValueProblem,
  qualifiedNameProblem,
} from "../../api/index.ts";
import { failed, ok, type Result } from "../result.ts";

export type LabelMap = Readonly<Record<string, string>>;

export type LabelMatcher = (labels: LabelMap | undefined) => boolean;

export interface SelectorFailure {
  readonly kind: "bad-selector";
  readonly message: string;
}

const noLabels: LabelMap = Object.freeze({});

/** A matcher, or what is wrong with the selector. Compile once where many objects are tested. */
export function compileSelector(selector: LabelSelector | undefined): Result<LabelMatcher, SelectorFailure> {
  if (selector === undefined) return ok(() => false);
  const problem = selectorProblem(selector);
  if (problem !== undefined) return failed({ kind: "bad-selector", message: problem });
  const wanted = Object.entries(selector.matchLabels ?? {});
  const expressions = selector.matchExpressions ?? [];
  return ok((labels = noLabels) => {
    for (const [key, value] of wanted) if (labels[key] !== value) return false;
    return expressions.every((expression) => matchesExpression(expression, labels));
  });
}

/** One test; a selector that is not valid matches nothing. */
export function matchesSelector(selector: LabelSelector | undefined, labels: LabelMap | undefined): boolean {
  const compiled = compileSelector(selector);
  return compiled.ok && compiled.value(labels);
}

function matchesExpression(expression: LabelSelectorRequirement, labels: LabelMap): boolean {
  const value = labels[expression.key];
  switch (expression.operator) {
    case "In":
      return value !== undefined && (expression.values ?? []).includes(value);
    case "NotIn":
      return value === undefined || !(expression.values ?? []).includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}

function selectorProblem(selector: LabelSelector): string | undefined {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    const problem = qualifiedNameProblem(key) ?? labelValueProblem(value);
    if (problem !== undefined) return `matchLabels ${key}=${value}: ${problem}`;
  }
  for (const expression of selector.matchExpressions ?? []) {
    const problem = expressionProblem(expression);
    if (problem !== undefined) return `matchExpressions ${expression.key}: ${problem}`;
  }
  return undefined;
}

function expressionProblem(expression: LabelSelectorRequirement): string | undefined {
  const values = expression.values ?? [];
  switch (expression.operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) return `operator ${expression.operator} needs at least one value`;
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) return `operator ${expression.operator} takes no values`;
      break;
    default:
      return `"${String(expression.operator)}" is not an operator: expected In, NotIn, Exists or DoesNotExist`;
  }
  return qualifiedNameProblem(expression.key) ?? values.map(labelValueProblem).find((problem) => problem !== undefined);
}
