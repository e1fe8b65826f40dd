/**
 * Passes that follow each other, as the catalogue of scheduling 10 runs its scenarios: one call is one pass; each claim is
 * launched as its cheapest choice, its node comes up, and the pods are bound as planned. What found no place stays pending.
 */
import { expect } from "vitest";
import { labels, type Node as KubeNode, type NodePool, type Pod } from "../../src/api/index.ts";
import {
  allocatableOf,
  type ClusterEvent,
  formatResources,
  type InstanceType,
  type PlannedClaim,
  provision,
  type ProvisioningOptions,
  type ProvisioningPlan,
} from "../../src/core/index.ts";
import { verifyPlan } from "../oracle/verify-plan.ts";
import { defaultTypes } from "./instance-types.ts";
import { type ManagedNode, managedNode, nodePool, snapshot, testOptions } from "./snapshot.ts";

export interface RoundsSetting {
  readonly pools?: readonly NodePool[];
  readonly types?: readonly InstanceType[];
  readonly typesOf?: Readonly<Record<string, readonly InstanceType[]>>;
  readonly nodes?: readonly KubeNode[];
  readonly events?: readonly ClusterEvent[];
  readonly options?: ProvisioningOptions;
  /** How far new nodes come between passes. */
  readonly phase?: "launched" | "registered" | "initialized";
}

export interface Rounds {
  /** One pass with these pods beside those that wait and stand; `change` holds from now on. */
  pass(pods?: readonly Pod[], change?: RoundsSetting): ProvisioningPlan;
  /** Takes pods away that stand or wait. */
  remove(leaves: (pod: Pod, nodeLabels: Readonly<Record<string, string>>) => boolean): void;
  readonly nodes: readonly ManagedNode[];
  readonly standing: readonly Pod[];
  readonly waiting: readonly Pod[];
  /** Standing pods by domain of a node label, ascending; of all pods, or of those with `app`. */
  skew(key: string, app?: string): readonly number[];
}

export function createRounds(start: RoundsSetting = {}): Rounds {
  let setting: RoundsSetting = { pools: [nodePool()], types: defaultTypes(), ...start };
  const nodes: ManagedNode[] = [];
  let standing: readonly Pod[] = [];
  let waiting: readonly Pod[] = [];
  const labelsOf = (name: string | undefined): Readonly<Record<string, string>> => {
    const managed = nodes.find(({ claim }) => claim.metadata.name === name);
    const plain = setting.nodes?.find(({ metadata }) => metadata.name === name);
    return managed?.node?.metadata.labels ?? managed?.claim.metadata.labels ?? plain?.metadata.labels ?? {};
  };
  const bind = (pod: Pod, nodeName: string): Pod => ({
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { phase: "Running" },
  });
  const pass = (pods: readonly Pod[] = [], change: RoundsSetting = {}): ProvisioningPlan => {
    setting = { ...setting, ...change };
    const { options, phase: _, ...parts } = setting;
    const taken = snapshot({ ...parts, managed: nodes, pods: [...standing, ...waiting, ...pods] });
    const plan = provision(taken, { ...testOptions, ...options });
    expect(verifyPlan(taken, plan)).toEqual([]);
    const typesOf = (pool: string): readonly InstanceType[] => setting.typesOf?.[pool] ?? setting.types ?? [];
    const launched = plan.claims.map((claim) => {
      const node = launch(claim, `n-${String(nodes.length + 1).padStart(3, "0")}`, {
        types: typesOf(claim.poolKey.name),
        phase: setting.phase ?? "initialized",
      });
      nodes.push(node);
      setting = withPlaceTaken(setting, claim);
      return claim.pods.map((pod) => bind(pod, node.claim.metadata.name ?? ""));
    });
    standing = [...standing, ...launched.flat(), ...plan.nominations.map(({ pod, node }) => bind(pod, node))];
    waiting = plan.unplaced.map(({ pod }) => pod);
    return plan;
  };
  return {
    pass,
    remove: (leaves) => {
      standing = standing.filter((pod) => !leaves(pod, labelsOf(pod.spec.nodeName)));
      waiting = waiting.filter((pod) => !leaves(pod, {}));
    },
    nodes,
    get standing() {
      return standing;
    },
    get waiting() {
      return waiting;
    },
    skew: (key, app) => {
      const counted = standing.filter(({ metadata }) => app === undefined || metadata.labels?.["app"] === app);
      const domains = counted.map(({ spec }) =>
        key === labels.hostname ? spec.nodeName : labelsOf(spec.nodeName)[key],
      );
      const known = domains.filter((domain) => domain !== undefined);
      return [...Map.groupBy(known, (domain) => domain).values()].map(({ length }) => length).sort((a, b) => a - b);
    },
  };
}

function launch(
  { claim, cheapest, poolKey }: PlannedClaim,
  name: string,
  how: { readonly types: readonly InstanceType[]; readonly phase: "launched" | "registered" | "initialized" },
): ManagedNode {
  const type = how.types.find((each) => each.name === cheapest.instanceType);
  if (type === undefined) throw new Error(`the plan launches ${cheapest.instanceType}, which nobody sells`);
  const own = [...type.requirements.values()].filter(({ complement, values }) => !complement && values.size === 1);
  return managedNode(name, {
    pool: poolKey.name,
    phase: how.phase,
    allocatable: formatResources(allocatableOf(type)),
    labels: {
      ...Object.fromEntries(own.map(({ key, values }) => [key, [...values][0] ?? ""])),
      ...claim.metadata.labels,
      [labels.zone]: cheapest.zone,
      [labels.capacityType]: cheapest.capacityType,
    },
    ...(claim.spec.taints === undefined ? {} : { taints: claim.spec.taints }),
    ...(claim.spec.startupTaints === undefined ? {} : { startupTaints: claim.spec.startupTaints }),
  });
}

/** A machine on reserved capacity uses up a place of the reservation that its claim names. */
function withPlaceTaken(setting: RoundsSetting, { claim, cheapest }: PlannedClaim): RoundsSetting {
  if (cheapest.capacityType !== "reserved") return setting;
  const named = new Set(claim.spec.requirements.flatMap(({ values = [] }) => values));
  let taken: string | undefined;
  const used = (types: readonly InstanceType[]): readonly InstanceType[] =>
    types.map((type) => ({
      ...type,
      offerings: type.offerings.map((offering) => {
        const { reservationId, reservationCapacity = 0 } = offering;
        if (reservationId === undefined || !named.has(reservationId)) return offering;
        if (taken === undefined && type.name !== cheapest.instanceType) return offering;
        taken ??= reservationId;
        if (taken !== reservationId) return offering;
        const left = reservationCapacity - 1;
        return { ...offering, reservationCapacity: left, available: left > 0 };
      }),
    }));
  return {
    ...setting,
    ...(setting.types === undefined ? {} : { types: used(setting.types) }),
    ...(setting.typesOf === undefined
      ? {}
      : { typesOf: Object.fromEntries(Object.entries(setting.typesOf).map(([pool, list]) => [pool, used(list)])) }),
  };
}
