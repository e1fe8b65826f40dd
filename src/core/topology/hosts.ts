import type { TopologyGroup } from "./groups.ts";
import { isHostGroup, type TopologyView } from "./topology.ts";

/** Pods on one new host by host-name group; a group without an entry has none. */
export type HostCounts = Map<TopologyGroup, number>;

/** Affinity to a host: the pod must join company that is there, and cannot be planned for machines in bulk. */
export const followsHosts = ({ owned }: TopologyView): boolean =>
  owned.some((group) => isHostGroup(group) && group.term.kind === "affinity");

/** How many more pods of the view the host takes, affinity aside. */
export function hostAllowance(view: TopologyView, counts: HostCounts): number {
  let allowance = Number.MAX_SAFE_INTEGER;
  for (const group of view.hostBinding) {
    allowance = Math.min(allowance, groupAllowance(group, view, counts.get(group) ?? 0));
  }
  return allowance;
}

function groupAllowance(group: TopologyGroup, view: TopologyView, here: number): number {
  const own = view.counted.includes(group) || view.repels.includes(group);
  if (group.inverse || group.term.kind === "anti-affinity") {
    if (here > 0) return 0;
    return own ? 1 : Number.MAX_SAFE_INTEGER;
  }
  if (own) return Math.max(0, group.term.maxSkew - here);
  return here <= group.term.maxSkew ? Number.MAX_SAFE_INTEGER : 0;
}

export function countOnHost(view: TopologyView, counts: HostCounts, pods: number): void {
  for (const group of view.hostCounted) counts.set(group, (counts.get(group) ?? 0) + pods);
}
