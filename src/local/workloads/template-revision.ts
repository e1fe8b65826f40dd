import type { PodTemplateSpec, ReplicaSet } from "../../api/index.ts";
import { canonicalJson, isSameJson, safeHash } from "../stand-ins/json.ts";

export const templateHashLabel = "pod-template-hash";
export const revisionAnnotation = "deployment.kubernetes.io/revision";

/** Hash of a template for names and labels; `collisions` tells apart templates that came to the same hash. */
export function templateHash(template: PodTemplateSpec, collisions = 0): string {
  return safeHash(`${canonicalJson(template)}${collisions === 0 ? "" : String(collisions)}`);
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  if (template === undefined) return undefined;
  const { [templateHashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: _created, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

/** The set made from the template, oldest first should there be several. */
export function findCurrent(
  sets: readonly ReplicaSet[],
  template: PodTemplateSpec,
  hash: string,
): ReplicaSet | undefined {
  const wanted = withoutHash(template);
  return (
    sets.find((set) => isSameJson(withoutHash(set.spec.template), wanted)) ??
    sets.find((set) => set.metadata.labels?.[templateHashLabel] === hash)
  );
}

export const revisionOf = (set: ReplicaSet): number => Number(set.metadata.annotations?.[revisionAnnotation] ?? 0) || 0;
