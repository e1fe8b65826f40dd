import type { LabelSelector } from "../../api/index.ts";
import { compileSelector } from "../../core/index.ts";
import type { LabelMatcher } from "../../core/index.ts";
import { canonicalJson } from "../stand-ins/json.ts";
import type { AffinityTerm, PodFacts } from "./pod-facts.ts";

/** Whether labels of a namespace match; the scheduler looks them up when a term selects namespaces by label. */
export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>> | undefined;

/** Which placed pods a selector counts, and how many of them each node has. */
export interface PodGroup {
  readonly matches: (pod: PodFacts) => boolean;
  readonly countByNode: Map<string, number>;
}

/** More groups than this are dropped and counted anew when asked for again. */
const mostGroups = 1024;

/** A selector compiled once; one that is not valid, like an absent one, selects nothing. */
function matcherOf(selector: LabelSelector | undefined): LabelMatcher {
  const compiled = compileSelector(selector);
  return compiled.ok ? compiled.value : () => false;
}

/** The test whether an affinity term selects a pod (scheduling 5.7). */
export function termMatcher(term: AffinityTerm, namespaceLabels: NamespaceLabels): (pod: PodFacts) => boolean {
  const matchesLabels = matcherOf(term.selector);
  const matchesNamespace = matcherOf(term.namespaceSelector);
  return (pod) =>
    (term.namespaces.includes(pod.namespace) || matchesNamespace(namespaceLabels(pod.namespace))) &&
    matchesLabels(pod.labels);
}

/**
 * Counts of placed pods by what selects them, kept as pods come and go, so that spread and affinity of one pod cost the
 * number of nodes and not the number of pods.
 */
export class PodGroups {
  readonly #groups = new Map<string, PodGroup>();
  readonly #placed: () => Iterable<readonly [node: string, pod: PodFacts]>;
  readonly #namespaceLabels: NamespaceLabels;

  constructor(dependencies: {
    readonly placed: () => Iterable<readonly [node: string, pod: PodFacts]>;
    readonly namespaceLabels: NamespaceLabels;
  }) {
    this.#placed = dependencies.placed;
    this.#namespaceLabels = dependencies.namespaceLabels;
  }

  /** Pods of one namespace that a spread constraint's selector matches; terminating ones do not count. */
  spread(namespace: string, selector: LabelSelector | undefined): PodGroup {
    return this.#group(`spread ${namespace} ${canonicalJson(selector)}`, () => {
      const matches = matcherOf(selector);
      return (pod) => pod.namespace === namespace && !pod.isTerminating && matches(pod.labels);
    });
  }

  /** Pods that all of the terms select, whatever their topology keys. */
  selected(terms: readonly AffinityTerm[]): PodGroup {
    const identity = terms.map(({ topologyKey: _key, weight: _weight, ...term }) => term);
    return this.#group(`selected ${canonicalJson(identity)}`, () => {
      const matchers = terms.map((term) => termMatcher(term, this.#namespaceLabels));
      return (pod) => matchers.every((matches) => matches(pod));
    });
  }

  add(node: string, pod: PodFacts): void {
    for (const group of this.#groups.values()) if (group.matches(pod)) change(group.countByNode, node, 1);
  }

  remove(node: string, pod: PodFacts): void {
    for (const group of this.#groups.values()) if (group.matches(pod)) change(group.countByNode, node, -1);
  }

  /** Labels of namespaces have changed: what selects by them must be counted anew. */
  forget(): void {
    this.#groups.clear();
  }

  #group(identity: string, compile: () => (pod: PodFacts) => boolean): PodGroup {
    const known = this.#groups.get(identity);
    if (known !== undefined) return known;
    if (this.#groups.size >= mostGroups) this.#groups.clear();
    const matches = compile();
    const group: PodGroup = { matches, countByNode: new Map() };
    for (const [node, pod] of this.#placed()) if (matches(pod)) change(group.countByNode, node, 1);
    this.#groups.set(identity, group);
    return group;
  }
}

export function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
