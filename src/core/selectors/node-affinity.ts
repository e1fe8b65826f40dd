/**
 * Node selector terms against a real node, in the way of kube-scheduler: terms are ORed, expressions of a term ANDed, and
 * a term without any expression matches nothing.
 */
import type { NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from "../../api/index.ts";
import { integerValue } from "../requirements/requirement.ts";
import type { LabelMap } from "./label-selector.ts";

export interface NodeIdentity {
  readonly name: string;
  readonly labels: LabelMap;
}

/** Node selector and all required terms of a pod (not only the first, as requirements have it). */
export function matchesNodeAffinity(pod: Pick<PodSpec, "nodeSelector" | "affinity">, node: NodeIdentity): boolean {
  for (const [key, value] of Object.entries(pod.nodeSelector ?? {})) if (node.labels[key] !== value) return false;
  const required = pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesNodeSelectorTerm(term, node));
}

export function matchesNodeSelectorTerm(term: NodeSelectorTerm, node: NodeIdentity): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  return (
    expressions.every((expression) => matchesNodeExpression(expression, node.labels[expression.key])) &&
    fields.every((field) => field.key === "metadata.name" && matchesNodeExpression(field, node.name))
  );
}

function matchesNodeExpression(expression: NodeSelectorRequirement, value: string | undefined): boolean {
  const values = expression.values ?? [];
  switch (expression.operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return (
        value !== undefined && matchesBound(expression.operator, integerValue(value), integerValue(values[0] ?? ""))
      );
  }
}

function matchesBound(
  operator: "Gt" | "Lt" | "Gte" | "Lte",
  value: number | undefined,
  bound: number | undefined,
): boolean {
  if (value === undefined || bound === undefined) return false;
  if (operator === "Gt") return value > bound;
  if (operator === "Lt") return value < bound;
  return operator === "Gte" ? value >= bound : value <= bound;
}
