/** Recorded consolidation states as pictures of the cluster (corpus/README.md, "disruption"). */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import {
  coreLabelRules,
  type DaemonSet,
  labels,
  type LabelRules,
  type Node,
  type NodeClaim,
  type NodePool,
  type Pod,
  type PodDisruptionBudget,
  type ResourceQuantities,
} from "../../src/api/index.ts";
import {
  applyClusterEvents,
  claimViewOf,
  type ClusterEvent,
  type ClusterState,
  emptyClusterState,
  type EpochMillis,
  epochMillisOf,
  type InstanceType,
  type Offering,
  parseResources,
  poolViewOf,
  requirementIn,
  requirementsOf,
  type Resources,
} from "../../src/core/index.ts";

export interface RecordedState {
  readonly name: string;
  readonly catalogueRef: string;
  readonly now: string;
  readonly options: { readonly spotToSpotConsolidation: boolean };
  readonly nodePools: readonly NodePool[];
  readonly daemonSets: readonly DaemonSet[] | null;
  readonly podDisruptionBudgets: readonly PodDisruptionBudget[] | null;
  readonly nodes: readonly Node[];
  readonly nodeClaims: readonly NodeClaim[];
  readonly boundPods: readonly Pod[];
}

interface RecordedType {
  readonly name: string;
  readonly arch: string;
  readonly os: string;
  readonly capacity: ResourceQuantities;
  readonly kubeReserved: ResourceQuantities;
  readonly evictionThreshold: ResourceQuantities;
  readonly labels: Readonly<Record<string, string>>;
  readonly offerings: readonly {
    readonly zone: string;
    readonly capacityType: string;
    readonly price: number;
    readonly available: boolean;
  }[];
}

export interface ReadState {
  readonly name: string;
  readonly state: ClusterState;
  readonly now: EpochMillis;
  readonly labelRules: LabelRules;
  readonly spotToSpot: boolean;
}

/** `file` may be gzipped; `catalogues` is the folder of machine catalogues. */
export function readState(file: string, catalogues: string): ReadState {
  const recorded = readJson(file) as RecordedState;
  const catalogue = readJson(`${catalogues}/${recorded.catalogueRef}`) as {
    readonly instanceTypes: readonly RecordedType[];
  };
  const types = catalogue.instanceTypes.map(typeOf).sort((a, b) => (a.name < b.name ? -1 : 1));
  const own = catalogue.instanceTypes.flatMap((type) => Object.keys(type.labels));
  return {
    name: recorded.name,
    state: applyClusterEvents(emptyClusterState(), eventsOf(recorded, types)),
    now: epochMillisOf(Date.parse(recorded.now)),
    labelRules: { ...coreLabelRules, wellKnown: new Set([...coreLabelRules.wellKnown, ...own]) },
    spotToSpot: recorded.options.spotToSpotConsolidation,
  };
}

function readJson(file: string): unknown {
  const bytes = readFileSync(file);
  return JSON.parse((file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
}

function eventsOf(recorded: RecordedState, types: readonly InstanceType[]): readonly ClusterEvent[] {
  return [
    {
      type: "upsert",
      kind: "Namespace",
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } },
    },
    ...recorded.nodePools.flatMap((pool): ClusterEvent[] => {
      const view = poolViewOf({ ...pool, apiVersion: "karpenter.sh/v1", kind: "NodePool" });
      return [
        { type: "pool", view },
        { type: "instance-types", pool: view.key, types },
      ];
    }),
    ...recorded.nodeClaims.map((claim): ClusterEvent => ({ type: "claim", view: claimViewOf(claim) })),
    ...recorded.nodes.map((object): ClusterEvent => ({ type: "upsert", kind: "Node", object })),
    ...(recorded.daemonSets ?? []).map((object): ClusterEvent => ({ type: "upsert", kind: "DaemonSet", object })),
    ...(recorded.podDisruptionBudgets ?? []).map(
      (object): ClusterEvent => ({ type: "upsert", kind: "PodDisruptionBudget", object }),
    ),
    ...recorded.boundPods.map((object): ClusterEvent => ({ type: "upsert", kind: "Pod", object })),
  ];
}

function typeOf(type: RecordedType): InstanceType {
  const offerings = type.offerings.map(offeringOf);
  const open = offerings.filter(({ available }) => available);
  return {
    name: type.name,
    requirements: requirementsOf([
      requirementIn(labels.instanceType, type.name),
      requirementIn(labels.arch, type.arch),
      requirementIn(labels.os, type.os),
      requirementIn(labels.zone, ...new Set(open.map(({ zone }) => zone))),
      requirementIn(labels.capacityType, ...new Set(open.map(({ capacityType }) => capacityType))),
      ...Object.entries(type.labels).map(([key, value]) => requirementIn(key, value)),
    ]),
    capacity: resources(type.capacity),
    overhead: {
      kubeReserved: resources(type.kubeReserved),
      systemReserved: {},
      evictionThreshold: resources(type.evictionThreshold),
    },
    offerings,
  };
}

const offeringOf = (given: RecordedType["offerings"][number]): Offering => ({
  ...given,
  requirements: requirementsOf([
    requirementIn(labels.zone, given.zone),
    requirementIn(labels.capacityType, given.capacityType),
  ]),
});

function resources(quantities: ResourceQuantities): Resources {
  const parsed = parseResources(quantities);
  if (!parsed.ok) throw new Error(`catalogue: ${parsed.failure.map(({ message }) => message).join("; ")}`);
  return parsed.value;
}
