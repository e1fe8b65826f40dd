import { type CSINode, labels as labelKeys, type Taint } from "../../api/index.ts";
import type { ResourceSpace } from "../catalogue/resource-space.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import { conflictingPorts, type HostPort, hostPortsOf } from "../pods/host-ports.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { addResources } from "../quantity/arithmetic.ts";
import { noResources, type Resources } from "../quantity/resources.ts";
import { isCompatible } from "../requirements/compatible.ts";
import type { Requirements } from "../requirements/requirement.ts";
import { labelRequirements } from "../requirements/requirements.ts";
import type { Daemon } from "./daemons.ts";
import { attachable, joinUse, type VolumeUse, volumeUse } from "./volume-limits.ts";
import type { Stage, Workload } from "./workload.ts";

/** An existing or launching node as a target for pods (scheduling 2.6, 4.4). */
export interface NodeSlot {
  readonly state: StateNode;
  readonly index: number;
  /** Room for pods by place; counted down as pods are placed. */
  readonly remaining: Float64Array;
  /** Somewhere below zero from the start: accepts nothing (scheduling 2.2). */
  readonly overcommitted: boolean;
  /** Nodes of one kind have the same taints, and the same labels as far as any pod here asks for them. */
  readonly kind: number;
  readonly ports: HostPort[];
  readonly hostname: string;
  readonly csiNode: CSINode | undefined;
  /** Claims attached or on their way; replaced as pods are placed. Only kept for nodes with limits. */
  volumes: VolumeUse;
}

export interface NodeKind {
  readonly taints: readonly Taint[];
  readonly requirements: Requirements;
}

export interface NodeSlots {
  /** Initialised first, then by name (scheduling 4.1). */
  readonly slots: readonly NodeSlot[];
  readonly kinds: readonly NodeKind[];
}

export function buildNodeSlots(
  snapshot: ClusterSnapshot,
  context: {
    readonly daemons: readonly Daemon[];
    readonly space: ResourceSpace;
    /** Label keys that some pod or DaemonSet of this loop asks for; nodes alike in these are one kind. */
    readonly askedKeys: ReadonlySet<string>;
  },
): NodeSlots {
  const kinds: NodeKind[] = [];
  const kindOf = kindIndex(kinds, context.askedKeys);
  const overheads = new Map<number, Resources>();
  const slots = snapshot.nodes
    .filter((state) => !state.markedForDeletion)
    .toSorted(byReadiness)
    .map((state, index) => {
      const kind = kindOf(state);
      const overhead = overheads.get(kind) ?? daemonRequests(context.daemons, kinds[kind]);
      overheads.set(kind, overhead);
      return slotOf(state, { index, kind, overhead, space: context.space, snapshot });
    });
  return { slots, kinds };
}

function byReadiness(a: StateNode, b: StateNode): number {
  const [readyA, readyB] = [isReady(a), isReady(b)];
  if (readyA !== readyB) return readyA ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** Nodes that nobody manages count as initialised. */
const isReady = (state: StateNode): boolean => state.initialized || !state.managed;

function kindIndex(kinds: NodeKind[], askedKeys: ReadonlySet<string>): (state: StateNode) => number {
  const known = new Map<string, number>();
  const keys = [...askedKeys].sort();
  return (state) => {
    const labels = keys.map((key) => (key === labelKeys.hostname ? hostnameOf(state) : state.labels[key]));
    const signature = JSON.stringify([
      labels,
      state.taints.map(({ key, value, effect }) => [key, value ?? "", effect]),
    ]);
    const kind = known.get(signature) ?? kinds.length;
    if (kind === kinds.length) {
      known.set(signature, kind);
      const own = keys.flatMap((key, i) => (labels[i] === undefined ? [] : [[key, labels[i]] as const]));
      kinds.push({ taints: state.taints, requirements: labelRequirements(Object.fromEntries(own)) });
    }
    return kind;
  };
}

export const hostnameOf = (state: StateNode): string => state.labels[labelKeys.hostname] ?? state.name;

/** Daemons that would run there; a node's labels are what they are, so undefined ones match nothing (scheduling 2.6). */
function daemonRequests(daemons: readonly Daemon[], kind: NodeKind | undefined): Resources {
  if (kind === undefined) return noResources;
  return daemons
    .filter(({ tolerations }) => toleratesAll(kind.taints, tolerations))
    .filter(({ alternatives }) => alternatives.some((required) => isCompatible(kind.requirements, required)))
    .reduce((sum, { requests }) => addResources(sum, requests), noResources);
}

function slotOf(
  state: StateNode,
  context: {
    readonly index: number;
    readonly kind: number;
    readonly overhead: Resources;
    readonly space: ResourceSpace;
    readonly snapshot: ClusterSnapshot;
  },
): NodeSlot {
  const left: Record<string, number> = {};
  for (const [name, amount] of Object.entries(state.allocatable)) {
    const missing = Math.max(0, (context.overhead[name] ?? 0) - (state.daemonRequests[name] ?? 0));
    left[name] = amount - (state.podRequests[name] ?? 0) - missing;
  }
  const csiNode = state.node === undefined ? undefined : context.snapshot.csiNodes.get(state.node.metadata.name ?? "");
  return {
    state,
    index: context.index,
    remaining: context.space.vector(left),
    overcommitted: Object.values(left).some((amount) => amount < 0),
    kind: context.kind,
    ports: state.pods.flatMap((pod) => hostPortsOf(pod)),
    hostname: hostnameOf(state),
    csiNode,
    volumes: csiNode === undefined ? new Map() : volumeUse(state.pods, context.snapshot),
  };
}

/** How many pods of the workload the slot takes, topology aside: 0 to `wanted` (scheduling 4.4). */
export function acceptance(slot: NodeSlot, kind: NodeKind, ask: NodeAsk): number {
  if (slot.overcommitted || !matchesKind(kind, slot.kind, ask)) return 0;
  const { workload } = ask;
  if (slot.csiNode !== undefined && !attachable(slot.csiNode, slot.volumes, workload.volumes)) return 0;
  if (conflictingPorts(slot.ports, workload.ports) !== undefined) return 0;
  const most = workload.ports.length > 0 ? 1 : ask.wanted;
  return Math.min(most, fittingPods(slot.remaining, workload));
}

export interface NodeAsk {
  readonly workload: Workload;
  readonly stage: Stage;
  readonly wanted: number;
}

function matchesKind(kind: NodeKind, index: number, { stage }: NodeAsk): boolean {
  const known = stage.nodeKinds.get(index);
  if (known !== undefined) return known;
  const matches =
    toleratesAll(kind.taints, stage.tolerations) &&
    isCompatible(kind.requirements, stage.requirements) &&
    stage.volumes.some((volume) => isCompatible(kind.requirements, volume));
  stage.nodeKinds.set(index, matches);
  return matches;
}

function fittingPods(remaining: Float64Array, { need }: Workload): number {
  let count = Number.MAX_SAFE_INTEGER;
  need.places.forEach((place, i) => {
    count = Math.min(count, Math.floor((remaining[place] ?? 0) / (need.amounts[i] ?? 1)));
  });
  return Math.max(0, count);
}

export function takeRoom(slot: NodeSlot, workload: Workload, count: number): void {
  workload.need.places.forEach((place, i) => {
    slot.remaining[place] = (slot.remaining[place] ?? 0) - (workload.need.amounts[i] ?? 0) * count;
  });
  slot.ports.push(...workload.ports);
  if (slot.csiNode !== undefined) slot.volumes = joinUse(slot.volumes, workload.volumes);
}
