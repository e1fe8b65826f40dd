/**
 * Topology groups as the reference keeps them (scheduling 5.1 to 5.4), identity and all: constraints that differ in
 * `minDomains` only, or in the values of what their pods select, share the group of the first. The engine's own groups
 * (topology/groups.ts) tell them apart.
 */
import { labels as labelKeys, type LabelSelector, type Pod, type Taint } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { StateNode } from "../cluster/state-node.ts";
import { isActive, isTerminal } from "../pods/predicates.ts";
import { toleratesAll } from "../pods/tolerations.ts";
import { hostnameOf } from "../provisioning/node-slots.ts";
import { isCompatible } from "../requirements/compatible.ts";
import { requiredTerms, termRequirements } from "../requirements/pod-requirements.ts";
import type { Requirements } from "../requirements/requirement.ts";
import { addRequirements, labelRequirements } from "../requirements/requirements.ts";
import type { DomainUniverse } from "../topology/domain-universe.ts";
import { repellingTerms, termMatcher, type TermScope, topologyTerms, type TopologyTerm } from "../topology/terms.ts";

export interface Group {
  /** Place among all groups of the loop. */
  readonly index: number;
  readonly term: TopologyTerm;
  /** Of someone's required anti-affinity: binds whom it matches and counts its owners. */
  readonly inverse: boolean;
  readonly matches: (pod: Pod) => boolean;
  /** Whether what stands on a machine of these requirements and taints counts. */
  readonly counts: (requirements: Requirements, taints: readonly Taint[]) => boolean;
  /** Pods by known domain. */
  readonly domains: Map<string, number>;
}

/** What topology says of a pod in a stage of relaxation. */
export interface GroupView {
  readonly owned: readonly Group[];
  readonly repels: readonly Group[];
}

export interface Groups {
  /** All groups so far, those of relaxed pods behind those of pods as written. */
  readonly all: readonly Group[];
  /** `key` as the session's topology has it: equal for pods of which topology says the same. */
  view(pod: Pod, key: string): GroupView;
  /** A host has come into being. */
  registerHost(host: string): void;
}

export interface GroupSources {
  readonly snapshot: ClusterSnapshot;
  readonly universe: DomainUniverse;
  readonly scope: TermScope;
  /** Pods of this loop: never counted, wherever they stand. */
  readonly moving: ReadonlySet<Pod>;
  /** Tell constraints apart by all that they say, unlike the reference. */
  readonly wholeIdentity: boolean;
}

export function createGroups(
  pods: readonly { readonly pod: Pod; readonly key: string }[],
  sources: GroupSources,
): Groups {
  const all: Group[] = [];
  const known = new Map<string, Group>();
  const groupOf = (term: TopologyTerm, owner: Pod, inverse: boolean): Group => {
    const key = identityOf(term, owner, { inverse, whole: sources.wholeIdentity });
    const group = known.get(key) ?? newGroup(term, owner, { index: all.length, inverse, sources });
    if (!known.has(key)) all.push(group);
    known.set(key, group);
    return group;
  };
  const views = new Map<string, GroupView>();
  const view = (pod: Pod, key: string): GroupView => {
    const made = views.get(key) ?? {
      owned: topologyTerms(pod, sources.scope).map((term) => groupOf(term, pod, false)),
      repels: repellingTerms(pod, sources.scope).map((term) => groupOf(term, pod, true)),
    };
    views.set(key, made);
    return made;
  };
  countBoundOwners(sources, (term, owner) => groupOf(term, owner, true));
  for (const { pod, key } of pods) view(pod, key);
  return {
    all,
    view,
    registerHost(host) {
      for (const { term, domains } of all)
        if (term.key === labelKeys.hostname && !domains.has(host)) domains.set(host, 0);
    },
  };
}

/** Anti-affinity of pods that stand repels until they are terminal or gone; for hosts only the label counts. */
function countBoundOwners(
  { snapshot, scope, moving }: GroupSources,
  groupOf: (term: TopologyTerm, owner: Pod) => Group,
): void {
  const count = (pod: Pod, labels: Readonly<Record<string, string>>): void => {
    if (moving.has(pod) || isTerminal(pod)) return;
    for (const term of repellingTerms(pod, scope)) {
      const domain = labels[term.key];
      if (domain !== undefined) countIn(groupOf(term, pod), domain, 1);
    }
  };
  for (const { node, labels, pods } of snapshot.nodes) {
    for (const pod of pods) count(pod, node?.metadata.labels ?? labels);
  }
}

export function countIn({ domains }: Group, domain: string, pods: number): void {
  domains.set(domain, (domains.get(domain) ?? 0) + pods);
}

function identityOf(
  term: TopologyTerm,
  { spec }: Pod,
  { inverse, whole }: { readonly inverse: boolean; readonly whole: boolean },
): string {
  const { kind, key, namespaces, selector, maxSkew, minDomains, honorsNodeAffinity, honorsTaints } = term;
  const own = [inverse, kind, key, namespaces, maxSkew, selectorIdentity(selector), whole ? minDomains : 0];
  const { tolerations = [] } = spec;
  if (kind !== "spread") return JSON.stringify([own]);
  const terms = requiredTerms({ spec });
  const filter = whole
    ? [spec.nodeSelector, terms]
    : [Object.keys(spec.nodeSelector ?? {}).sort(), terms.map((each) => [...termRequirements(each).keys()].sort())];
  return JSON.stringify([own, honorsNodeAffinity, honorsTaints, filter, tolerations]);
}

/** Expressions count as a set. */
function selectorIdentity(selector: LabelSelector | undefined): readonly string[] | undefined {
  if (selector === undefined) return undefined;
  const labels = Object.entries(selector.matchLabels ?? {}).map((entry) => JSON.stringify(entry));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) =>
    JSON.stringify([key, operator, values.toSorted()]),
  );
  return [...labels.sort(), ...[...new Set(expressions)].sort()];
}

function newGroup(
  term: TopologyTerm,
  owner: Pod,
  { index, inverse, sources }: { readonly index: number; readonly inverse: boolean; readonly sources: GroupSources },
): Group {
  const domains = new Map<string, number>();
  const { tolerations } = owner.spec;
  if (term.key !== labelKeys.hostname) {
    for (const [domain, taintSets] of sources.universe.domainsOf(term.key)) {
      if (!term.honorsTaints || taintSets.some((taints) => toleratesAll(taints, tolerations))) domains.set(domain, 0);
    }
  }
  const counts = term.kind === "spread" && !inverse ? machineFilter(term, owner) : () => true;
  const group: Group = { index, term, inverse, matches: termMatcher(term), counts, domains };
  if (!inverse) countStanding(group, sources);
  return group;
}

/** The node selector, and any one of the required terms (not only the first, unlike elsewhere). */
function machineFilter({ honorsTaints, honorsNodeAffinity }: TopologyTerm, { spec }: Pod): Group["counts"] {
  const { tolerations } = spec;
  const selected = labelRequirements(spec.nodeSelector);
  const terms = requiredTerms({ spec });
  const alternatives =
    terms.length === 0 ? [selected] : terms.map((each) => addRequirements(selected, termRequirements(each)));
  return (requirements, taints) =>
    (!honorsTaints || toleratesAll(taints, tolerations)) &&
    (!honorsNodeAffinity || alternatives.some((wanted) => isCompatible(requirements, wanted)));
}

/** Once, from the cluster (scheduling 5.4): by the labels and taints that nodes really have, ephemeral ones included. */
function countStanding(group: Group, { snapshot, moving }: GroupSources): void {
  for (const state of snapshot.nodes) {
    const { node } = state;
    if (node === undefined) continue;
    const domain = standingDomain(state, group.term.key);
    if (domain === undefined) continue;
    const requirements = addRequirements(
      labelRequirements(node.metadata.labels),
      labelRequirements({ [labelKeys.hostname]: hostnameOf(state) }),
    );
    if (!group.counts(requirements, node.spec.taints ?? [])) continue;
    const pods = state.pods.filter((pod) => !moving.has(pod) && isActive(pod) && group.matches(pod)).length;
    if (pods > 0 || !state.markedForDeletion) countIn(group, domain, pods);
  }
}

const standingDomain = ({ node, name }: StateNode, key: string): string | undefined =>
  node?.metadata.labels?.[key] ?? (key === labelKeys.hostname ? name : undefined);
