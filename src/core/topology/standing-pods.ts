/** Pods that stand on nodes when a pass begins, by kind (scheduling 5.1, 5.4). */
import type { Pod } from "../../api/index.ts";
import { type BoundKind, boundKindKey } from "../cluster/bound-kinds.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import type { Resumable } from "../resumable.ts";
import type { NodeFacts } from "./node-facts.ts";

/** A node whose pods count from the start. */
export interface StandingNode extends NodeFacts {
  /** The node is part of this pass, so its domain exists; its pods count either way. */
  readonly present: boolean;
}

/** Pods alike in all that topology asks, and where they stand. */
export interface StandingKind {
  readonly key: string;
  readonly example: Pod;
  /** Nodes with how many of them; nothing when none stands on a node of the snapshot. */
  on(): Iterable<readonly [StandingNode, number]>;
}

export interface StandingPods {
  /** Laid out when first asked for: most passes know no topology. */
  nodes(): readonly StandingNode[];
  /** In order of key. */
  readonly kinds: readonly StandingKind[];
}

export interface StandingContext {
  readonly factsOf: (state: StateNode) => NodeFacts;
  /** Pods of leaving nodes that are planned for, so they stand nowhere. */
  readonly isMoving: (pod: Pod) => boolean;
}

type NodeOf = (state: StateNode) => StandingNode;

/** Kinds of the snapshot's own count, but for nodes that differ from it: those are counted here. Yields work done. */
export function* standingPods(
  snapshot: Pick<ClusterSnapshot, "nodes" | "bound">,
  context: StandingContext,
): Resumable<StandingPods> {
  const recounted = recountedNodes(snapshot);
  const nodeOf = createFacts(context);
  const anew = yield* counted(recounted, nodeOf, context.isMoving);
  const kinds = countedBefore(snapshot, recounted, nodeOf);
  return {
    nodes: () => snapshot.nodes.map(nodeOf),
    kinds: anew.length === 0 ? kinds : [...kinds, ...anew].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
  };
}

export function standsSomewhere(kind: StandingKind): boolean {
  for (const _ of kind.on()) return true;
  return false;
}

function createFacts({ factsOf }: StandingContext): NodeOf {
  const made = new Map<StateNode, StandingNode>();
  return (state) => {
    const known = made.get(state);
    if (known !== undefined) return known;
    const node = { ...factsOf(state), present: state.node !== undefined && !state.markedForDeletion };
    made.set(state, node);
    return node;
  };
}

/** Nodes that the count does not describe, or of which pods may move. Both lists are in order of name. */
function recountedNodes({ nodes, bound }: Pick<ClusterSnapshot, "nodes" | "bound">): ReadonlySet<StateNode> {
  const known = bound?.nodes ?? [];
  const recounted = new Set<StateNode>();
  let at = 0;
  for (const state of nodes) {
    while (at < known.length && isBefore(known[at], state)) at++;
    const same = isSame(known[at], state);
    if (same) at++;
    if (!same || state.markedForDeletion) recounted.add(state);
  }
  return recounted;
}

const isBefore = (one: StateNode | undefined, other: StateNode): boolean => one !== undefined && one.name < other.name;

const isSame = (one: StateNode | undefined, other: StateNode): boolean =>
  one?.name === other.name && one.pods === other.pods;

function countedBefore(
  { nodes, bound }: Pick<ClusterSnapshot, "nodes" | "bound">,
  recounted: ReadonlySet<StateNode>,
  nodeOf: NodeOf,
): readonly StandingKind[] {
  let byName: ReadonlyMap<string, StateNode> | undefined;
  const named = (name: string): StateNode | undefined => {
    byName ??= new Map(
      nodes.flatMap((state) => (recounted.has(state) ? [] : [[state.node?.metadata.name ?? "", state] as const])),
    );
    return byName.get(name);
  };
  return (bound?.kinds.list() ?? []).map((kind: BoundKind) => ({
    key: kind.key,
    example: kind.example,
    *on() {
      for (const [name, count] of kind.nodes) {
        const state = named(name);
        if (state !== undefined) yield [nodeOf(state), count] as const;
      }
    },
  }));
}

function* counted(
  states: ReadonlySet<StateNode>,
  nodeOf: NodeOf,
  isMoving: (pod: Pod) => boolean,
): Resumable<readonly StandingKind[]> {
  const byKey = new Map<string, { readonly example: Pod; readonly on: Map<StandingNode, number> }>();
  for (const state of states) {
    for (const pod of state.pods) {
      if (state.markedForDeletion && isMoving(pod)) continue;
      const key = boundKindKey(pod);
      const kind = byKey.get(key) ?? { example: pod, on: new Map<StandingNode, number>() };
      byKey.set(key, kind);
      kind.on.set(nodeOf(state), (kind.on.get(nodeOf(state)) ?? 0) + 1);
    }
    yield 1 + state.pods.length;
  }
  return [...byKey].map(([key, { example, on }]) => ({ key, example, on: () => on }));
}
