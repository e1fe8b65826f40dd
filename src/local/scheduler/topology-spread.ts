import type { TopologySpreadConstraint } from "../../api/index.ts";
import { matchesSelector } from "../../core/index.ts";
import type { ClusterPicture, NodeEntry } from "./cluster-picture.ts";
import { matchesNode } from "./node-selector.ts";
import type { PodFacts } from "./pod-facts.ts";
import { blockingEffects, firstUntolerated } from "./tolerations.ts";

/** Counts of one hard constraint over the domains that count for the pod. */
interface SpreadCounts {
  readonly constraint: TopologySpreadConstraint;
  /** Of the pod, and of those that count. */
  readonly namespace: string;
  readonly countByDomain: ReadonlyMap<string, number>;
  readonly least: number;
  /** 1 when the pod counts itself. */
  readonly self: number;
  /** Fewer domains than `minDomains`: the global minimum counts as 0. */
  readonly tooFew: boolean;
}

export type SpreadState = readonly SpreadCounts[];

/** Whether a node's pods count for the constraint, by its two policies (scheduling 5.3). */
function counts(constraint: TopologySpreadConstraint, pod: PodFacts, entry: NodeEntry): boolean {
  const { nodeAffinityPolicy = "Honor", nodeTaintsPolicy = "Ignore" } = constraint;
  if (nodeAffinityPolicy === "Honor" && !matchesNode(pod.pod.spec, entry.node)) return false;
  if (nodeTaintsPolicy === "Ignore") return true;
  return firstUntolerated(entry.node.spec.taints, pod.pod.spec.tolerations, blockingEffects) === undefined;
}

/** Counts domains of the constraints that have `action`, over nodes that have all of their keys. */
export function computeSpread(
  pod: PodFacts,
  picture: ClusterPicture,
  action: TopologySpreadConstraint["whenUnsatisfiable"],
): SpreadState {
  const constraints = pod.spread.filter((constraint) => constraint.whenUnsatisfiable === action);
  if (constraints.length === 0) return [];
  const nodes = picture
    .nodes()
    .filter((entry) => constraints.every(({ topologyKey }) => entry.labels[topologyKey] !== undefined));
  return constraints.map((constraint) => {
    const group = picture.groups.spread(pod.namespace, constraint.labelSelector);
    const countByDomain = new Map<string, number>();
    for (const entry of nodes) {
      if (!counts(constraint, pod, entry)) continue;
      const domain = entry.labels[constraint.topologyKey] ?? "";
      countByDomain.set(domain, (countByDomain.get(domain) ?? 0) + (group.countByNode.get(entry.name) ?? 0));
    }
    const tooFew = countByDomain.size < (constraint.minDomains ?? 1);
    const least = tooFew ? 0 : Math.min(...countByDomain.values());
    const self = matchesSelector(constraint.labelSelector, pod.labels) ? 1 : 0;
    return { constraint, namespace: pod.namespace, countByDomain, least, self, tooFew };
  });
}

/** Why the node would make the spread too uneven; undefined when it would not. */
export function spreadRefusal(state: SpreadState, entry: NodeEntry): string | undefined {
  for (const { constraint, countByDomain, least, self } of state) {
    const domain = entry.labels[constraint.topologyKey];
    if (domain === undefined) return "node(s) didn't match pod topology spread constraints (missing required label)";
    const skew = (countByDomain.get(domain) ?? 0) + self - least;
    if (skew > constraint.maxSkew) return "node(s) didn't match pod topology spread constraints";
  }
  return undefined;
}
