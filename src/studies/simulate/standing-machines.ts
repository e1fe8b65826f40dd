/** Machines of a plan as if they ran: what a further decision would see of them. */
import { labels, type Node, type NodeClaim, type Pod } from "../../api/index.ts";
import {
  allocatableOf,
  type ClusterEvent,
  claimViewOf,
  type ClusterSnapshot,
  formatResources,
  keyText,
  type Nomination,
  type PlannedClaim,
  singleValueOf,
} from "../../core/index.ts";

/** Events that make planned machines stand, their pods on them, and pods on nodes that they were nominated to. */
export function standingEvents(
  snapshot: ClusterSnapshot,
  plan: { readonly claims: readonly PlannedClaim[]; readonly nominations: readonly Nomination[] },
  nameOf: (index: number) => string,
): readonly ClusterEvent[] {
  return [
    ...plan.claims.flatMap((planned, index) => machineEvents(snapshot, planned, nameOf(index))),
    ...plan.nominations.map(({ pod, node }) => boundEvent(pod, node)),
  ];
}

function machineEvents(snapshot: ClusterSnapshot, planned: PlannedClaim, name: string): readonly ClusterEvent[] {
  const { claim, node } = machineOf(snapshot, planned, name);
  return [
    { type: "claim", view: claimViewOf(claim) },
    { type: "upsert", kind: "Node", object: node },
    ...planned.pods.map((pod) => boundEvent(pod, name)),
  ];
}

/** A planned machine as its claim and its Node would stand: initialized, and quiet for as long as its pool asks. */
export function machineOf(
  snapshot: Pick<ClusterSnapshot, "instanceTypes">,
  { poolKey, cheapest, claim }: PlannedClaim,
  name: string,
): { readonly claim: NodeClaim; readonly node: Node } {
  const type = (snapshot.instanceTypes.get(keyText(poolKey)) ?? []).find((each) => each.name === cheapest.instanceType);
  const single = [...(type?.requirements ?? [])].flatMap(([key, requirement]) => {
    const value = singleValueOf(requirement);
    return value === undefined ? [] : [[key, value] as const];
  });
  const map = {
    ...Object.fromEntries(single),
    ...claim.metadata.labels,
    [labels.instanceType]: cheapest.instanceType,
    [labels.zone]: cheapest.zone,
    [labels.capacityType]: cheapest.capacityType,
    [labels.hostname]: name,
    [labels.registered]: "true",
    [labels.initialized]: "true",
  };
  const providerID = `simulated:///${name}`;
  const capacity = formatResources(type?.capacity ?? {});
  const allocatable = formatResources(type === undefined ? {} : allocatableOf(type));
  const conditions = standing.map((condition) => ({ type: condition, status: "True" as const }));
  return {
    claim: {
      ...claim,
      metadata: { ...claim.metadata, name, uid: name, labels: map },
      status: { providerID, nodeName: name, capacity, allocatable, conditions },
    },
    node: {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, uid: name, labels: map },
      spec: { providerID, ...(claim.spec.taints === undefined ? {} : { taints: claim.spec.taints }) },
      status: { capacity, allocatable, conditions: [{ type: "Ready", status: "True" }] },
    },
  };
}

const standing = ["Launched", "Registered", "Initialized", "Consolidatable"];

export const boundEvent = (pod: Pod, nodeName: string): ClusterEvent => ({
  type: "upsert",
  kind: "Pod",
  object: {
    ...pod,
    metadata: withoutVersion(pod.metadata),
    spec: { ...pod.spec, nodeName },
    status: {
      phase: "Running",
      conditions: [
        { type: "PodScheduled", status: "True" },
        { type: "Ready", status: "True" },
      ],
    },
  },
});

/** A changed object under its old version would count as the one that is known. */
export function withoutVersion(metadata: Pod["metadata"]): Pod["metadata"] {
  const { resourceVersion: _, ...rest } = metadata;
  return rest;
}
