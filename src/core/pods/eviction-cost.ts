import { annotations, type Pod } from "../../api/index.ts";

/**
 * How much it costs to move a pod, between -10 and 10; 1 for a pod without priority or deletion cost (lifecycle 3.2, api
 * 5.2). A deletion cost that is no number is left out.
 */
export function evictionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[annotations.podDeletionCost];
  const deletionCost =
    text === undefined || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? 0 : Number(text);
  const cost = 1 + deletionCost / 2 ** 27 + (pod.spec.priority ?? 0) / 2 ** 25;
  return Math.max(-10, Math.min(10, cost));
}
