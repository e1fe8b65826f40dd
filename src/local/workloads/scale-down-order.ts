import type { Pod } from "../../api/index.ts";
import { annotations } from "../../api/index.ts";
import { isReady } from "../stand-ins/pod-state.ts";
import { conditionOf } from "../stand-ins/status-write.ts";
import { millisecondsOf } from "../stand-ins/timestamps.ts";

const phaseRank: Readonly<Record<string, number>> = Object.freeze({ Pending: 0, Unknown: 1, Running: 2 });

const deletionCost = (pod: Pod): number => {
  const cost = Number(pod.metadata.annotations?.[annotations.podDeletionCost] ?? 0);
  return Number.isInteger(cost) ? cost : 0;
};

const readySince = (pod: Pod): number =>
  millisecondsOf(conditionOf(pod.status?.conditions, "Ready")?.lastTransitionTime) ?? 0;

/**
 * Pods in the order in which a ReplicaSet gives them up: unassigned, pending, not ready, cheap to delete, on a crowded
 * node, ready for a short time, young; then by name.
 */
export function inScaleDownOrder(pods: readonly Pod[]): readonly Pod[] {
  const onNode = new Map<string, number>();
  for (const { spec } of pods) onNode.set(spec.nodeName ?? "", (onNode.get(spec.nodeName ?? "") ?? 0) + 1);
  const ranks = (pod: Pod): readonly number[] => [
    pod.spec.nodeName ? 1 : 0,
    phaseRank[pod.status?.phase ?? "Pending"] ?? 2,
    isReady(pod) ? 1 : 0,
    deletionCost(pod),
    -(onNode.get(pod.spec.nodeName ?? "") ?? 0),
    isReady(pod) ? -readySince(pod) : 0,
    -(millisecondsOf(pod.metadata.creationTimestamp) ?? 0),
  ];
  return pods
    .map((pod) => ({ pod, ranks: ranks(pod) }))
    .sort((left, right) => {
      for (const [index, rank] of left.ranks.entries()) {
        const difference = rank - (right.ranks[index] ?? 0);
        if (difference !== 0) return difference;
      }
      return (left.pod.metadata.name ?? "") < (right.pod.metadata.name ?? "") ? -1 : 1;
    })
    .map(({ pod }) => pod);
}
