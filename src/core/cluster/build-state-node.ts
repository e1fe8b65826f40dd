/** Makes the engine's view of one machine from its Node, its claim, or both (lifecycle 0.9, scheduling 8.5). */
import { labels, type Node, type ResourceQuantities, type Taint } from "../../api/index.ts";
import { resourcesAssuming } from "../quantity/parse-resources.ts";
import { noResources, type Resources } from "../quantity/resources.ts";
import type { EpochMillis } from "../time.ts";
import type { NodePods } from "./state.ts";
import type { StateNode } from "./state-node.ts";
import { type ClaimView, poolKeyOfLabels } from "./views.ts";
import { schedulerVisibleTaints } from "./visible-taints.ts";

export interface MachineParts {
  readonly node: Node | undefined;
  readonly claim: ClaimView | undefined;
  readonly bound: NodePods | undefined;
  readonly marked: boolean;
  readonly nominatedUntil: EpochMillis | undefined;
}

type MutableStateNode = { -readonly [Field in keyof StateNode]: StateNode[Field] };

/** Undefined when there is nothing to see yet: no claim, and a Node that is ours but not complete. */
export function buildStateNode(parts: MachineParts): StateNode | undefined {
  const { claim } = parts;
  const node = parts.node === undefined || isIncomplete(parts.node) ? undefined : parts.node;
  if (node === undefined && claim === undefined) return undefined;
  const managed = claim !== undefined;
  const registered = !managed || isTrue(node, labels.registered);
  const initialized = !managed || isTrue(node, labels.initialized);
  const face = faceOf({ node, claim, registered });
  const startupTaints = claim?.claim.spec.startupTaints ?? noTaints;
  const stateNode: MutableStateNode = {
    name: face.name,
    managed,
    registered,
    initialized,
    markedForDeletion: parts.marked || isLeaving(node, claim),
    labels: face.labels,
    taints: schedulerVisibleTaints(face.taints, initialized ? undefined : { startupTaints }),
    capacity: resourcesOf("capacity", { node, claim, initialized }),
    allocatable: resourcesOf("allocatable", { node, claim, initialized }),
    ...boundTo(node === undefined ? undefined : parts.bound),
  };
  addIdentity(stateNode, node, parts);
  return stateNode;
}

/** Name, labels and taints: the claim's until the Node is registered, then the Node's. */
function faceOf(machine: {
  readonly node: Node | undefined;
  readonly claim: ClaimView | undefined;
  readonly registered: boolean;
}): { readonly name: string; readonly labels: StateNode["labels"]; readonly taints: readonly Taint[] | undefined } {
  const source = machine.registered ? machine.node : machine.claim?.claim;
  const { name = "", labels: map = noLabels } = source?.metadata ?? {};
  return { name, labels: map, taints: source?.spec.taints };
}

/** The part of a state node that changes with every pod. */
export function boundTo(bound: NodePods | undefined): Pick<StateNode, "pods" | "podRequests" | "daemonRequests"> {
  if (bound === undefined) return nothingBound;
  return {
    pods: bound.entries.list().map(({ pod }) => pod),
    podRequests: bound.requests,
    daemonRequests: bound.daemonRequests,
  };
}

function addIdentity(stateNode: MutableStateNode, node: Node | undefined, parts: MachineParts): void {
  const { claim, nominatedUntil } = parts;
  const providerId = providerIdOf(node, claim);
  const poolKey = claim?.poolKey ?? poolKeyOfLabels(stateNode.labels);
  if (node !== undefined) stateNode.node = node;
  if (claim !== undefined) {
    stateNode.claim = claim;
    stateNode.claimKey = claim.key;
  }
  if (poolKey !== undefined) stateNode.poolKey = poolKey;
  if (providerId !== "") stateNode.providerId = providerId;
  if (nominatedUntil !== undefined) stateNode.nominatedUntil = nominatedUntil;
}

const providerIdOf = (node: Node | undefined, claim: ClaimView | undefined): string =>
  node?.spec.providerID ?? claim?.claim.status?.providerID ?? "";

/** A Node of a pool says little before it has a provider id, and an instance type until it is initialized. */
function isIncomplete(node: Node): boolean {
  const map = node.metadata.labels;
  if (poolKeyOfLabels(map) === undefined) return false;
  if ((node.spec.providerID ?? "") === "") return true;
  return map?.[labels.instanceType] === undefined && !isTrue(node, labels.initialized);
}

function isLeaving(node: Node | undefined, claim: ClaimView | undefined): boolean {
  if (claim === undefined) return node?.metadata.deletionTimestamp !== undefined;
  if (claim.claim.metadata.deletionTimestamp !== undefined) return true;
  const conditions = claim.claim.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === "InstanceTerminating" && status === "True");
}

/** Devices report late and zero themselves at start: until then, what the claim promised stands in for nothing. */
function resourcesOf(
  field: "capacity" | "allocatable",
  machine: { readonly node: Node | undefined; readonly claim: ClaimView | undefined; readonly initialized: boolean },
): Resources {
  const reported = read(machine.node?.status?.[field]);
  if (machine.initialized) return reported;
  const promised = read(machine.claim?.claim.status?.[field]);
  if (machine.node === undefined) return promised;
  const merged: Record<string, number> = { ...reported };
  for (const name of Object.keys(promised)) {
    if ((merged[name] ?? 0) === 0) merged[name] = promised[name] ?? 0;
  }
  return merged;
}

const read = (quantities: ResourceQuantities | undefined): Resources => resourcesAssuming(quantities, 0);

const isTrue = (node: Node | undefined, label: string): boolean => node?.metadata.labels?.[label] === "true";

const noLabels: Readonly<Record<string, string>> = Object.freeze({});

const noTaints: readonly Taint[] = [];

const nothingBound = Object.freeze({ pods: [], podRequests: noResources, daemonRequests: noResources });
