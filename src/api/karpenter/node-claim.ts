/** NodeClaim, `karpenter.sh/v1` (spec: api 2). */
import type { Taint } from "../kubernetes/core.ts";
import type { Condition, KubeObject, ResourceQuantities, Timestamp } from "../kubernetes/meta.ts";
import type { NillableDuration, NodeClassReference, RequirementSpec } from "./node-pool.ts";

export interface NodeClaim extends KubeObject {
  readonly spec: {
    readonly requirements: readonly RequirementSpec[];
    readonly nodeClassRef: NodeClassReference;
    readonly resources?: { readonly requests?: ResourceQuantities };
    readonly taints?: readonly Taint[];
    readonly startupTaints?: readonly Taint[];
    readonly terminationGracePeriod?: string;
    readonly expireAfter?: NillableDuration;
  };
  readonly status?: {
    readonly providerID?: string;
    readonly imageID?: string;
    readonly capacity?: ResourceQuantities;
    readonly allocatable?: ResourceQuantities;
    readonly nodeName?: string;
    readonly lastPodEventTime?: Timestamp;
    readonly conditions?: readonly Condition[];
  };
}
