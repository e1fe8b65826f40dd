import type { ClusterPicture, NodeEntry } from "./cluster-picture.ts";
import type { AffinityTerm, PodFacts } from "./pod-facts.ts";

/** Topology domains that matter for one pod, by topology key. */
interface Domains {
  readonly topologyKey: string;
  readonly values: ReadonlySet<string>;
}

export interface AffinityState {
  /** For each required affinity term, the domains that hold a pod matched by all terms. */
  readonly attracting: readonly Domains[];
  /** No pod matches the terms yet but this one itself does: the first of a group may go anywhere. */
  readonly isFirst: boolean;
  /** For each required anti-affinity term of the pod, the domains that hold a pod it avoids. */
  readonly avoided: readonly Domains[];
  /** Domains from which placed pods repel this one. */
  readonly repelled: readonly Domains[];
}

function domainsOf(picture: ClusterPicture, topologyKey: string, counts: ReadonlyMap<string, number>): Domains {
  const values = new Set<string>();
  for (const name of counts.keys()) {
    const value = picture.node(name)?.labels[topologyKey];
    if (value !== undefined) values.add(value);
  }
  return { topologyKey, values };
}

export function computeAffinity(pod: PodFacts, picture: ClusterPicture): AffinityState {
  const { affinity, antiAffinity } = pod;
  const group = affinity.length === 0 ? undefined : picture.groups.selected(affinity);
  const attracting = affinity.map((term) => domainsOf(picture, term.topologyKey, group?.countByNode ?? new Map()));
  const repelled: Domains[] = [];
  for (const { term, matches, countByNode } of picture.repellingTerms()) {
    if (!matches(pod)) continue;
    repelled.push(domainsOf(picture, term.topologyKey, countByNode));
  }
  return {
    attracting,
    isFirst: attracting.every(({ values }) => values.size === 0) && group?.matches(pod) === true,
    avoided: antiAffinity.map((term) =>
      domainsOf(picture, term.topologyKey, picture.groups.selected([term]).countByNode),
    ),
    repelled,
  };
}

const isIn = ({ topologyKey, values }: Domains, entry: NodeEntry): boolean => {
  const value = entry.labels[topologyKey];
  return value !== undefined && values.has(value);
};

/** In kube-scheduler's order: affinity of the pod, its anti-affinity, then anti-affinity of placed pods. */
export function affinityRefusal(state: AffinityState, entry: NodeEntry): string | undefined {
  const { attracting, isFirst, avoided, repelled } = state;
  if (attracting.length > 0) {
    const hasKeys = attracting.every(({ topologyKey }) => entry.labels[topologyKey] !== undefined);
    const isAttracted = attracting.every((domains) => isIn(domains, entry));
    if (!hasKeys || !(isAttracted || isFirst)) return "node(s) didn't match pod affinity rules";
  }
  if (avoided.some((domains) => isIn(domains, entry))) return "node(s) didn't match pod anti-affinity rules";
  if (repelled.some((domains) => isIn(domains, entry))) {
    return "node(s) didn't satisfy existing pods anti-affinity rules";
  }
  return undefined;
}

/** Sum of weights of preferred terms by topology key and value: positive attracts, negative repels. */
export function computePreferredAffinity(
  pod: PodFacts,
  picture: ClusterPicture,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const weights = new Map<string, Map<string, number>>();
  const add = (term: AffinityTerm, sign: 1 | -1): void => {
    const byValue = weights.get(term.topologyKey) ?? new Map<string, number>();
    weights.set(term.topologyKey, byValue);
    for (const [name, count] of picture.groups.selected([term]).countByNode) {
      const value = picture.node(name)?.labels[term.topologyKey];
      if (value !== undefined) byValue.set(value, (byValue.get(value) ?? 0) + sign * term.weight * count);
    }
  };
  for (const term of pod.preferredAffinity) add(term, 1);
  for (const term of pod.preferredAntiAffinity) add(term, -1);
  return weights;
}
