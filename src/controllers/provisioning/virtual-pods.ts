import type { Pod } from "../../api/index.ts";
import { type ClusterSnapshot, isVirtualPod, type ProvisioningPlan } from "../../core/index.ts";

/** The snapshot with pods that are no objects of the API, behind those that are. */
export const withVirtualPods = (snapshot: ClusterSnapshot, pods: readonly Pod[]): ClusterSnapshot =>
  pods.length === 0 ? snapshot : { ...snapshot, pendingPods: [...snapshot.pendingPods, ...pods] };

/**
 * What there is to tell of a plan: no events on pods that do not exist, no nomination for them, no count of them (spec:
 * scheduling 7.3). Claims are made for them all the same.
 */
export function withoutVirtualPods(plan: ProvisioningPlan): ProvisioningPlan {
  const isReal = (pod: Pod): boolean => !isVirtualPod(pod);
  return {
    ...plan,
    claims: plan.claims.map((claim) =>
      claim.pods.every(isReal) ? claim : { ...claim, pods: claim.pods.filter(isReal) },
    ),
    nominations: plan.nominations.filter(({ pod }) => isReal(pod)),
    unplaced: plan.unplaced.filter(({ pod }) => isReal(pod)),
  };
}
