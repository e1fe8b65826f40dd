import type { Pod } from "../../api/index.ts";
import { isActive } from "../pods/predicates.ts";
import { podRequests } from "../pods/requests.ts";
import { addResources } from "../quantity/arithmetic.ts";
import type { ClusterSnapshot } from "./snapshot.ts";
import type { StateNode } from "./state-node.ts";

/** By UID of a pod that waits, the name of the node that it is expected on. */
export type ExpectedNodes = ReadonlyMap<string, string>;

/**
 * The snapshot with pods that wait for the node promised to them (`status.nominatedNodeName`), or that the caller expects
 * on one, standing there. kube-scheduler counts the former as present for all that are no more important; the latter keep
 * the place that an earlier plan gave them while their machine is on its way. So their room is not planned for others, nor
 * they a second time. Promises of nodes that are not there, or that go, are left as they are.
 */
export function withNominatedPods(snapshot: ClusterSnapshot, expected: ExpectedNodes = nobody): ClusterSnapshot {
  const nodeOf = ({ metadata, status }: Pod): string =>
    status?.nominatedNodeName || (expected.get(metadata.uid ?? "") ?? "");
  const waiting = snapshot.pendingPods.filter((pod) => nodeOf(pod) !== "" && isActive(pod));
  if (waiting.length === 0) return snapshot;
  const arrivals = Map.groupBy(waiting, nodeOf);
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

const nobody: ExpectedNodes = new Map();

/** The node once these pods stand on it too. */
export function withPods(node: StateNode, pods: readonly Pod[]): StateNode {
  if (pods.length === 0) return node;
  const requested = pods.reduce((sum, pod) => addResources(sum, podRequests(pod)), node.podRequests);
  return { ...node, pods: [...node.pods, ...pods], podRequests: requested };
}
