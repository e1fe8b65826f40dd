/** A disruption command carried out at once: the layout as it would be once everything has settled. */
import { labels, type Node, type NodeClaim, type Pod } from "../../src/api/index.ts";
import {
  applyClusterEvents,
  claimViewOf,
  type ClusterEvent,
  type ClusterState,
  type DisruptionCommand,
  formatResources,
  type InstanceType,
  keyText,
  objectKey,
  type PlannedClaim,
  singleValueOf,
  specRequirements,
} from "../../src/core/index.ts";

export interface Applied {
  readonly state: ClusterState;
  /** Names of the new nodes, by position among the replacements. */
  readonly created: readonly string[];
}

/** `serial` tells the nodes of one command from those of others. */
export function applyCommand(state: ClusterState, command: DisruptionCommand, serial: number): Applied {
  const machines = command.replacements.map((planned, index) =>
    machineOf(state, planned, `new-${String(serial).padStart(4, "0")}-${String(index).padStart(3, "0")}`),
  );
  const placed: ClusterEvent[] = [
    ...(command.nominations ?? []).flatMap(({ pod, node }) => moved(pod, node)),
    ...command.replacements.flatMap(({ pods }, index) =>
      pods.flatMap((pod) => moved(pod, machines[index]?.node.metadata.name ?? "")),
    ),
  ];
  const going = command.candidates.flatMap(({ node, claim }): ClusterEvent[] => [
    ...node.pods.map((pod): ClusterEvent => ({ type: "delete", kind: "Pod", key: objectKey(pod) })),
    { type: "delete", kind: "Node", key: node.name },
    { type: "claim-deleted", key: claim.key },
  ]);
  const coming = machines.flatMap(({ node, claim }): ClusterEvent[] => [
    { type: "claim", view: claimViewOf(claim) },
    { type: "upsert", kind: "Node", object: node },
  ]);
  return {
    state: applyClusterEvents(state, [...going, ...coming, ...placed]),
    created: machines.map(({ node }) => node.metadata.name ?? ""),
  };
}

function moved(pod: Pod, nodeName: string): readonly ClusterEvent[] {
  return [
    { type: "delete", kind: "Pod", key: objectKey(pod) },
    { type: "upsert", kind: "Pod", object: { ...pod, spec: { ...pod.spec, nodeName } } },
  ];
}

interface Machine {
  readonly node: Node;
  readonly claim: NodeClaim;
}

/** As the provider would launch it: the cheapest offering, up and ready. */
function machineOf(state: ClusterState, planned: PlannedClaim, name: string): Machine {
  const { instanceType, zone, capacityType } = planned.cheapest;
  const type = state.instanceTypes.get(keyText(planned.poolKey))?.find((each) => each.name === instanceType);
  if (type === undefined) throw new Error(`${name}: ${instanceType} is not offered to its pool`);
  const own: Readonly<Record<string, string>> = {
    ...ownLabels(type, planned),
    ...planned.claim.metadata.labels,
    [labels.instanceType]: instanceType,
    [labels.zone]: zone,
    [labels.capacityType]: capacityType,
  };
  const providerID = `test:///${name}`;
  const capacity = formatResources(type.capacity);
  const allocatable = formatResources(allocatableOf(type));
  const { generateName: _, ...metadata } = planned.claim.metadata;
  const claim: NodeClaim = {
    ...planned.claim,
    metadata: { ...metadata, name: `claim-${name}`, uid: `claim-${name}`, labels: own },
    status: {
      providerID,
      nodeName: name,
      capacity,
      allocatable,
      conditions: ["Launched", "Registered", "Initialized", "Consolidatable", "Ready"].map((condition) => ({
        type: condition,
        status: "True" as const,
        lastTransitionTime: "2025-12-31T23:00:00Z",
      })),
    },
  };
  const nodeLabels = { ...own, [labels.hostname]: name, [labels.registered]: "true", [labels.initialized]: "true" };
  const taints = planned.pool.pool.spec.template.spec.taints;
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: `node-${name}`, labels: nodeLabels },
    spec: { providerID, ...(taints === undefined ? {} : { taints }) },
    status: { capacity, allocatable, conditions: [{ type: "Ready", status: "True" }] },
  };
  return { node, claim };
}

function allocatableOf({ capacity, overhead }: InstanceType): Readonly<Record<string, number>> {
  const parts = [overhead.kubeReserved, overhead.systemReserved, overhead.evictionThreshold];
  const left = Object.entries(capacity).map(([name, amount]) => {
    const reserved = parts.reduce((sum, part) => sum + (part[name] ?? 0), 0);
    return [name, amount - reserved] as const;
  });
  return Object.fromEntries(left);
}

/** What the type and the claim's requirements leave no choice about. */
function ownLabels(type: InstanceType, planned: PlannedClaim): Readonly<Record<string, string>> {
  const single: Record<string, string> = {};
  for (const set of [specRequirements(planned.claim.spec.requirements), type.requirements]) {
    for (const [key, requirement] of set) {
      const value = singleValueOf(requirement);
      if (value !== undefined) single[key] = value;
    }
  }
  return single;
}
