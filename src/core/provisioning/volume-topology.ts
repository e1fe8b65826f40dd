import {
  labels as labelKeys,
  type NodeSelectorTerm,
  type PersistentVolume,
  type Pod,
  type StorageClass,
} from "../../api/index.ts";
import { claimNameOf } from "../pods/pod-shape.ts";
import type { StorageObjects } from "../pods/volumes.ts";
import { intersects } from "../requirements/compatible.ts";
import { termRequirements } from "../requirements/pod-requirements.ts";
import { requirementIn, type Requirements } from "../requirements/requirement.ts";
import { addRequirements, noRequirements, requirementsOf, withoutRequirement } from "../requirements/requirements.ts";

/**
 * Where the pod's volumes can be reached from (scheduling 2.9): any one of the sets will do; no set at all when the
 * volumes say nothing. They bind the node only: spread counting goes by the pod's own requirements.
 */
export function volumeAlternatives(pod: Pod, objects: StorageObjects): readonly Requirements[] {
  let alternatives: readonly Requirements[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const own = claimAlternatives(`${pod.metadata.namespace ?? "default"}/${name}`, objects);
    if (own.length > 0) alternatives = alternatives.length === 0 ? own : combined(alternatives, own);
  }
  return alternatives;
}

function claimAlternatives(key: string, objects: StorageObjects): readonly Requirements[] {
  const claim = objects.persistentVolumeClaims.get(key);
  const { volumeName = "", storageClassName = "" } = claim?.spec ?? {};
  if (volumeName !== "") return boundAlternatives(objects.persistentVolumes.get(volumeName));
  return classAlternatives(objects.storageClasses.get(storageClassName));
}

/** A term that loses its only expression, a host that is this volume's alone, means "anywhere" and is kept. */
function boundAlternatives(volume: PersistentVolume | undefined): readonly Requirements[] {
  const terms: readonly NodeSelectorTerm[] = volume?.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const bindsToHost = volume?.spec.local !== undefined || volume?.spec.hostPath !== undefined;
  return terms
    .filter(({ matchExpressions }) => (matchExpressions?.length ?? 0) > 0)
    .map((term) =>
      bindsToHost ? withoutRequirement(termRequirements(term), labelKeys.hostname) : termRequirements(term),
    );
}

function classAlternatives(storageClass: StorageClass | undefined): readonly Requirements[] {
  return (storageClass?.allowedTopologies ?? []).flatMap(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.length === 0
      ? []
      : [requirementsOf(matchLabelExpressions.map(({ key, values }) => requirementIn(key, ...values)))],
  );
}

/** Earlier volumes vary slowest. When no pair agrees the product stays as it is, so that the pod says what clashes. */
function combined(a: readonly Requirements[], b: readonly Requirements[]): readonly Requirements[] {
  const pairs = a.flatMap((left) => b.map((right) => [left, right] as const));
  const agreeing = pairs.filter(([left, right]) => intersects(left, right));
  return (agreeing.length > 0 ? agreeing : pairs).map(([left, right]) =>
    left === noRequirements ? right : addRequirements(left, right),
  );
}
