/** Who a pod belongs to, by any owner reference, controller or not (scheduling 1.1, lifecycle 0.7). */
import type { KubeObject, OwnerReference, Pod } from "../../api/index.ts";

export type PodMeta = Pick<Pod, "metadata">;

/** `namespace/name`, the address of a namespaced object in maps and messages. */
export function objectKey(object: Pick<KubeObject, "metadata">): string {
  return `${object.metadata.namespace ?? "default"}/${object.metadata.name ?? ""}`;
}

export const isDaemonPod = (pod: PodMeta): boolean => hasOwner(pod, "apps/v1", "DaemonSet");

export const isStatefulPod = (pod: PodMeta): boolean => hasOwner(pod, "apps/v1", "StatefulSet");

/** A static pod, mirrored by the kubelet of its node. */
export const isMirrorPod = (pod: PodMeta): boolean => hasOwner(pod, "v1", "Node");

/** The reference of the DaemonSet that controls the pod, if one does. */
export function controllingDaemonSet(pod: PodMeta): OwnerReference | undefined {
  return pod.metadata.ownerReferences?.find(
    (owner) => owner.controller === true && owner.apiVersion === "apps/v1" && owner.kind === "DaemonSet",
  );
}

function hasOwner(pod: PodMeta, apiVersion: string, kind: string): boolean {
  const owners = pod.metadata.ownerReferences;
  if (owners === undefined) return false;
  for (const owner of owners) if (owner.kind === kind && owner.apiVersion === apiVersion) return true;
  return false;
}
