/** The cluster and the account as they stand, kept from the changes themselves and from nobody's cache. */
import {
  type Deployment,
  deploymentType,
  type KubeObject,
  labels,
  type Node,
  type NodeClaim,
  nodeClaimType,
  nodeType,
  type Pod,
  type PodDisruptionBudget,
  podDisruptionBudgetType,
  podType,
  type ResourceType,
  taints,
} from "../../../src/api/index.ts";
import type { Change, Machine } from "../../../src/local/index.ts";

/** One change of an object; `next` is absent when it is gone. */
export interface Step<T extends KubeObject> {
  readonly key: string;
  readonly previous: T | undefined;
  readonly next: T | undefined;
}

export interface PictureListeners {
  readonly pod?: (step: Step<Pod>) => void;
  readonly node?: (step: Step<Node>) => void;
  readonly claim?: (step: Step<NodeClaim>) => void;
  readonly deployment?: (step: Step<Deployment>) => void;
  /** `previous` is the machine before, absent for a launch. */
  readonly machine?: (machine: Machine, previous: Machine | undefined) => void;
}

export interface Picture {
  readonly pods: ReadonlyMap<string, Pod>;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly claims: ReadonlyMap<string, NodeClaim>;
  readonly deployments: ReadonlyMap<string, Deployment>;
  readonly budgets: ReadonlyMap<string, PodDisruptionBudget>;
  /** By provider id; forgotten machines stay, as terminated. */
  readonly machines: ReadonlyMap<string, Machine>;
  /** Names of claims by the machine that they own. */
  readonly owners: ReadonlyMap<string, string>;
  /** Keys of pods by the node that they are bound to. */
  podsOn(node: string): ReadonlySet<string>;
  observe(type: ResourceType, change: Change): void;
  observeMachine(machine: Machine): void;
  listen(listeners: PictureListeners): void;
}

const none: ReadonlySet<string> = new Set();

export function createPicture(): Picture {
  const pods = new Map<string, Pod>();
  const nodes = new Map<string, Node>();
  const claims = new Map<string, NodeClaim>();
  const deployments = new Map<string, Deployment>();
  const budgets = new Map<string, PodDisruptionBudget>();
  const machines = new Map<string, Machine>();
  const owners = new Map<string, string>();
  const onNode = new Map<string, Set<string>>();
  const listeners: PictureListeners[] = [];
  const observers: Readonly<Record<string, (change: Change) => void>> = {
    [podType.plural]: (change) => {
      const step = take(pods, change);
      movePod(onNode, step);
      for (const listener of listeners) listener.pod?.(step);
    },
    [nodeType.plural]: (change) => {
      const step = take(nodes, change);
      for (const listener of listeners) listener.node?.(step);
    },
    [nodeClaimType.plural]: (change) => {
      const step = take(claims, change);
      moveOwner(owners, step);
      for (const listener of listeners) listener.claim?.(step);
    },
    [deploymentType.plural]: (change) => {
      const step = take(deployments, change);
      for (const listener of listeners) listener.deployment?.(step);
    },
    [podDisruptionBudgetType.plural]: (change) => void take(budgets, change),
  };

  return {
    pods,
    nodes,
    claims,
    deployments,
    budgets,
    machines,
    owners,
    podsOn: (node) => onNode.get(node) ?? none,
    observe: (type, change) => observers[type.plural]?.(change),
    observeMachine: (machine) => {
      const previous = machines.get(machine.providerId);
      machines.set(machine.providerId, machine);
      for (const listener of listeners) listener.machine?.(machine, previous);
    },
    listen: (added) => void listeners.push(added),
  };
}

function take<T extends KubeObject>(kept: Map<string, T>, change: Change): Step<T> {
  const previous = kept.get(change.key);
  const next = change.type === "DELETED" ? undefined : (change.object as unknown as T);
  if (next === undefined) kept.delete(change.key);
  else kept.set(change.key, next);
  return { key: change.key, previous, next };
}

function movePod(onNode: Map<string, Set<string>>, { key, previous, next }: Step<Pod>): void {
  const before = previous?.spec.nodeName;
  const after = next?.spec.nodeName;
  if (before === after) return;
  if (before !== undefined) onNode.get(before)?.delete(key);
  if (after !== undefined) onNode.set(after, (onNode.get(after) ?? new Set()).add(key));
}

function moveOwner(owners: Map<string, string>, { key, previous, next }: Step<NodeClaim>): void {
  const before = providerIdOf(previous);
  const after = providerIdOf(next);
  if (before !== "" && before !== after) owners.delete(before);
  if (after !== "") owners.set(after, key);
}

/** Empty for a claim that has no machine yet. */
export const providerIdOf = (claim: NodeClaim | undefined): string => claim?.status?.providerID ?? "";

export const isAlive = (machine: Machine | undefined): boolean =>
  machine?.state === "running" || machine?.state === "pending";

export const isDeleting = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

export const poolOf = ({ metadata }: KubeObject): string => metadata.labels?.[labels.nodePool] ?? "";

/** A command has the node. */
export const isMarked = (node: Node | undefined): boolean =>
  node?.spec.taints?.some(({ key }) => key === taints.disrupted.key) ?? false;

/** What is bought, as a text: pool, type, zone and capacity type. */
export const offeringOf = (
  all: Readonly<Record<string, string>>,
  machine?: Pick<Machine, "instanceType" | "zone" | "capacityType">,
): string => {
  const parts =
    machine === undefined
      ? [labels.instanceType, labels.zone, labels.capacityType].map((key) => all[key] ?? "")
      : [machine.instanceType, machine.zone, machine.capacityType];
  return [all[labels.nodePool] ?? "", ...parts].join(" ");
};

/** Pods that keep a node: neither a DaemonSet's nor done. */
export const isWorkload = (pod: Pod): boolean => {
  const isDaemon = pod.metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet") ?? false;
  const phase = pod.status?.phase;
  return !isDaemon && phase !== "Succeeded" && phase !== "Failed";
};
