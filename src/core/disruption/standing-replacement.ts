import { labels } from "../../api/index.ts";
import { allocatableOf } from "../catalogue/allocatable.ts";
import { keyText } from "../cluster/keys.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import type { PlannedClaim } from "../provisioning/plan.ts";
import { noResources } from "../quantity/resources.ts";
import { singleValueOf } from "../requirements/requirement.ts";
import { specRequirements } from "../requirements/requirements.ts";

/** A planned machine as it stands once it is initialized, empty: its cheapest choice, with what labels that has. */
export function standingReplacement(
  { instanceTypes }: Pick<ClusterSnapshot, "instanceTypes">,
  { poolKey, cheapest, claim }: PlannedClaim,
  name: string,
): StateNode {
  const type = instanceTypes.get(keyText(poolKey))?.find((each) => each.name === cheapest.instanceType);
  const known = [...specRequirements(claim.spec.requirements), ...(type?.requirements ?? [])];
  const single = known.flatMap(([key, requirement]) => {
    const value = singleValueOf(requirement);
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    name,
    poolKey,
    managed: true,
    registered: true,
    initialized: true,
    markedForDeletion: false,
    labels: {
      ...Object.fromEntries(single),
      ...claim.metadata.labels,
      [labels.instanceType]: cheapest.instanceType,
      [labels.zone]: cheapest.zone,
      [labels.capacityType]: cheapest.capacityType,
      [labels.hostname]: name,
    },
    taints: claim.spec.taints ?? [],
    capacity: type?.capacity ?? noResources,
    allocatable: type === undefined ? noResources : allocatableOf(type),
    pods: [],
    podRequests: noResources,
    daemonRequests: noResources,
  };
}
