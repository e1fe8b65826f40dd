import type { Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from "../../api/index.ts";

const integer = /^[+-]?\d+$/;

/** Compares as kube-scheduler does: both sides must be integers, else nothing matches. */
function compares(operator: "Gt" | "Lt" | "Gte" | "Lte", value: string, bound: string): boolean {
  if (!integer.test(value) || !integer.test(bound)) return false;
  const [left, right] = [BigInt(value), BigInt(bound)];
  if (operator === "Gt") return left > right;
  if (operator === "Lt") return left < right;
  return operator === "Gte" ? left >= right : left <= right;
}

function meets({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return value !== undefined && values.length === 1 && compares(operator, value, values[0] ?? "");
  }
}

/** An empty term matches nothing. */
export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    matchExpressions.every((requirement) => meets(requirement, labels[requirement.key])) &&
    matchFields.every((field) => field.key === "metadata.name" && meets(field, node.metadata.name))
  );
}

/** Whether any of the terms matches; no terms match nothing. */
export const matchesAnyTerm = (terms: readonly NodeSelectorTerm[], node: Node): boolean =>
  terms.some((term) => matchesTerm(term, node));

/** `nodeSelector` and required node affinity of a pod. */
export function matchesNode(spec: Pick<PodSpec, "nodeSelector" | "affinity">, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) if (labels[key] !== value) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesAnyTerm(required.nodeSelectorTerms, node);
}
