import { formatTimestamp } from "../../api/index.ts";
import { type ClusterSnapshot, type EpochMillis, keyText, nodePrice, type StateNode } from "../../core/index.ts";
import type { NodeStatusLine, StatusState } from "../../server/index.ts";
import type { ShownDecision } from "./decision-line.ts";
import { countPods } from "./summary.ts";
import type { WatchedCluster } from "./watched-cluster.ts";

const shownDecisions = 100;

/** What the status page shows, from the controller's own picture and its decisions. */
export function statusState(options: {
  readonly now: EpochMillis;
  readonly snapshot: ClusterSnapshot;
  readonly cluster: WatchedCluster;
  readonly decisions: readonly ShownDecision[];
  readonly pricePerHour: number;
  readonly hints: readonly string[];
}): StatusState {
  const { now, snapshot, cluster, decisions, pricePerHour, hints } = options;
  return {
    schema: "status/1",
    time: formatTimestamp(now),
    title: "karpenter-ts: the embedded cluster",
    pods: countPods(cluster.picture().pods),
    pricePerHour,
    nodes: snapshot.nodes
      .map((node) => nodeLine(node, snapshot))
      .toSorted((a, b) => compare(a.pool, b.pool) || compare(a.name, b.name)),
    decisions: decisions.slice(-shownDecisions).toReversed(),
    hints,
  };
}

function nodeLine(node: StateNode, snapshot: ClusterSnapshot): NodeStatusLine {
  const { labels, poolKey } = node;
  const type = labels["node.kubernetes.io/instance-type"] ?? "";
  const offered = poolKey === undefined ? [] : (snapshot.instanceTypes.get(keyText(poolKey)) ?? []);
  const price = nodePrice(
    node,
    offered.find(({ name }) => name === type),
  );
  const share = (resource: string): number =>
    (node.podRequests[resource] ?? 0) / (node.allocatable[resource] ?? Infinity);
  return {
    name: node.name,
    pool: poolKey?.name ?? "",
    type,
    zone: labels["topology.kubernetes.io/zone"] ?? "",
    capacityType: labels["karpenter.sh/capacity-type"] ?? "",
    ...(price > 0 ? { pricePerHour: price } : {}),
    state: stateOf(node),
    pods: node.pods.length,
    cpuShare: share("cpu"),
    memoryShare: share("memory"),
  };
}

function stateOf(node: StateNode): NodeStatusLine["state"] {
  if (node.markedForDeletion) return "leaving";
  if (node.initialized) return "ready";
  return node.node === undefined ? "launching" : "joining";
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
