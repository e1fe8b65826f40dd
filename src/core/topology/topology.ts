import type { Pod } from "../../api/index.ts";
import { labels as labelKeys } from "../../api/index.ts";
import { isTerminal } from "../pods/predicates.ts";
import type { Requirements } from "../requirements/requirement.ts";
import { hasValue } from "../requirements/requirement.ts";
import type { Resumable } from "../resumable.ts";
import { count, createGroupRegistry, domainOf, type GroupContext, type TopologyGroup } from "./groups.ts";
import type { NodeFacts } from "./node-facts.ts";
import { standsSomewhere } from "./standing-pods.ts";
import { repellingTerms, type TermScope, topologyTerms } from "./terms.ts";

/** A pod as topology sees it: what binds it and what it changes. */
export interface TopologyView {
  /** Equal for pods of which topology says the same. */
  readonly key: string;
  /** Forward groups whose constraint it declares. */
  readonly owned: readonly TopologyGroup[];
  /** Inverse groups of its own required anti-affinity. */
  readonly repels: readonly TopologyGroup[];
  /** Forward groups whose selector matches it: placing it counts there. */
  readonly counted: readonly TopologyGroup[];
  /** Inverse groups that match it: it may not join their owners. */
  readonly repelledBy: readonly TopologyGroup[];
  /** Both lists that bind it. */
  readonly binding: readonly TopologyGroup[];
  /** Of `binding`, those about hosts, affinity aside. */
  readonly hostBinding: readonly TopologyGroup[];
  /** Host groups that placing it counts in. */
  readonly hostCounted: readonly TopologyGroup[];
}

export interface Topology {
  /** The view of a pod; equal pods in equal stages may share one (the caller's memo). */
  view(pod: Pod): TopologyView;
  readonly groups: readonly TopologyGroup[];
}

export const isBound = ({ binding }: TopologyView): boolean => binding.length > 0;

/** Registers the constraints of `pods` (examples of all classes) and of pods bound to nodes. Yields work done. */
export function* createTopology(pods: readonly Pod[], context: GroupContext, scope: TermScope): Resumable<Topology> {
  const registry = createGroupRegistry(context);
  for (const kind of context.standing.kinds) {
    const { example } = kind;
    if (example.spec.affinity?.podAntiAffinity === undefined || isTerminal(example) || !standsSomewhere(kind)) continue;
    for (const term of repellingTerms(example, scope)) {
      const group = registry.inverse(term, example);
      for (const [node, count] of kind.on()) countAt(group, node, count);
      yield 1;
    }
  }
  const declared = new Map<string, Declared>();
  const keys = new Map<Pod, string>();
  const declare = (pod: Pod, key: string): Declared => {
    const known = declared.get(key) ?? {
      owned: topologyTerms(pod, scope).map((term) => registry.forward(term, pod)),
      repels: repellingTerms(pod, scope).map((term) => registry.inverse(term, pod)),
    };
    declared.set(key, known);
    return known;
  };
  for (const [i, pod] of pods.entries()) {
    const key = viewKey(pod);
    keys.set(pod, key);
    declare(pod, key);
    if (i % podsPerYield === 0) yield podsPerYield;
  }
  const views = new Map<string, TopologyView>();
  return {
    groups: registry.groups,
    view(pod) {
      const key = keys.get(pod) ?? viewKey(pod);
      const own = declare(pod, key);
      // A relaxed pod may have brought new groups, which count pods seen before.
      const dated = `${registry.groups.length} ${key}`;
      const view = views.get(dated) ?? viewOf(pod, registry.groups, { key, ...own });
      views.set(dated, view);
      return view;
    },
  };
}

const podsPerYield = 32;

/** Equal for pods of which topology says the same: many classes differ in what they need alone. */
function viewKey({ metadata, spec }: Pod): string {
  let text = metadata.namespace ?? "default";
  for (const label in metadata.labels) text += `\0${label}=${metadata.labels[label]}`;
  if (spec.affinity === undefined && spec.topologySpreadConstraints === undefined) return text;
  const { affinity, topologySpreadConstraints, nodeSelector, tolerations } = spec;
  return `${text}\0${JSON.stringify([affinity, topologySpreadConstraints, nodeSelector, tolerations])}`;
}

type Declared = Pick<TopologyView, "owned" | "repels">;

function viewOf(pod: Pod, groups: readonly TopologyGroup[], own: Declared & Pick<TopologyView, "key">): TopologyView {
  const matching = groups.filter((group) => group.matches(pod));
  const counted = matching.filter(({ inverse }) => !inverse);
  const repelledBy = matching.filter(({ inverse }) => inverse);
  const binding = [...own.owned, ...repelledBy];
  return {
    ...own,
    counted,
    repelledBy,
    binding,
    hostBinding: binding.filter((group) => isHostGroup(group) && group.term.kind !== "affinity"),
    hostCounted: [...counted, ...own.repels].filter(isHostGroup),
  };
}

export const isHostGroup = ({ term }: TopologyGroup): boolean => term.key === labelKeys.hostname;

/** Pods of the view now stand on the node. */
export function countOnNode(view: TopologyView, node: NodeFacts, pods: number): void {
  for (const group of view.counted) if (group.countsNode(node)) countAt(group, node, pods);
  for (const group of view.repels) countAt(group, node, pods);
}

function countAt(group: TopologyGroup, node: NodeFacts, pods: number): void {
  const domain = domainOf(node, group.term.key);
  if (domain !== undefined) count(group, domain, pods);
}

/** Whether one more pod may stand on an existing node, as far as topology goes (scheduling 5.5). */
export function allowedOnNode(view: TopologyView, node: NodeFacts, strict: Requirements): boolean {
  return view.binding.every((group) => {
    const domain = domainOf(node, group.term.key);
    return domain !== undefined && allowsDomain(group, domain, { view, strict });
  });
}

export interface DomainAsk {
  readonly view: TopologyView;
  /** Node selector and required terms of the pod: its own domains are those that these admit. */
  readonly strict: Requirements;
}

/** Whether the group lets one more pod of the view into the domain. */
export function allowsDomain(group: TopologyGroup, domain: string, ask: DomainAsk): boolean {
  const here = group.counts.get(domain) ?? 0;
  if (group.inverse || group.term.kind === "anti-affinity") return here === 0;
  if (group.term.kind === "affinity") return here > 0 || mayStart(group, ask);
  const own = ask.view.counted.includes(group) ? 1 : 0;
  return here + own - leastCount(group, ask.strict) <= group.term.maxSkew;
}

/** The first of pods that want each other's company may go anywhere (scheduling 5.5, bootstrap). */
export function mayStart(group: TopologyGroup, { view, strict }: DomainAsk): boolean {
  if (!view.counted.includes(group)) return false;
  const own = strict.get(group.term.key);
  let any = false;
  for (const [domain, pods] of group.counts) {
    if (pods === 0) continue;
    any = true;
    if (own === undefined || hasValue(own, domain)) return false;
  }
  return !any || own !== undefined;
}

/** What the skew is measured from; a new host can always be made, so there it is zero. */
export function leastCount({ term, counts }: TopologyGroup, strict: Requirements): number {
  if (term.key === labelKeys.hostname) return 0;
  const own = strict.get(term.key);
  let least = Infinity;
  let domains = 0;
  for (const [domain, pods] of counts) {
    if (own !== undefined && !hasValue(own, domain)) continue;
    domains++;
    least = Math.min(least, pods);
  }
  return domains === 0 || domains < (term.minDomains ?? 0) ? 0 : least;
}
