import type { Pod, Toleration } from "../../api/index.ts";
import { labels as labelKeys } from "../../api/index.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { matchesNodeAffinity } from "../selectors/node-affinity.ts";
import type { DomainUniverse } from "./domain-universe.ts";
import type { NodeFacts } from "./node-facts.ts";
import type { StandingPods } from "./standing-pods.ts";
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

export interface GroupContext {
  readonly universe: DomainUniverse;
  readonly standing: StandingPods;
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
  const present = presentDomains(context.standing);
  const find = (term: TopologyTerm, owner: Pod, inverse: boolean): TopologyGroup => {
    const key = groupKey(term, owner, inverse);
    const group = known.get(key) ?? buildGroup(term, owner, { context, present, inverse, index: groups.length });
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

/** Company counts wherever it is: kube-scheduler asks no node's taints about it, though upstream does (scheduling 11.2 item 19). */
const filtersByTaints = ({ kind, honorsTaints }: TopologyTerm): boolean => kind === "spread" && honorsTaints;

/** The whole filter is part of the identity, unlike upstream, where another workload's filter may decide (scheduling 5.1). */
function groupKey(term: TopologyTerm, { spec }: Pod, inverse: boolean): string {
  const { required: _, ...identity } = term;
  const affinity = term.honorsNodeAffinity
    ? [spec.nodeSelector, spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution]
    : [];
  return JSON.stringify([inverse, identity, affinity, filtersByTaints(term) ? spec.tolerations : []]);
}

function buildGroup(
  term: TopologyTerm,
  owner: Pod,
  as: {
    readonly context: GroupContext;
    readonly present: PresentDomains;
    readonly inverse: boolean;
    readonly index: number;
  },
): TopologyGroup {
  const { context, inverse, index } = as;
  const countsNode = inverse || term.kind !== "spread" ? everyNode : nodeFilter(term, owner);
  const counts = new Map<string, number>();
  if (term.key !== labelKeys.hostname)
    addPoolDomains(counts, term, { universe: context.universe, tolerations: owner.spec.tolerations });
  const group: TopologyGroup = { index, term, inverse, matches: termMatcher(term), countsNode, counts };
  if (inverse) return group;
  if (term.key !== labelKeys.hostname) addPresentDomains(group, context.standing, as.present);
  countStanding(group, context.standing);
  return group;
}

const everyNode = (): boolean => true;

function nodeFilter(term: TopologyTerm, { spec }: Pod): (node: NodeFacts) => boolean {
  const selects = spec.nodeSelector !== undefined || spec.affinity?.nodeAffinity !== undefined;
  if (!term.honorsTaints && !(term.honorsNodeAffinity && selects)) return everyNode;
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
    if (!filtersByTaints(term) || taintSets.some((taints) => toleratesAll(taints, from.tolerations)))
      counts.set(domain, 0);
  }
}

type PresentDomains = (key: string) => Iterable<string>;

/** Domains of all nodes of the pass, worked out once for each key. */
function presentDomains(standing: StandingPods): PresentDomains {
  const byKey = new Map<string, ReadonlySet<string>>();
  return (key) => {
    const known =
      byKey.get(key) ?? new Set(standing.nodes().flatMap((node) => (node.present ? (domainOf(node, key) ?? []) : [])));
    byKey.set(key, known);
    return known;
  };
}

function addPresentDomains(
  { counts, term, countsNode }: TopologyGroup,
  standing: StandingPods,
  all: PresentDomains,
): void {
  const add = (domain: string): void => {
    if (!counts.has(domain)) counts.set(domain, 0);
  };
  if (countsNode === everyNode) {
    for (const domain of all(term.key)) add(domain);
    return;
  }
  for (const node of standing.nodes()) {
    const domain = node.present ? domainOf(node, term.key) : undefined;
    if (domain !== undefined && countsNode(node)) add(domain);
  }
}

/** Counts once, when the group is made (scheduling 5.4). */
function countStanding(group: TopologyGroup, { kinds }: StandingPods): void {
  for (const kind of kinds) {
    if (!counts(kind.example) || !group.matches(kind.example)) continue;
    for (const [node, pods] of kind.on()) {
      const domain = domainOf(node, group.term.key);
      if (domain !== undefined && group.countsNode(node)) count(group, domain, pods);
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
