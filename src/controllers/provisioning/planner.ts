import type { ClusterSnapshot, ProvisioningOptions, ProvisioningPlan } from "../../core/index.ts";
import type { Clock } from "../../platform/index.ts";
import { planInSlices } from "./plan-in-slices.ts";

/** Makes plans without holding the thread (house rule R8). Where the work is done does not change the plan. */
export interface Planner {
  plan(
    snapshot: ClusterSnapshot,
    options: ProvisioningOptions,
    run: { readonly signal: AbortSignal },
  ): Promise<ProvisioningPlan>;
}

/** On this thread, in slices. */
export const createSlicedPlanner = ({ clock }: { readonly clock: Clock }): Planner => ({
  plan: (snapshot, options, { signal }) => planInSlices(snapshot, options, { clock, signal }),
});
