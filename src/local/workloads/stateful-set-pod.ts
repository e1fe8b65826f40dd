import type { PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet } from "../../api/index.ts";
import { statefulClaims, statefulLabels, statefulVolumes } from "../../core/index.ts";
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

export function computeStatefulPod(
  set: StatefulSet,
  ordinal: number,
  made: { readonly template: PodTemplateSpec; readonly revision: string },
): Pod {
  const name = podNameOf(set, ordinal);
  const volumes = statefulVolumes(set, made.template, name);
  return podFromTemplate(set, made.template, {
    name,
    generateName: `${set.metadata.name ?? ""}-`,
    labels: { ...statefulLabels(name, ordinal), [revisionHashLabel]: made.revision },
    spec: { ...(volumes.length === 0 ? {} : { volumes }), ...networkIdentity(set, name) },
  });
}

const networkIdentity = (set: StatefulSet, name: string): { hostname: string; subdomain?: string } =>
  set.spec.serviceName === undefined || set.spec.serviceName === ""
    ? { hostname: name }
    : { hostname: name, subdomain: set.spec.serviceName };

/** Claims that the pod of an ordinal needs. */
export const computeStatefulClaims = (set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] =>
  statefulClaims(set, podNameOf(set, ordinal));
