import type { PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet } from "../../api/index.ts";
import { revisionHashLabel } from "./controller-revision.ts";
import { podFromTemplate } from "./pod-template.ts";

export const podNameOf = (set: StatefulSet, ordinal: number): string => `${set.metadata.name ?? ""}-${ordinal}`;

/** Ordinal in the name of a pod of the set; undefined when the name is not one of its own. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const name = pod.metadata.name ?? "";
  const prefix = `${set.metadata.name ?? ""}-`;
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** `<template>-<pod>`: the claim stays when the pod goes, and its successor finds it by name. */
const claimNameOf = (template: PersistentVolumeClaim, pod: string): string => `${template.metadata.name ?? ""}-${pod}`;

export function computeStatefulPod(
  set: StatefulSet,
  ordinal: number,
  made: { readonly template: PodTemplateSpec; readonly revision: string },
): Pod {
  const name = podNameOf(set, ordinal);
  const templates = set.spec.volumeClaimTemplates ?? [];
  const claimed = new Set(templates.map(({ metadata }) => metadata.name));
  const volumes = [
    ...(made.template.spec.volumes ?? []).filter((volume) => !claimed.has(volume.name)),
    ...templates.map((template) => ({
      name: template.metadata.name ?? "",
      persistentVolumeClaim: { claimName: claimNameOf(template, name) },
    })),
  ];
  return podFromTemplate(set, made.template, {
    name,
    generateName: `${set.metadata.name ?? ""}-`,
    labels: {
      "statefulset.kubernetes.io/pod-name": name,
      "apps.kubernetes.io/pod-index": String(ordinal),
      [revisionHashLabel]: made.revision,
    },
    spec: { ...(volumes.length === 0 ? {} : { volumes }), ...networkIdentity(set, name) },
  });
}

const networkIdentity = (set: StatefulSet, name: string): { hostname: string; subdomain?: string } =>
  set.spec.serviceName === undefined || set.spec.serviceName === ""
    ? { hostname: name }
    : { hostname: name, subdomain: set.spec.serviceName };

/** Claims that the pod of an ordinal needs. */
export function computeStatefulClaims(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  const name = podNameOf(set, ordinal);
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      ...(template.metadata.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      name: claimNameOf(template, name),
      namespace: set.metadata.namespace ?? "",
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
    },
    spec: template.spec,
  }));
}
