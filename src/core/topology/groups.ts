import type { Pod, Taint, Toleration } from "../../api/index.ts";
import { labels as labelKeys } from "../../api/index.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { matchesNodeAffinity } from "../selectors/node-affinity.ts";
import type { DomainUniverse } from "./domain-universe.ts";
import { termMatcher, type TopologyTerm } from "./terms.ts";

/**
 * Pods counted by domain for one constraint (scheduling 5.1). A forward group counts the pods that its selector matches
 * and binds its owners; an inverse group counts the owners of a required anti-affinity term and binds whom it matches.
 */
export interface TopologyGroup {
  readonly index: number;
  readonly term: TopologyTerm;
  readonly inverse: boolean;
  readonly matches: (pod: Pod) => boolean;
  /** Whether pods on a node of these labels and taints count. */
  readonly countsNode: (node: NodeFacts) => boolean;
  /** Pods by domain; every known domain has an entry. For the host name only hosts with pods have one. */
  readonly counts: Map<string, number>;
}

export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

/** A node with the pods on it that count from the start. */
export interface CountedNode extends NodeFacts {
  /** The node is part of this pass, so its domain exists; its pods count either way. */
  readonly present: boolean;
  readonly pods: readonly Pod[];
}

export interface GroupContext {
  readonly universe: DomainUniverse;
  readonly nodes: readonly CountedNode[];
}

export interface GroupRegistry {
  readonly groups: readonly TopologyGroup[];
  /** The group of a pod's term, made and counted when it is new. */
  forward(term: TopologyTerm, owner: Pod): TopologyGroup;
  inverse(term: TopologyTerm, owner: Pod): TopologyGroup;
}

export function createGroupRegistry(context: GroupContext): GroupRegistry {
  const groups: TopologyGroup[] = [];
  const known = new Map<string, TopologyGroup>();
  const find = (term: TopologyTerm, owner: Pod, inverse: boolean): TopologyGroup => {
    const key = groupKey(term, owner, inverse);
    const group = known.get(key) ?? buildGroup(term, owner, { context, inverse, index: groups.length });
    if (group.index === groups.length) groups.push(group);
    known.set(key, group);
    return group;
  };
  return {
    groups,
    forward: (term, owner) => find(term, owner, false),
    inverse: (term, owner) => find(term, owner, true),
  };
}

/** The whole filter is part of the identity, unlike upstream, where another workload's filter may decide (scheduling 5.1). */
function groupKey(term: TopologyTerm, { spec }: Pod, inverse: boolean): string {
  const { required: _, ...identity } = term;
  const affinity = term.honorsNodeAffinity
    ? [spec.nodeSelector, spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution]
    : [];
  return JSON.stringify([inverse, identity, affinity, term.honorsTaints ? spec.tolerations : []]);
}

function buildGroup(
  term: TopologyTerm,
  owner: Pod,
  { context, inverse, index }: { readonly context: GroupContext; readonly inverse: boolean; readonly index: number },
): TopologyGroup {
  const countsNode = inverse || term.kind !== "spread" ? () => true : nodeFilter(term, owner);
  const counts = new Map<string, number>();
  if (term.key !== labelKeys.hostname)
    addPoolDomains(counts, term, { universe: context.universe, tolerations: owner.spec.tolerations });
  const group: TopologyGroup = { index, term, inverse, matches: termMatcher(term), countsNode, counts };
  if (!inverse) countNodes(group, context.nodes);
  return group;
}

function nodeFilter(term: TopologyTerm, { spec }: Pod): (node: NodeFacts) => boolean {
  return (node) =>
    (!term.honorsTaints || toleratesAll(node.taints, spec.tolerations)) &&
    (!term.honorsNodeAffinity || matchesNodeAffinity(spec, node));
}

function addPoolDomains(
  counts: Map<string, number>,
  term: TopologyTerm,
  from: { readonly universe: DomainUniverse; readonly tolerations: readonly Toleration[] | undefined },
): void {
  for (const [domain, taintSets] of from.universe.domainsOf(term.key)) {
    if (!term.honorsTaints || taintSets.some((taints) => toleratesAll(taints, from.tolerations))) counts.set(domain, 0);
  }
}

/** Counts once, when the group is made (scheduling 5.4). */
function countNodes(group: TopologyGroup, nodes: readonly CountedNode[]): void {
  for (const node of nodes) {
    const domain = domainOf(node, group.term.key);
    if (domain === undefined || !group.countsNode(node)) continue;
    const pods = node.pods.filter((pod) => counts(pod) && group.matches(pod)).length;
    if (pods > 0 || (node.present && group.term.key !== labelKeys.hostname)) {
      group.counts.set(domain, (group.counts.get(domain) ?? 0) + pods);
    }
  }
}

const counts = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";

/** Domain of a node for a key; a node is its own host even without the label. */
export const domainOf = (node: NodeFacts, key: string): string | undefined =>
  node.labels[key] ?? (key === labelKeys.hostname ? node.name : undefined);

export const count = (group: TopologyGroup, domain: string, pods: number): void => {
  group.counts.set(domain, (group.counts.get(domain) ?? 0) + pods);
};
