import { labels, type Node, type NodeClaim } from "../../src/api/index.ts";
import {
  allocatableOf,
  claimViewOf,
  type ClusterEvent,
  formatResources,
  type InstanceType,
  type PoolView,
  singleValueOf,
} from "../../src/core/index.ts";

export interface Machine {
  readonly pool: PoolView;
  readonly type: InstanceType;
  readonly zone: string;
  readonly capacityType: string;
}

/** A machine that is ready: its claim and its Node, as events. */
export function machineEvents(name: string, machine: Machine): readonly ClusterEvent[] {
  const { pool, type, zone, capacityType } = machine;
  const own: Record<string, string> = {};
  for (const [key, requirement] of type.requirements) {
    const value = singleValueOf(requirement);
    if (value !== undefined) own[key] = value;
  }
  const shared = {
    ...own,
    [labels.zone]: zone,
    [labels.capacityType]: capacityType,
    [labels.nodePool]: pool.key.name,
  };
  const providerID = `bench:///${name}`;
  const capacity = formatResources(type.capacity);
  const allocatable = formatResources(allocatableOf(type));
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name, uid: `uid-${name}`, labels: shared },
    spec: { requirements: [], nodeClassRef: pool.pool.spec.template.spec.nodeClassRef },
    status: { providerID, nodeName: name, capacity, allocatable, conditions: [{ type: "Launched", status: "True" }] },
  };
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: `uid-node-${name}`,
      labels: {
        ...shared,
        [labels.hostname]: name,
        [labels.registered]: "true",
        [labels.initialized]: "true",
      },
    },
    spec: { providerID },
    status: { capacity, allocatable, conditions: [{ type: "Ready", status: "True" }] },
  };
  return [
    { type: "claim", view: claimViewOf(claim) },
    { type: "upsert", kind: "Node", object: node },
  ];
}
