/** A recorded decision as a plan, so that the oracle can judge it by the rules that ours is held to. */
import type { Pod, RequirementSpec } from "../../src/api/index.ts";
import type { ClusterSnapshot, PlannedClaim, ProvisioningPlan } from "../../src/core/index.ts";
import type { RecordedClaim, RecordedDecision } from "./recorded-result.ts";

export function recordedPlan(snapshot: ClusterSnapshot, decision: RecordedDecision): ProvisioningPlan {
  const pods = new Map<string, Pod>();
  for (const { pods: bound } of snapshot.nodes) for (const pod of bound) pods.set(pod.metadata.name ?? "", pod);
  for (const pod of snapshot.pendingPods) pods.set(pod.metadata.name ?? "", pod);
  const podsNamed = (names: readonly string[]): readonly Pod[] => names.flatMap((name) => pods.get(name) ?? []);
  return {
    snapshotVersion: snapshot.version,
    claims: decision.newNodeClaims.flatMap((claim) => plannedClaim(snapshot, claim, podsNamed(claim.pods))),
    nominations: (decision.existingNodes ?? []).flatMap(({ node, pods: names }) =>
      podsNamed(names).map((pod) => ({ pod, node })),
    ),
    unplaced: podsNamed(Object.keys(decision.errors ?? {})).map((pod) => ({ pod, reasons: [], message: "" })),
    pricePerHour: decision.stats.totalCheapestPrice,
    work: {},
  };
}

function plannedClaim(
  snapshot: ClusterSnapshot,
  recorded: RecordedClaim,
  pods: readonly Pod[],
): readonly PlannedClaim[] {
  const view = snapshot.pools.find(({ key }) => key.name === recorded.nodePool);
  if (view === undefined) return [];
  const { template } = view.pool.spec;
  return [
    {
      poolKey: view.key,
      pool: view,
      pods,
      claim: {
        apiVersion: "karpenter.sh/v1",
        kind: "NodeClaim",
        metadata: { labels: recorded.labels },
        spec: {
          nodeClassRef: template.spec.nodeClassRef,
          requirements: recorded.requirements as readonly RequirementSpec[],
        },
      },
      instanceTypes: recorded.instanceTypes,
      cheapest: recorded.cheapestOffering ?? {
        instanceType: "",
        zone: "",
        capacityType: "",
        price: recorded.cheapestPrice,
      },
      reasons: [],
    },
  ];
}
