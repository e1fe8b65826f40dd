import type { Affinity, Pod, PodAffinity, PodSpec, Toleration } from "../../api/index.ts";
import { toleratePreferNoSchedule } from "../pods/tolerations.ts";
import { preferredTerms, requiredTerms } from "../requirements/pod-requirements.ts";

/** What may be relaxed (scheduling 3.6). */
export interface RelaxationRules {
  /** Preferences are in force; under the Ignore policy they never were. */
  readonly preferences: boolean;
  /** Some pool of this loop has a PreferNoSchedule taint. */
  readonly preferNoSchedule: boolean;
}

type Step = (spec: PodSpec) => PodSpec | undefined;

/** The pod with exactly one demand less, in the order of scheduling 3.6; undefined when nothing is left to relax. */
export function relaxPod(pod: Pod, rules: RelaxationRules): Pod | undefined {
  const steps: readonly Step[] = [
    dropFirstRequiredTerm,
    ...(rules.preferences ? [dropPodAffinity, dropPodAntiAffinity, dropNodePreference, dropScheduleAnyway] : []),
    ...(rules.preferNoSchedule ? [addToleration] : []),
  ];
  for (const step of steps) {
    const spec = step(pod.spec);
    if (spec !== undefined) return { ...pod, spec };
  }
  return undefined;
}

/**
 * What the pod may become whose spread then counts on other nodes: by its node affinity, or its tolerations. Groups for these
 * must be there from the start, or they miss what is placed before they are first asked for.
 */
export function spreadVariants(pod: Pod, rules: RelaxationRules): readonly Pod[] {
  const { topologySpreadConstraints = [] } = pod.spec;
  const honors = topologySpreadConstraints.some(({ nodeTaintsPolicy }) => nodeTaintsPolicy === "Honor");
  const varies = requiredTerms(pod).length > 1 || (honors && rules.preferNoSchedule);
  if (topologySpreadConstraints.length === 0 || !varies) return [];
  const variants: Pod[] = [];
  for (let next = relaxPod(pod, rules); next !== undefined; next = relaxPod(next, rules)) variants.push(next);
  return variants;
}

/** Never the last one. */
function dropFirstRequiredTerm(spec: PodSpec): PodSpec | undefined {
  const terms = requiredTerms({ spec });
  if (terms.length < 2) return undefined;
  const nodeAffinity = {
    ...spec.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms.slice(1) },
  };
  return { ...spec, affinity: { ...spec.affinity, nodeAffinity } };
}

const dropPodAffinity: Step = (spec) => dropPreferredPodTerm(spec, "podAffinity");
const dropPodAntiAffinity: Step = (spec) => dropPreferredPodTerm(spec, "podAntiAffinity");

function dropPreferredPodTerm(spec: PodSpec, kind: "podAffinity" | "podAntiAffinity"): PodSpec | undefined {
  const own: PodAffinity | undefined = spec.affinity?.[kind];
  const terms = own?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (terms.length === 0) return undefined;
  const left: PodAffinity = { ...own, preferredDuringSchedulingIgnoredDuringExecution: withoutHeaviest(terms) };
  return { ...spec, affinity: { ...spec.affinity, [kind]: left } };
}

function dropNodePreference(spec: PodSpec): PodSpec | undefined {
  const terms = preferredTerms({ spec });
  if (terms.length === 0) return undefined;
  const nodeAffinity: NonNullable<Affinity["nodeAffinity"]> = {
    ...spec.affinity?.nodeAffinity,
    preferredDuringSchedulingIgnoredDuringExecution: withoutHeaviest(terms),
  };
  return { ...spec, affinity: { ...spec.affinity, nodeAffinity } };
}

/** Of equal weights the first as written goes. */
function withoutHeaviest<T extends { readonly weight: number }>(terms: readonly T[]): readonly T[] {
  let heaviest = 0;
  terms.forEach((term, i) => {
    if (term.weight > (terms[heaviest]?.weight ?? 0)) heaviest = i;
  });
  return terms.toSpliced(heaviest, 1);
}

/** The last constraint takes the place of the dropped one, as upstream does. */
function dropScheduleAnyway(spec: PodSpec): PodSpec | undefined {
  const constraints = spec.topologySpreadConstraints ?? [];
  const at = constraints.findIndex(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway");
  const last = constraints.at(-1);
  if (at < 0 || last === undefined) return undefined;
  const left = constraints.with(at, last).slice(0, -1);
  return { ...spec, topologySpreadConstraints: left };
}

function addToleration(spec: PodSpec): PodSpec | undefined {
  const tolerations = spec.tolerations ?? [];
  if (tolerations.some(isBlanket)) return undefined;
  return { ...spec, tolerations: [...tolerations, toleratePreferNoSchedule] };
}

const isBlanket = ({ key, operator, effect, value }: Toleration): boolean =>
  (key ?? "") === "" && operator === "Exists" && effect === "PreferNoSchedule" && (value ?? "") === "";
