import { isTolerated } from "../../core/index.ts";
import type { NodeEntry, ClusterPicture } from "./cluster-picture.ts";
import { computePreferredAffinity } from "./inter-pod-affinity.ts";
import { matchesTerm } from "./node-selector.ts";
import type { PodFacts } from "./pod-facts.ts";
import { computeSpread } from "./topology-spread.ts";

/** Weights of kube-scheduler's default profile. */
const weights = Object.freeze({ taints: 3, nodeAffinity: 2, spread: 2, podAffinity: 2, resources: 1, balance: 1 });

/** A pod that asks for nothing is scored as if it asked for this (kube-scheduler's non-zero request). */
const presumed: Readonly<Record<string, number>> = Object.freeze({ cpu: 100, memory: 200 * 1024 * 1024 });

/** Scores all nodes into 0 to 100 with the most first, or, inverted, the least first. */
function normalised(raw: readonly number[], isInverted = false): readonly number[] {
  const most = Math.max(...raw, 0);
  if (most === 0) return raw.map(() => (isInverted ? 100 : 0));
  return raw.map((value) => (isInverted ? 100 - (100 * value) / most : (100 * value) / most));
}

/** Scores with negative values into 0 to 100 between their least and most. */
function stretched(raw: readonly number[]): readonly number[] {
  const least = Math.min(...raw);
  const most = Math.max(...raw);
  return most === least ? raw.map(() => 0) : raw.map((value) => (100 * (value - least)) / (most - least));
}

function usedShare(pod: PodFacts, entry: NodeEntry, resource: string): number {
  const total = entry.allocatable[resource] ?? 0;
  if (total === 0) return 1;
  const asked = pod.requests[resource] ?? 0;
  return Math.min(((entry.used[resource] ?? 0) + (asked === 0 ? (presumed[resource] ?? 0) : asked)) / total, 1);
}

function resourceScore(pod: PodFacts, entry: NodeEntry): number {
  const cpu = usedShare(pod, entry, "cpu");
  const memory = usedShare(pod, entry, "memory");
  const leastAllocated = 100 * (1 - (cpu + memory) / 2);
  const balance = 100 * (1 - Math.abs(cpu - memory) / 2);
  return weights.resources * leastAllocated + weights.balance * balance;
}

function untoleratedPreferences(pod: PodFacts, entry: NodeEntry): number {
  const { tolerations = [] } = pod.pod.spec;
  const { taints = [] } = entry.node.spec;
  return taints.filter((taint) => taint.effect === "PreferNoSchedule" && !isTolerated(taint, tolerations)).length;
}

function preferredNodeWeight(pod: PodFacts, entry: NodeEntry): number {
  let sum = 0;
  for (const term of pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    const { matchExpressions = [], matchFields = [] } = term.preference;
    const isEmpty = matchExpressions.length === 0 && matchFields.length === 0;
    if (isEmpty || matchesTerm(term.preference, entry.node)) sum += term.weight;
  }
  return sum;
}

function softSpreadCounts(pod: PodFacts, picture: ClusterPicture, nodes: readonly NodeEntry[]): readonly number[] {
  const states = computeSpread(pod, picture, "ScheduleAnyway");
  const most = Math.max(0, ...states.flatMap((state) => [...state.countByDomain.values()]));
  return nodes.map((entry) => {
    let sum = 0;
    for (const { constraint, countByDomain } of states) {
      const domain = entry.labels[constraint.topologyKey];
      // A node outside of the spread is the last choice.
      sum += domain === undefined ? most + 1 : (countByDomain.get(domain) ?? 0);
    }
    return sum;
  });
}

/** Total score of each node for the pod, in the order given; higher is better. */
export function computeScores(pod: PodFacts, picture: ClusterPicture, nodes: readonly NodeEntry[]): readonly number[] {
  const totals = nodes.map((entry) => resourceScore(pod, entry));
  const add = (scores: readonly number[], weight: number): void => {
    for (const [index, score] of scores.entries()) totals[index] = (totals[index] ?? 0) + weight * score;
  };
  add(
    normalised(
      nodes.map((entry) => untoleratedPreferences(pod, entry)),
      true,
    ),
    weights.taints,
  );
  if (pod.pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution !== undefined) {
    add(normalised(nodes.map((entry) => preferredNodeWeight(pod, entry))), weights.nodeAffinity);
  }
  if (pod.spread.some(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway")) {
    add(normalised(softSpreadCounts(pod, picture, nodes), true), weights.spread);
  }
  if (pod.preferredAffinity.length + pod.preferredAntiAffinity.length > 0) {
    const preferences = computePreferredAffinity(pod, picture);
    const raw = nodes.map((entry) => {
      let sum = 0;
      for (const [key, byValue] of preferences) sum += byValue.get(entry.labels[key] ?? "") ?? 0;
      return sum;
    });
    add(stretched(raw), weights.podAffinity);
  }
  return totals;
}
