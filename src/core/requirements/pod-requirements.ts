/** What a pod asks of a node's labels (scheduling 3.3). */
import type { NodeSelectorTerm, Pod } from "../../api/index.ts";
import type { Requirements } from "./requirement.ts";
import { addRequirements, labelRequirements, specRequirements } from "./requirements.ts";

type PodLike = Pick<Pod, "spec">;

/**
 * Node selector, first required term, and the heaviest preferred term as if it were required. Equal to
 * `strictPodRequirements` for a pod without `preferredTerms`.
 */
export function podRequirements(pod: PodLike): Requirements {
  const preference = heaviestPreference(pod);
  if (preference === undefined) return strictPodRequirements(pod);
  const selected = addRequirements(labelRequirements(pod.spec.nodeSelector), termRequirements(preference));
  const [required] = requiredTerms(pod);
  return required === undefined ? selected : addRequirements(selected, termRequirements(required));
}

/** Node selector and first required term; later terms come to the front when relaxation drops the first. */
export function strictPodRequirements(pod: PodLike): Requirements {
  const selected = labelRequirements(pod.spec.nodeSelector);
  const [required] = requiredTerms(pod);
  return required === undefined ? selected : addRequirements(selected, termRequirements(required));
}

export function termRequirements(term: NodeSelectorTerm): Requirements {
  return specRequirements(term.matchExpressions);
}

export function requiredTerms(pod: PodLike): readonly NodeSelectorTerm[] {
  return pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
}

export function preferredTerms(
  pod: PodLike,
): readonly { readonly weight: number; readonly preference: NodeSelectorTerm }[] {
  return pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
}

/** Of equal weights the first as written, so that the term tried is the term that relaxation drops (scheduling 3.6). */
function heaviestPreference(pod: PodLike): NodeSelectorTerm | undefined {
  const terms = preferredTerms(pod);
  let heaviest = terms[0];
  for (const term of terms) if (heaviest === undefined || term.weight > heaviest.weight) heaviest = term;
  return heaviest?.preference;
}
