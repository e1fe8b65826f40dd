/**
 * Whether pods can reach their volumes where the plan puts them: a bound volume by its own node affinity, one that is still
 * to be made by the topologies that its class allows. Claims of pods that pass the engine's validation exist.
 */
import type { NodeSelectorTerm, PersistentVolumeClaim, Pod } from "../../src/api/index.ts";
import type { ClusterSnapshot } from "../../src/core/index.ts";
import { type LabelChoices, matchesExpression } from "./placement.ts";

/** `place` is for the text. */
export function verifyVolumes(
  snapshot: ClusterSnapshot,
  pods: readonly Pod[],
  { place, choices }: { readonly place: string; readonly choices: LabelChoices },
): readonly string[] {
  return pods.flatMap((pod) =>
    claimsOf(snapshot, pod)
      .filter((claim) => !isReachable(snapshot, claim, choices))
      .map((claim) => `${pod.metadata.name} cannot reach its volume ${claim.metadata.name} from ${place}`),
  );
}

/** Claims of the pod that the driver attaches; those whose driver nobody can tell are not counted. */
export const attachedBy = (snapshot: ClusterSnapshot, pod: Pod, driver: string): readonly string[] =>
  claimsOf(snapshot, pod).flatMap(({ metadata, spec }) => {
    const own = isSet(spec.volumeName)
      ? snapshot.persistentVolumes.get(spec.volumeName)?.spec.csi?.driver
      : snapshot.storageClasses.get(spec.storageClassName ?? "")?.provisioner;
    return own === driver ? [`${metadata.namespace ?? "default"}/${metadata.name ?? ""}`] : [];
  });

function claimsOf(snapshot: ClusterSnapshot, { metadata, spec }: Pod): readonly PersistentVolumeClaim[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const own = persistentVolumeClaim?.claimName ?? (ephemeral === undefined ? undefined : `${metadata.name}-${name}`);
    return snapshot.persistentVolumeClaims.get(`${metadata.namespace ?? "default"}/${own ?? ""}`) ?? [];
  });
}

function isReachable(snapshot: ClusterSnapshot, { spec }: PersistentVolumeClaim, choices: LabelChoices): boolean {
  const terms = isSet(spec.volumeName)
    ? (snapshot.persistentVolumes.get(spec.volumeName)?.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [])
    : (snapshot.storageClasses.get(spec.storageClassName ?? "")?.allowedTopologies ?? []).map(termOf);
  const telling = terms.filter(({ matchExpressions = [] }) => matchExpressions.length > 0);
  return telling.length === 0 || telling.some((term) => matches(term, choices));
}

const isSet = (text: string | undefined): text is string => text !== undefined && text !== "";

const termOf = (topology: {
  readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
}): NodeSelectorTerm => ({
  matchExpressions: (topology.matchLabelExpressions ?? []).map(({ key, values }) => ({ key, operator: "In", values })),
});

/** A host name is that of the machine where a local volume lies; claims have none yet, so it is left out. */
const matches = ({ matchExpressions = [] }: NodeSelectorTerm, choices: LabelChoices): boolean =>
  matchExpressions.every(
    (expression) =>
      expression.key === "kubernetes.io/hostname" || matchesExpression(expression, choices(expression.key)),
  );
