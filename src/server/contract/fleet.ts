/**
 * The state of the fleet as the dashboard gets it: whole once, then what changed. Versioned by `schema`; fields may be
 * added, never renamed. Prices are USD an hour, CPU is in cores, memory in GiB, times are RFC 3339.
 */
import type { DecisionLine } from "./status.ts";

/** Whole state at `/api/v1/fleet`, and first event of the stream. */
export interface FleetState {
  readonly schema: "fleet/1";
  /** Rises by one with every change; a delta names the revision that it makes. */
  readonly revision: number;
  /** Of the server's build: a page of another build asks to be loaded again. */
  readonly build: string;
  readonly title: string;
  /** What the controller may do: `plan` and `observe` decide and write nothing of it. Absent means `apply`. */
  readonly mode?: "apply" | "consolidate" | "plan" | "observe";
  readonly time: string;
  readonly figures: FleetFigures;
  /** By name. */
  readonly nodes: readonly FleetNode[];
  /** By era's kind, then name. */
  readonly pools: readonly FleetPool[];
  /** Pods that wait for a node, by namespace then name; at most `mostPending`, `figures.pods.pending` counts them all. */
  readonly pending: readonly PendingPod[];
  /** Newest last; at most `mostDecisions`. */
  readonly decisions: readonly FleetDecision[];
  /** Oldest first. */
  readonly trend: readonly TrendPoint[];
}

export interface FleetFigures {
  readonly pricePerHour: number;
  readonly nodes: number;
  readonly pods: { readonly running: number; readonly pending: number };
  readonly cpu: Share;
  readonly memoryGib: Share;
}

export interface Share {
  readonly used: number;
  readonly of: number;
}

export interface FleetNode {
  readonly name: string;
  readonly claim?: string;
  readonly pool: string;
  /** Kind of that pool, since both eras may have one of a name; absent without a pool. */
  readonly poolKind?: string;
  readonly type: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly arch: string;
  readonly pricePerHour?: number;
  readonly state: "launching" | "joining" | "ready" | "leaving";
  /** Why it is to go, as its claim's conditions say: `Drifted`, `Consolidatable`, `Expired`. */
  readonly conditions: readonly string[];
  readonly created?: string;
  readonly pods: number;
  readonly cpu: Share;
  readonly memoryGib: Share;
}

export interface FleetPool {
  readonly name: string;
  /** `NodePool` or, of the v1alpha5 era, `Provisioner`. */
  readonly kind: string;
  readonly weight: number;
  readonly nodes: number;
  readonly pricePerHour: number;
  readonly replicas?: number;
  /** In order of resource. `of` is the limit; quantities in cores, GiB, or as they count. */
  readonly limits: readonly { readonly resource: string; readonly used: number; readonly of: number }[];
  readonly consolidation: string;
  readonly budgets: readonly string[];
  /** What keeps it from launching, worst first: a limit that is reached, a condition that is not true. */
  readonly exhausted: readonly string[];
}

export interface PendingPod {
  readonly pod: string;
  readonly since?: string;
  readonly reason?: string;
}

/** At `/api/v1/pods?node=NAME`: what runs on a node. Asked for node by node, since a fleet's pods are many. */
export interface NodePods {
  readonly schema: "node-pods/1";
  /** Version of the picture that it was read from. */
  readonly revision: number;
  /** What each asks for: cores and GiB. */
  readonly pods: readonly {
    readonly pod: string;
    /** Kind of its controller. */
    readonly owner?: string;
    readonly cpu: number;
    readonly memoryGib: number;
  }[];
}

/** A decision with a number of its own. */
export interface FleetDecision extends DecisionLine {
  readonly id: number;
  readonly nodePool?: string;
  readonly nodeClaim?: string;
}

export interface TrendPoint {
  readonly time: string;
  readonly pricePerHour: number;
  readonly nodes: number;
  readonly pending: number;
}

/** What changed from `revision - 1`; lists by key hold only what is new or different. */
export interface FleetDelta {
  readonly schema: "fleet-delta/1";
  readonly revision: number;
  readonly time: string;
  readonly figures?: FleetFigures;
  readonly nodes?: Changes<FleetNode>;
  readonly pools?: Changes<FleetPool>;
  readonly pending?: Changes<PendingPod>;
  /** New ones, newest last. */
  readonly decisions?: readonly FleetDecision[];
  readonly trend?: readonly TrendPoint[];
}

export interface Changes<T> {
  readonly set: readonly T[];
  /** Names that are gone. */
  readonly gone: readonly string[];
}

/** Larger fleets are explained by the engine in the page: it would hold the controller's thread. */
export const mostNodesExplained = 500;
export const mostPending = 500;
export const mostDecisions = 500;

/** The state after a delta; undefined when it does not follow on that state, and the whole is to be asked for again. */
export function applyDelta(state: FleetState, delta: FleetDelta): FleetState | undefined {
  if (delta.revision !== state.revision + 1) return undefined;
  return {
    ...state,
    revision: delta.revision,
    time: delta.time,
    figures: delta.figures ?? state.figures,
    nodes: changed(state.nodes, delta.nodes, ({ name }) => name),
    pools: changed(state.pools, delta.pools, poolKeyOf),
    pending: changed(state.pending, delta.pending, ({ pod }) => pod),
    decisions: appended(state.decisions, delta.decisions).slice(-mostDecisions),
    trend: appended(state.trend, delta.trend).slice(-mostTrendPoints),
  };
}

/** As many points as the trend holds. */
export const mostTrendPoints = 720;

/** What tells one pool from another of the other era. */
export const poolKeyOf = ({ kind, name }: FleetPool): string => `${kind}/${name}`;

function appended<T>(old: readonly T[], more: readonly T[] | undefined): readonly T[] {
  return more === undefined ? old : [...old, ...more];
}

function changed<T>(old: readonly T[], changes: Changes<T> | undefined, keyOf: (item: T) => string): readonly T[] {
  if (changes === undefined) return old;
  const left = new Set(changes.gone);
  const set = new Map(changes.set.map((item) => [keyOf(item), item]));
  const kept: T[] = [];
  for (const item of old) {
    const key = keyOf(item);
    if (left.has(key)) continue;
    kept.push(set.get(key) ?? item);
    set.delete(key);
  }
  if (set.size === 0) return kept;
  const compare = (a: T, b: T): number => (keyOf(a) < keyOf(b) ? -1 : 1);
  return [...kept, ...set.values()].toSorted(compare);
}
