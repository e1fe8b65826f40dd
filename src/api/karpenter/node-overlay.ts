/** NodeOverlay, `karpenter.sh/v1alpha1` (spec: api 3.1). */
import type { Condition, KubeObject, ResourceQuantities } from "../kubernetes/meta.ts";
import type { RequirementSpec } from "./node-pool.ts";

export interface NodeOverlay extends KubeObject {
  readonly spec: {
    /** Without `minValues`. Empty means everything. */
    readonly requirements: readonly RequirementSpec[];
    /** Dollars an hour; never together with `priceAdjustment`. */
    readonly price?: string;
    /** Signed amount (`+0.5`) or signed percentage (`-10%`). */
    readonly priceAdjustment?: string;
    readonly capacity?: ResourceQuantities;
    /** 1 to 10000; absent counts as 0. */
    readonly weight?: number;
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}
