/** Kinds that are read for their selectors and templates alone. */
import type { PodTemplateSpec } from "./core.ts";
import type { KubeObject } from "./meta.ts";
import { resourceType } from "./resource-types.ts";

export interface Service extends KubeObject {
  readonly spec?: { readonly selector?: Readonly<Record<string, string>> };
}

export interface ReplicationController extends KubeObject {
  readonly spec?: { readonly replicas?: number; readonly selector?: Readonly<Record<string, string>> };
}

export interface PodTemplate extends KubeObject {
  readonly template: PodTemplateSpec;
}

export const serviceType = resourceType<Service>("v1", "Service", "services", "Namespaced");
export const replicationControllerType = resourceType<ReplicationController>(
  "v1",
  "ReplicationController",
  "replicationcontrollers",
  "Namespaced",
);
export const podTemplateType = resourceType<PodTemplate>("v1", "PodTemplate", "podtemplates", "Namespaced");
