import type { ClusterSnapshot, ProvisioningPlan } from "../../src/core/index.ts";

export function verifyTopology(_snapshot: ClusterSnapshot, _plan: ProvisioningPlan): readonly string[] {
  return [];
}
