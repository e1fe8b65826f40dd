/** Where each kind lives on the API server. A `ResourceType` carries the TypeScript type of its objects. */
import type {
  CSINode,
  CronJob,
  CustomResourceDefinition,
  DaemonSet,
  Deployment,
  Job,
  Lease,
  PodDisruptionBudget,
  PriorityClass,
  ReplicaSet,
  StatefulSet,
  StorageClass,
  VolumeAttachment,
} from "./apps.ts";
import type { ConfigMap, Event, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod } from "./core.ts";
import type { KubeObject } from "./meta.ts";

declare const objectType: unique symbol;

/** A served resource: `group` is empty for core/v1. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly [objectType]?: T;
}

export function resourceType<T extends KubeObject>(
  apiVersion: string,
  kind: string,
  plural: string,
  scope: "Namespaced" | "Cluster",
): ResourceType<T> {
  const slash = apiVersion.indexOf("/");
  return Object.freeze({
    group: slash < 0 ? "" : apiVersion.slice(0, slash),
    version: slash < 0 ? apiVersion : apiVersion.slice(slash + 1),
    kind,
    plural,
    namespaced: scope === "Namespaced",
  });
}

/** `v1` or `apps/v1`. */
export function apiVersionOf(type: ResourceType): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}

export const podType = resourceType<Pod>("v1", "Pod", "pods", "Namespaced");
export const nodeType = resourceType<Node>("v1", "Node", "nodes", "Cluster");
export const namespaceType = resourceType<Namespace>("v1", "Namespace", "namespaces", "Cluster");
export const configMapType = resourceType<ConfigMap>("v1", "ConfigMap", "configmaps", "Namespaced");
export const eventType = resourceType<Event>("v1", "Event", "events", "Namespaced");
export const persistentVolumeType = resourceType<PersistentVolume>(
  "v1",
  "PersistentVolume",
  "persistentvolumes",
  "Cluster",
);
export const persistentVolumeClaimType = resourceType<PersistentVolumeClaim>(
  "v1",
  "PersistentVolumeClaim",
  "persistentvolumeclaims",
  "Namespaced",
);
export const deploymentType = resourceType<Deployment>("apps/v1", "Deployment", "deployments", "Namespaced");
export const replicaSetType = resourceType<ReplicaSet>("apps/v1", "ReplicaSet", "replicasets", "Namespaced");
export const statefulSetType = resourceType<StatefulSet>("apps/v1", "StatefulSet", "statefulsets", "Namespaced");
export const daemonSetType = resourceType<DaemonSet>("apps/v1", "DaemonSet", "daemonsets", "Namespaced");
export const jobType = resourceType<Job>("batch/v1", "Job", "jobs", "Namespaced");
export const cronJobType = resourceType<CronJob>("batch/v1", "CronJob", "cronjobs", "Namespaced");
export const podDisruptionBudgetType = resourceType<PodDisruptionBudget>(
  "policy/v1",
  "PodDisruptionBudget",
  "poddisruptionbudgets",
  "Namespaced",
);
export const storageClassType = resourceType<StorageClass>(
  "storage.k8s.io/v1",
  "StorageClass",
  "storageclasses",
  "Cluster",
);
export const csiNodeType = resourceType<CSINode>("storage.k8s.io/v1", "CSINode", "csinodes", "Cluster");
export const volumeAttachmentType = resourceType<VolumeAttachment>(
  "storage.k8s.io/v1",
  "VolumeAttachment",
  "volumeattachments",
  "Cluster",
);
export const leaseType = resourceType<Lease>("coordination.k8s.io/v1", "Lease", "leases", "Namespaced");
export const priorityClassType = resourceType<PriorityClass>(
  "scheduling.k8s.io/v1",
  "PriorityClass",
  "priorityclasses",
  "Cluster",
);
export const customResourceDefinitionType = resourceType<CustomResourceDefinition>(
  "apiextensions.k8s.io/v1",
  "CustomResourceDefinition",
  "customresourcedefinitions",
  "Cluster",
);
