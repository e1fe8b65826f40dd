import type { ClusterPicture, NodeEntry } from "./cluster-picture.ts";
import { nodeRefusal } from "./node-refusal.ts";
import type { PlacementState, Refusal } from "./node-refusal.ts";
import { computeScores } from "./scores.ts";

/** The node for a pod, or why each node refuses it. */
export type Selection =
  | { readonly kind: "node"; readonly entry: NodeEntry; readonly next: number }
  | { readonly kind: "none"; readonly refusals: ReadonlyMap<string, Refusal>; readonly nodes: number };

/** In small clusters all nodes are looked at; in large ones a share that shrinks with size (kube-scheduler's rule). */
export function nodesToFind(nodes: number): number {
  if (nodes <= 100) return nodes;
  const percent = Math.max(50 - Math.floor(nodes / 125), 5);
  return Math.max(Math.floor((nodes * percent) / 100), 100);
}

/**
 * Filters nodes from `start` on, round and round between pods, until enough are found, then takes the highest score and,
 * among equals, the first by name. `next` is where to start for the following pod.
 */
export function selectNode(state: PlacementState, picture: ClusterPicture, start: number): Selection {
  const nodes = picture.nodes();
  if (state.volumes.kind === "unready") {
    const refusal: Refusal = { reasons: [state.volumes.reason], isFinal: true };
    return { kind: "none", nodes: nodes.length, refusals: new Map(nodes.map(({ name }) => [name, refusal])) };
  }
  const own = promisedNode(state, picture);
  if (own !== undefined) return { kind: "node", entry: own, next: start };
  const enough = nodesToFind(nodes.length);
  const fitting: NodeEntry[] = [];
  const refusals = new Map<string, Refusal>();
  let looked = 0;
  for (; looked < nodes.length && fitting.length < enough; looked += 1) {
    const entry = nodes[(start + looked) % nodes.length] as NodeEntry;
    const refusal = nodeRefusal(state, entry);
    if (refusal === undefined) fitting.push(entry);
    else refusals.set(entry.name, refusal);
  }
  const best = highest(state, picture, fitting);
  if (best === undefined) return { kind: "none", refusals, nodes: nodes.length };
  return { kind: "node", entry: best, next: (start + looked) % nodes.length };
}

/** The node that the pod was promised is looked at first, and taken without looking further if it does (KEP 1923). */
function promisedNode(state: PlacementState, picture: ClusterPicture): NodeEntry | undefined {
  const entry = picture.node(state.pod.pod.status?.nominatedNodeName ?? "");
  return entry !== undefined && nodeRefusal(state, entry) === undefined ? entry : undefined;
}

function highest(state: PlacementState, picture: ClusterPicture, fitting: readonly NodeEntry[]): NodeEntry | undefined {
  if (fitting.length <= 1) return fitting[0];
  const scores = computeScores(state.pod, picture, fitting);
  const best = Math.max(...scores);
  return fitting
    .filter((_entry, index) => (scores[index] ?? 0) >= best - 1e-9)
    .reduce((first, entry) => (entry.name < first.name ? entry : first));
}
