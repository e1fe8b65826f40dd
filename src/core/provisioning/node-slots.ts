import { type CSINode, labels as labelKeys, type Taint } from "../../api/index.ts";
import { createVectorBlocks, type ResourceSpace } from "../catalogue/resource-space.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import { conflictingPorts, type HostPort, hostPortsOf } from "../pods/host-ports.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import type { StorageObjects } from "../pods/volumes.ts";
import { addResources } from "../quantity/arithmetic.ts";
import { noResources, type Resources } from "../quantity/resources.ts";
import { isCompatible } from "../requirements/compatible.ts";
import type { Requirements } from "../requirements/requirement.ts";
import { labelRequirements } from "../requirements/requirements.ts";
import { filtered, mapped, type Resumable, sorted } from "../resumable.ts";
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
  readonly hostname: string;
  readonly csiNode: CSINode | undefined;
  readonly storage: StorageObjects;
  /** Host ports in use, of pods that stand and of pods placed; made when first asked for. */
  ports: HostPort[] | undefined;
  /** Claims attached or on their way; made when first asked for. Only asked of nodes with limits. */
  volumes: VolumeUse | undefined;
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

export const noNodeSlots: NodeSlots = Object.freeze({ slots: [], kinds: [] });

export function* buildNodeSlots(
  snapshot: ClusterSnapshot,
  context: {
    readonly daemons: readonly Daemon[];
    readonly space: ResourceSpace;
    /** Label keys that some pod or DaemonSet of this loop asks for; nodes alike in these are one kind. */
    readonly askedKeys: ReadonlySet<string>;
  },
): Resumable<NodeSlots> {
  const kinds: NodeKind[] = [];
  const kindOf = kindIndex(kinds, context.askedKeys);
  const overheads = new Map<number, Resources>();
  const targets = yield* filtered(snapshot.nodes, (state) => !state.markedForDeletion);
  const ordered = yield* sorted(targets, byReadiness);
  const vectorOf = createVectorBlocks(context.space);
  let index = 0;
  const slots = yield* mapped(ordered, (state) => {
    const kind = kindOf(state);
    const overhead = overheads.get(kind) ?? daemonRequests(context.daemons, kinds[kind]);
    overheads.set(kind, overhead);
    return slotOf(state, { index: index++, kind, overhead, space: context.space, vectorOf, snapshot });
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
  const kindOf = new Map<string, number>();
  const keys = [...askedKeys].sort();
  return (state) => {
    let signature =
      state.taints.length === 0
        ? ""
        : JSON.stringify(state.taints.map(({ key, value, effect }) => [key, value ?? "", effect]));
    for (const key of keys) signature += `\0${labelOf(state, key) ?? "\0"}`;
    const known = kindOf.get(signature);
    if (known !== undefined) return known;
    const own = keys.flatMap((key) => {
      const value = labelOf(state, key);
      return value === undefined ? [] : [[key, value] as const];
    });
    const kind = kinds.push({ taints: state.taints, requirements: labelRequirements(Object.fromEntries(own)) }) - 1;
    kindOf.set(signature, kind);
    return kind;
  };
}

const labelOf = (state: StateNode, key: string): string | undefined =>
  key === labelKeys.hostname ? hostnameOf(state) : state.labels[key];

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
    readonly vectorOf: (resources: Resources) => Float64Array;
    readonly snapshot: ClusterSnapshot;
  },
): NodeSlot {
  const { space, overhead } = context;
  const remaining = context.vectorOf(state.allocatable);
  let overcommitted = false;
  for (const name in state.allocatable) {
    const missing = Math.max(0, (overhead[name] ?? 0) - (state.daemonRequests[name] ?? 0));
    const place = space.place(name);
    const left = (remaining[place] ?? 0) - (state.podRequests[name] ?? 0) - missing;
    remaining[place] = left;
    overcommitted ||= left < 0;
  }
  return {
    state,
    index: context.index,
    remaining,
    overcommitted,
    kind: context.kind,
    hostname: hostnameOf(state),
    csiNode: state.node === undefined ? undefined : context.snapshot.csiNodes.get(state.node.metadata.name ?? ""),
    storage: context.snapshot,
    ports: undefined,
    volumes: undefined,
  };
}

/** Asked for by pods with host ports only, so that nobody else pays for looking at every pod of every node. */
const portsOf = (slot: NodeSlot): HostPort[] => (slot.ports ??= slot.state.pods.flatMap((pod) => hostPortsOf(pod)));

const volumesOf = (slot: NodeSlot): VolumeUse => (slot.volumes ??= volumeUse(slot.state.pods, slot.storage));

/** How many pods of the workload the slot takes, topology aside: 0 to `wanted` (scheduling 4.4). */
export function acceptance(slot: NodeSlot, kind: NodeKind, ask: NodeAsk): number {
  if (slot.overcommitted || !matchesKind(kind, slot.kind, ask)) return 0;
  const { workload } = ask;
  if (!attaches(slot, workload)) return 0;
  if (workload.ports.length > 0 && conflictingPorts(portsOf(slot), workload.ports) !== undefined) return 0;
  const most = workload.ports.length > 0 ? 1 : ask.wanted;
  return Math.min(most, fittingPods(slot.remaining, workload));
}

/** A node without a CSINode, or one whose drivers set no limits, takes any number of volumes. */
function attaches(slot: NodeSlot, { volumes }: Workload): boolean {
  const { csiNode } = slot;
  if (csiNode === undefined || !limitsVolumes(csiNode)) return true;
  return attachable(csiNode, volumesOf(slot), volumes);
}

const limitsVolumes = ({ spec }: CSINode): boolean => spec.drivers.some(({ allocatable }) => allocatable !== undefined);

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

function fittingPods(remaining: Float64Array, { need: { places, amounts } }: Workload): number {
  let count = Number.MAX_SAFE_INTEGER;
  for (let i = 0; i < places.length; i++)
    count = Math.min(count, Math.floor((remaining[places[i] ?? 0] ?? 0) / (amounts[i] ?? 1)));
  return Math.max(0, count);
}

export function takeRoom(slot: NodeSlot, workload: Workload, count: number): void {
  const { places, amounts } = workload.need;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0;
    slot.remaining[place] = (slot.remaining[place] ?? 0) - (amounts[i] ?? 0) * count;
  }
  if (workload.ports.length > 0) portsOf(slot).push(...workload.ports);
  if (workload.volumes.size > 0) slot.volumes = joinUse(volumesOf(slot), workload.volumes);
}

export type NodeRefusal =
  | "overcommitted"
  | "taint"
  | "volume-limit"
  | "host-port"
  | "resources"
  | "requirements"
  | "volumes";

/** The first check of an existing node that says no, in the order of scheduling 4.4; undefined when none does. */
export function nodeRefusal(slot: NodeSlot, kind: NodeKind, { workload, stage }: NodeAsk): NodeRefusal | undefined {
  if (slot.overcommitted) return "overcommitted";
  if (!toleratesAll(kind.taints, stage.tolerations)) return "taint";
  if (!attaches(slot, workload)) return "volume-limit";
  if (workload.ports.length > 0 && conflictingPorts(portsOf(slot), workload.ports) !== undefined) return "host-port";
  if (fittingPods(slot.remaining, workload) === 0) return "resources";
  if (!isCompatible(kind.requirements, stage.requirements)) return "requirements";
  return stage.volumes.some((volume) => isCompatible(kind.requirements, volume)) ? undefined : "volumes";
}
