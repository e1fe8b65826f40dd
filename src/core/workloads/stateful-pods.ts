import type { PersistentVolumeClaim, PodTemplateSpec, StatefulSet } from "../../api/index.ts";

/** `<template>-<pod>`: the claim stays when the pod goes, and its successor finds it by name. */
const claimNameOf = (template: PersistentVolumeClaim, pod: string): string => `${template.metadata.name ?? ""}-${pod}`;

/** What a StatefulSet's pod of that name mounts: the template's volumes, its own claims in the place of those of their names. */
export function statefulVolumes(
  set: StatefulSet,
  template: PodTemplateSpec,
  pod: string,
): NonNullable<PodTemplateSpec["spec"]["volumes"]> {
  const templates = set.spec.volumeClaimTemplates ?? [];
  const claimed = new Set(templates.map(({ metadata }) => metadata.name));
  return [
    ...(template.spec.volumes ?? []).filter((volume) => !claimed.has(volume.name)),
    ...templates.map((claim) => ({
      name: claim.metadata.name ?? "",
      persistentVolumeClaim: { claimName: claimNameOf(claim, pod) },
    })),
  ];
}

/** Claims that the pod of that name needs. */
export function statefulClaims(set: StatefulSet, pod: string): readonly PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      ...(template.metadata.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      name: claimNameOf(template, pod),
      namespace: set.metadata.namespace ?? "default",
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
    },
    spec: template.spec,
  }));
}

/** Labels by which Services and spreads tell the pods of a set apart. */
export const statefulLabels = (pod: string, ordinal: number): Readonly<Record<string, string>> => ({
  "statefulset.kubernetes.io/pod-name": pod,
  "apps.kubernetes.io/pod-index": String(ordinal),
});
