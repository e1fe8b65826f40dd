import type { Node, Pod } from "../../api/index.ts";
import { resourcesAssuming } from "../../core/index.ts";
import type { Resources } from "../../core/index.ts";
import { objectKey } from "../../kube/index.ts";
import type { ObjectKey } from "../../kube/index.ts";
import { canonicalJson } from "../stand-ins/json.ts";
import { isTerminal } from "../stand-ins/pod-state.ts";
import { podFactsOf } from "./pod-facts.ts";
import type { AffinityTerm, PodFacts } from "./pod-facts.ts";
import { change, PodGroups, termMatcher } from "./pod-groups.ts";
import type { NamespaceLabels } from "./pod-groups.ts";

/** One node with what stands on it. `used` is changed in place by the picture only. */
export interface NodeEntry {
  readonly name: string;
  readonly node: Node;
  readonly labels: Readonly<Record<string, string>>;
  readonly allocatable: Resources;
  readonly used: Record<string, number>;
  readonly pods: Map<ObjectKey, PodFacts>;
}

/** A required anti-affinity term of placed pods, and how many such pods each node has. */
export interface RepellingTerm {
  readonly term: AffinityTerm;
  readonly matches: (pod: PodFacts) => boolean;
  readonly countByNode: Map<string, number>;
}

interface Place {
  readonly facts: PodFacts;
  readonly nodeName: string;
}

const noLabels: Readonly<Record<string, string>> = Object.freeze({});

/**
 * The scheduler's picture of the cluster, kept up by events and by its own decisions: a pod counts from the moment a
 * node is chosen for it ("assumed"), not from when the binding is seen. `generation` moves with every change that could
 * alter an answer.
 */
export class ClusterPicture {
  readonly groups: PodGroups;
  readonly #nodes = new Map<string, NodeEntry>();
  readonly #places = new Map<ObjectKey, Place>();
  readonly #assumed = new Map<ObjectKey, Place>();
  readonly #repelling = new Map<string, RepellingTerm>();
  readonly #priorities = new Map<number, number>();
  #sorted: readonly NodeEntry[] | undefined;
  #generation = 0;

  readonly namespaceLabels: NamespaceLabels;

  constructor(dependencies: { readonly namespaceLabels: NamespaceLabels }) {
    this.namespaceLabels = dependencies.namespaceLabels;
    this.groups = new PodGroups({ placed: () => this.#placed(), namespaceLabels: dependencies.namespaceLabels });
  }

  get generation(): number {
    return this.#generation;
  }

  /** Something outside of nodes and pods changed that an answer may depend on: volumes, namespaces. */
  touch(): void {
    this.#generation += 1;
  }

  /** Nodes in order of name. */
  nodes(): readonly NodeEntry[] {
    this.#sorted ??= [...this.#nodes.values()]
      .filter((entry) => entry.node.metadata.name !== undefined)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    return this.#sorted;
  }

  node(name: string): NodeEntry | undefined {
    const entry = this.#nodes.get(name);
    return entry?.node.metadata.name === undefined ? undefined : entry;
  }

  repellingTerms(): Iterable<RepellingTerm> {
    return this.#repelling.values();
  }

  /** Whether any placed pod has a priority below this one, so that preemption can help at all. */
  hasLowerPriority(priority: number): boolean {
    for (const other of this.#priorities.keys()) if (other < priority) return true;
    return false;
  }

  setNode(node: Node): void {
    const name = node.metadata.name ?? "";
    const old = this.#nodes.get(name);
    this.#nodes.set(name, {
      name,
      node,
      labels: node.metadata.labels ?? noLabels,
      allocatable: resourcesAssuming(node.status?.allocatable, 0),
      used: old?.used ?? {},
      pods: old?.pods ?? new Map<ObjectKey, PodFacts>(),
    });
    this.#changed();
  }

  /** The node is gone; pods that still name it keep their place until they go too. */
  removeNode(name: string): void {
    const old = this.#nodes.get(name);
    if (old === undefined) return;
    if (old.pods.size === 0) this.#nodes.delete(name);
    else this.#nodes.set(name, { ...old, node: { apiVersion: "v1", kind: "Node", metadata: {}, spec: {} } });
    this.#changed();
  }

  /** A pod as the API server shows it. Bound pods take their place, terminal ones leave it. */
  setPod(pod: Pod): void {
    const key = objectKey(pod);
    const nodeName = pod.spec.nodeName ?? "";
    if (nodeName === "" || isTerminal(pod)) {
      if (this.#assumed.has(key) && nodeName === "") return;
      this.removePod(key);
      return;
    }
    const old = this.#places.get(key);
    if (old !== undefined && !differs(old, pod, nodeName)) {
      this.#assumed.delete(key);
      return;
    }
    this.removePod(key);
    this.#place({ facts: podFactsOf(pod), nodeName });
  }

  removePod(key: ObjectKey): void {
    const place = this.#places.get(key);
    this.#assumed.delete(key);
    if (place !== undefined) this.#displace(place);
  }

  /** Counts a pod on a node before its binding is seen. */
  assume(facts: PodFacts, nodeName: string): void {
    const place = { facts, nodeName };
    this.#assumed.set(facts.key, place);
    this.#place(place);
  }

  /** Undoes `assume` when the binding failed; does nothing once the binding was seen. */
  unassume(facts: PodFacts): void {
    if (this.#assumed.get(facts.key)?.facts.uid === facts.uid) this.removePod(facts.key);
  }

  isAssumed(key: ObjectKey): boolean {
    return this.#assumed.has(key);
  }

  /** Runs `look` with the pods taken off their node, and puts them back. */
  without<T>(pods: readonly PodFacts[], nodeName: string, look: (putBack: (pod: PodFacts) => () => void) => T): T {
    const before = this.#generation;
    const away = new Set(pods);
    for (const facts of pods) this.#displace({ facts, nodeName });
    const putBack = (facts: PodFacts) => {
      this.#place({ facts, nodeName });
      away.delete(facts);
      return () => {
        this.#displace({ facts, nodeName });
        away.add(facts);
      };
    };
    try {
      return look(putBack);
    } finally {
      for (const facts of away) this.#place({ facts, nodeName });
      this.#generation = before;
    }
  }

  *#placed(): Iterable<readonly [string, PodFacts]> {
    for (const { facts, nodeName } of this.#places.values()) yield [nodeName, facts] as const;
  }

  #place(place: Place): void {
    const { facts, nodeName } = place;
    this.#places.set(facts.key, place);
    const entry = this.#nodes.get(nodeName) ?? unknownNode(nodeName);
    this.#nodes.set(nodeName, entry);
    entry.pods.set(facts.key, facts);
    this.#count(entry, facts, 1);
    this.groups.add(nodeName, facts);
    this.#generation += 1;
  }

  #displace({ facts, nodeName }: Place): void {
    this.#places.delete(facts.key);
    this.groups.remove(nodeName, facts);
    const entry = this.#nodes.get(nodeName);
    if (entry !== undefined) {
      entry.pods.delete(facts.key);
      this.#count(entry, facts, -1);
      if (entry.pods.size === 0 && entry.node.metadata.name === undefined) this.#nodes.delete(nodeName);
    }
    this.#generation += 1;
  }

  #count(entry: NodeEntry, facts: PodFacts, by: 1 | -1): void {
    for (const name in facts.requests) entry.used[name] = (entry.used[name] ?? 0) + by * (facts.requests[name] ?? 0);
    const sameRank = (this.#priorities.get(facts.priority) ?? 0) + by;
    if (sameRank === 0) this.#priorities.delete(facts.priority);
    else this.#priorities.set(facts.priority, sameRank);
    for (const term of facts.antiAffinity) {
      const identity = canonicalJson(term);
      const repelling = this.#repelling.get(identity) ?? {
        term,
        matches: termMatcher(term, this.namespaceLabels),
        countByNode: new Map<string, number>(),
      };
      change(repelling.countByNode, entry.name, by);
      if (repelling.countByNode.size === 0) this.#repelling.delete(identity);
      else this.#repelling.set(identity, repelling);
    }
  }

  #changed(): void {
    this.#sorted = undefined;
    this.#generation += 1;
  }
}

/** Whether an update of a placed pod alters anything that the picture counts. */
function differs(old: Place, pod: Pod, nodeName: string): boolean {
  const before = old.facts.pod;
  return (
    old.nodeName !== nodeName ||
    before.metadata.uid !== pod.metadata.uid ||
    before.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    canonicalJson(before.metadata.labels) !== canonicalJson(pod.metadata.labels) ||
    canonicalJson(before.spec.containers.map(({ resources }) => resources)) !==
      canonicalJson(pod.spec.containers.map(({ resources }) => resources))
  );
}

/** Stands in for a node that pods name before it is seen. */
function unknownNode(name: string): NodeEntry {
  const node: Node = { apiVersion: "v1", kind: "Node", metadata: {}, spec: {} };
  return { name, node, labels: noLabels, allocatable: {}, used: {}, pods: new Map() };
}
