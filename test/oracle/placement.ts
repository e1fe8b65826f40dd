/** Slow, obvious tests of one pod against one concrete node, as kube-scheduler makes them. */
import type { NodeSelectorRequirement, NodeSelectorTerm, Pod, Taint, Toleration } from "../../src/api/index.ts";

/** Values that a label of the node may have; a label that is absent has none. */
export type LabelChoices = (key: string) => readonly string[];

export function toleratesEverything(taints: readonly Taint[], tolerations: readonly Toleration[] = []): boolean {
  return taints
    .filter(({ effect }) => effect !== "PreferNoSchedule")
    .every((taint) => tolerations.some((each) => tolerates(each, taint)));
}

function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== "" && effect !== taint.effect) return false;
  if (key !== undefined && key !== "" && key !== taint.key) return false;
  return operator === "Exists" || (value ?? "") === (taint.value ?? "");
}

/** Node selector and any one of the required terms, for some choice of label values. */
export function selectsNode({ spec }: Pick<Pod, "spec">, choices: LabelChoices): boolean {
  const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => choices(key).includes(value));
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return selected && (terms === undefined || terms.some((term) => matchesTerm(term, choices)));
}

const matchesTerm = (term: NodeSelectorTerm, choices: LabelChoices): boolean =>
  (term.matchExpressions ?? []).every((expression) => matchesExpression(expression, choices(expression.key)));

export function matchesExpression(
  expression: Pick<NodeSelectorRequirement, "operator" | "values">,
  found: readonly string[],
): boolean {
  const values = expression.values ?? [];
  switch (expression.operator) {
    case "In":
      return found.some((value) => isListed(values, value));
    case "NotIn":
      return found.length === 0 || found.some((value) => !values.includes(value));
    case "Exists":
      return found.length > 0;
    case "DoesNotExist":
      return found.length === 0;
    case "Gt":
      return found.some((value) => Number(value) > Number(values[0]));
    case "Lt":
      return found.some((value) => Number(value) < Number(values[0]));
    case "Gte":
      return found.some((value) => Number(value) >= Number(values[0]));
    default:
      return found.some((value) => Number(value) <= Number(values[0]));
  }
}

/** Claims list hundreds of types, and each is looked up in the list for each of its offerings. */
const long = 16;
const membersOf = new WeakMap<readonly string[], ReadonlySet<string>>();

function isListed(values: readonly string[], value: string): boolean {
  if (values.length < long) return values.includes(value);
  const members = membersOf.get(values) ?? new Set(values);
  membersOf.set(values, members);
  return members.has(value);
}
