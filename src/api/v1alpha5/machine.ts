/** Machine, `karpenter.sh/v1alpha5`: the claim kind of Provisioners (spec: v1alpha5 4.10). */
import type { RequirementSpec } from "../karpenter/node-pool.ts";
import type { Taint } from "../kubernetes/core.ts";
import type { Condition, KubeObject, ResourceQuantities, Timestamp } from "../kubernetes/meta.ts";
import { resourceType } from "../kubernetes/resource-types.ts";
import type { EraKubeletConfiguration, ProviderRef } from "./provisioner.ts";

export interface Machine extends KubeObject {
  readonly spec?: {
    readonly taints?: readonly Taint[];
    readonly startupTaints?: readonly Taint[];
    readonly requirements?: readonly RequirementSpec[];
    readonly resources?: { readonly requests?: ResourceQuantities };
    readonly kubelet?: EraKubeletConfiguration;
    readonly machineTemplateRef?: ProviderRef;
  };
  readonly status?: {
    readonly nodeName?: string;
    readonly providerID?: string;
    /** This and the next are ours: where upstream's CRD is installed, the API server drops them. */
    readonly imageID?: string;
    readonly lastPodEventTime?: Timestamp;
    readonly capacity?: ResourceQuantities;
    readonly allocatable?: ResourceQuantities;
    readonly conditions?: readonly Condition[];
  };
}

export const machineType = resourceType<Machine>("karpenter.sh/v1alpha5", "Machine", "machines", "Cluster");
