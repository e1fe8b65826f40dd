import { boundProblem, type ClusterSnapshot, type ProvisioningOptions, type ProvisioningPlan } from "../core/index.ts";
import { coverBound } from "./cover-bound.ts";

/**
 * USD an hour that the pods placed by the plan cost at least on new machines, whoever places them: within a thousandth of the
 * optimum of the class programme (product 5, corpus "cost"). For reports: it takes up to some seconds for a thousand shapes
 * of pods, so whoever must answer meanwhile calls it on another thread.
 */
export const lowerBound = (
  snapshot: ClusterSnapshot,
  plan: Pick<ProvisioningPlan, "claims" | "nominations">,
  options: ProvisioningOptions = {},
): number => coverBound(boundProblem(snapshot, plan, options));
