import { matchesSelector } from "../../core/index.ts";
import type { ClusterPicture, NodeEntry } from "./cluster-picture.ts";
import type { PodFacts } from "./pod-facts.ts";
import { termMatcher } from "./pod-groups.ts";
import { type SpreadState, spreadRefusal } from "./topology-spread.ts";

/** Why a node does not take the pod beside the pods that it was promised to, as if those stood there already. */
export type BesidePromised = (entry: NodeEntry, promised: readonly PodFacts[]) => string | undefined;

/** Rules of topology; room and ports are counted with the node's own (kube-scheduler's `addNominatedPods`). */
export function rulesBesidePromised(pod: PodFacts, picture: ClusterPicture, spread: SpreadState): BesidePromised {
  const avoids = pod.antiAffinity.map((term) => ({ term, matches: termMatcher(term, picture.namespaceLabels) }));
  return (entry, promised) => {
    const bySpread = spreadRefusal(spread.length === 0 ? spread : withPromised(spread, entry, promised), entry);
    if (bySpread !== undefined) return bySpread;
    const isHere = (topologyKey: string): boolean => entry.labels[topologyKey] !== undefined;
    if (avoids.some(({ term, matches }) => isHere(term.topologyKey) && promised.some(matches))) {
      return "node(s) didn't match pod anti-affinity rules";
    }
    const repels = (other: PodFacts): boolean =>
      other.antiAffinity.some((term) => isHere(term.topologyKey) && termMatcher(term, picture.namespaceLabels)(pod));
    return promised.some(repels) ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined;
  };
}

function withPromised(state: SpreadState, entry: NodeEntry, promised: readonly PodFacts[]): SpreadState {
  return state.map((counts) => {
    const { constraint, namespace, countByDomain, tooFew } = counts;
    const domain = entry.labels[constraint.topologyKey];
    const arriving = promised.filter(
      (other) => other.namespace === namespace && matchesSelector(constraint.labelSelector, other.labels),
    ).length;
    const before = domain === undefined ? undefined : countByDomain.get(domain);
    if (domain === undefined || before === undefined || arriving === 0) return counts;
    const after = new Map(countByDomain).set(domain, before + arriving);
    return { ...counts, countByDomain: after, least: tooFew ? 0 : Math.min(...after.values()) };
  });
}
