/** What pods say about the company they want, as values that can be compared (scheduling 5.1, 5.3, 5.7). */
import type { LabelSelector, Pod, PodAffinityTerm, TopologySpreadConstraint } from "../../api/index.ts";
import { compileSelector, type LabelMatcher, matchesSelector } from "../selectors/label-selector.ts";

export type TermKind = "spread" | "affinity" | "anti-affinity";

/** One constraint of one pod on one topology key. */
export interface TopologyTerm {
  readonly kind: TermKind;
  readonly key: string;
  readonly namespaces: readonly string[] | "all";
  readonly selector: LabelSelector | undefined;
  readonly maxSkew: number;
  readonly minDomains: number | undefined;
  readonly honorsNodeAffinity: boolean;
  readonly honorsTaints: boolean;
  readonly required: boolean;
}

export interface TermScope {
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Preferences and ScheduleAnyway constraints are constraints until they are relaxed. */
  readonly preferences: boolean;
}

/** Every constraint that is in force for the pod, in the order spread, affinity, anti-affinity, as written. */
export function topologyTerms(pod: Pod, scope: TermScope): readonly TopologyTerm[] {
  const { affinity, topologySpreadConstraints } = pod.spec;
  if (
    affinity?.podAffinity === undefined &&
    affinity?.podAntiAffinity === undefined &&
    topologySpreadConstraints === undefined
  )
    return [];
  return [
    ...(topologySpreadConstraints ?? []).map((constraint) => spreadTerm(pod, constraint)),
    ...affinityTerms(pod, "affinity", scope),
    ...affinityTerms(pod, "anti-affinity", scope),
  ].filter(({ required }) => required || scope.preferences);
}

/** Required anti-affinity keeps others away as well (scheduling 5.1, inverse groups). */
export const repellingTerms = (pod: Pod, scope: TermScope): readonly TopologyTerm[] =>
  topologyTerms(pod, scope).filter(({ kind, required }) => kind === "anti-affinity" && required);

function spreadTerm(pod: Pod, constraint: TopologySpreadConstraint): TopologyTerm {
  return {
    kind: "spread",
    key: constraint.topologyKey,
    namespaces: [pod.metadata.namespace ?? "default"],
    selector: withMatchLabelKeys(pod, constraint),
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains,
    honorsNodeAffinity: constraint.nodeAffinityPolicy !== "Ignore",
    honorsTaints: constraint.nodeTaintsPolicy === "Honor",
    required: constraint.whenUnsatisfiable === "DoNotSchedule",
  };
}

/** Keys that the pod lacks are left out; without a selector the constraint matches nothing, keys or not. */
function withMatchLabelKeys(pod: Pod, constraint: TopologySpreadConstraint): LabelSelector | undefined {
  const { labelSelector, matchLabelKeys } = constraint;
  if (labelSelector === undefined || matchLabelKeys === undefined) return labelSelector;
  const own = matchLabelKeys.flatMap((key) => {
    const value = pod.metadata.labels?.[key];
    return value === undefined ? [] : [{ key, operator: "In" as const, values: [value] }];
  });
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...own] };
}

function affinityTerms(pod: Pod, kind: "affinity" | "anti-affinity", scope: TermScope): readonly TopologyTerm[] {
  const own = kind === "affinity" ? pod.spec.affinity?.podAffinity : pod.spec.affinity?.podAntiAffinity;
  const required = own?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferred = own?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...required.map((term) => affinityTerm(pod, term, { kind, required: true, scope })),
    ...preferred.map(({ podAffinityTerm }) => affinityTerm(pod, podAffinityTerm, { kind, required: false, scope })),
  ];
}

function affinityTerm(
  pod: Pod,
  term: PodAffinityTerm,
  as: { readonly kind: TermKind; readonly required: boolean; readonly scope: TermScope },
): TopologyTerm {
  return {
    kind: as.kind,
    key: term.topologyKey,
    namespaces: termNamespaces(pod, term, as.scope),
    selector: term.labelSelector,
    maxSkew: 0,
    minDomains: undefined,
    honorsNodeAffinity: false,
    honorsTaints: true,
    required: as.required,
  };
}

function termNamespaces(pod: Pod, term: PodAffinityTerm, { namespaceLabels }: TermScope): readonly string[] | "all" {
  const { namespaceSelector, namespaces = [] } = term;
  if (namespaceSelector === undefined)
    return namespaces.length > 0 ? namespaces.toSorted() : [pod.metadata.namespace ?? "default"];
  if (isEmptySelector(namespaceSelector)) return "all";
  const selected = [...namespaceLabels]
    .filter(([, labels]) => matchesSelector(namespaceSelector, labels))
    .map(([name]) => name);
  return [...new Set([...namespaces, ...selected])].sort();
}

const isEmptySelector = (selector: LabelSelector): boolean =>
  Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;

/** Whether the term's selector and namespaces match a pod. An invalid selector matches nothing. */
export function termMatcher({ namespaces, selector }: TopologyTerm): (pod: Pod) => boolean {
  const compiled = compileSelector(selector);
  const matches: LabelMatcher = compiled.ok ? compiled.value : () => false;
  const listed = namespaces === "all" ? undefined : new Set(namespaces);
  return ({ metadata }) => (listed?.has(metadata.namespace ?? "default") ?? true) && matches(metadata.labels);
}
