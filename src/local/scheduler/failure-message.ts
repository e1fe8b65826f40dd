import type { Refusal } from "./node-refusal.ts";

/** `2 Insufficient cpu, 1 node(s) had untolerated taint(s)`, ordered as text, as kube-scheduler orders it. */
export function countedReasons(reasonLists: Iterable<readonly string[]>): string {
  const counts = new Map<string, number>();
  for (const reasons of reasonLists) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(", ");
}

/** Message of the PodScheduled condition and of the FailedScheduling event. */
export function unschedulableMessage(
  nodes: number,
  refusals: ReadonlyMap<string, Refusal>,
  preemption: string | undefined,
): string {
  if (nodes === 0) return "no nodes available to schedule pods";
  const reasons = countedReasons([...refusals.values()].map((refusal) => refusal.reasons));
  const tail = preemption === undefined ? "" : ` preemption: ${preemption}`;
  return `0/${nodes} nodes are available: ${reasons}.${tail}`;
}

/** What preemption would have needed, by node. */
export function preemptionMessage(nodes: number, reasons: Iterable<string>): string {
  return `0/${nodes} nodes are available: ${countedReasons([...reasons].map((reason) => [reason]))}.`;
}
