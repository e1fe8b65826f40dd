import type { Pod } from "../../api/index.ts";
import { isActive } from "../pods/predicates.ts";
import { podRequests } from "../pods/requests.ts";
import { addResources } from "../quantity/arithmetic.ts";
import type { ClusterSnapshot } from "./snapshot.ts";
import type { StateNode } from "./state-node.ts";

/**
 * The snapshot with pods that wait for the node promised to them (`status.nominatedNodeName`) standing there: kube-scheduler
 * counts them as present for all that are no more important, so their room is not to be planned for others. Promises of nodes
 * that are not there, or that go, are left as they are.
 */
export function withNominatedPods(snapshot: ClusterSnapshot): ClusterSnapshot {
  const waiting = snapshot.pendingPods.filter((pod) => nominatedNode(pod) !== "" && isActive(pod));
  if (waiting.length === 0) return snapshot;
  const arrivals = Map.groupBy(waiting, nominatedNode);
  const standing = new Set<Pod>();
  const nodes = snapshot.nodes.map((node) => {
    const pods = node.markedForDeletion ? undefined : arrivals.get(node.name);
    if (pods === undefined) return node;
    for (const pod of pods) standing.add(pod);
    return withPods(node, pods);
  });
  if (standing.size === 0) return snapshot;
  return { ...snapshot, nodes, pendingPods: snapshot.pendingPods.filter((pod) => !standing.has(pod)) };
}

const nominatedNode = ({ status }: Pod): string => status?.nominatedNodeName ?? "";

/** The node once these pods stand on it too. */
export function withPods(node: StateNode, pods: readonly Pod[]): StateNode {
  if (pods.length === 0) return node;
  const requested = pods.reduce((sum, pod) => addResources(sum, podRequests(pod)), node.podRequests);
  return { ...node, pods: [...node.pods, ...pods], podRequests: requested };
}
