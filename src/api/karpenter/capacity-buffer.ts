/** CapacityBuffer, `autoscaling.x-k8s.io/v1beta1` (spec: api 3.2). */
import type { Condition, KubeObject, ResourceQuantities } from "../kubernetes/meta.ts";

export interface CapacityBuffer extends KubeObject {
  readonly spec?: {
    readonly provisioningStrategy?: string;
    readonly podTemplateRef?: { readonly name: string };
    readonly scalableRef?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
    readonly replicas?: number;
    readonly percentage?: number;
    readonly limits?: ResourceQuantities;
  };
  readonly status?: {
    readonly podTemplateRef?: { readonly name?: string };
    readonly podTemplateGeneration?: number;
    readonly replicas?: number;
    readonly provisioningStrategy?: string;
    /** Standard Kubernetes conditions, without a root (not the machinery of api 0.4). */
    readonly conditions?: readonly Condition[];
  };
}

export const defaultProvisioningStrategy = "buffer.x-k8s.io/active-capacity";
