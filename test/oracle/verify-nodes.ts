/** Pods on nodes that stand or are on their way: selectors, taints, room, host ports, volumes and how many are attached. */
import { labels, type Pod, type Taint } from "../../src/api/index.ts";
import type { ClusterSnapshot, ProvisioningPlan } from "../../src/core/index.ts";
import { type LabelChoices, selectsNode, toleratesEverything } from "./placement.ts";
import { requestsOf } from "./quantities.ts";
import { verifyPorts } from "./verify-ports.ts";
import { attachedBy, verifyVolumes } from "./verify-volumes.ts";

type StateNode = ClusterSnapshot["nodes"][number];

export function verifyNodes(snapshot: ClusterSnapshot, plan: ProvisioningPlan): readonly string[] {
  const moved = new Set([...plan.claims.flatMap(({ pods }) => pods), ...plan.nominations.map(({ pod }) => pod)]);
  const names = new Set(snapshot.nodes.map(({ name }) => name));
  const unknown = plan.nominations.filter(({ node }) => !names.has(node));
  const sent = Map.groupBy(plan.nominations, ({ node }) => node);
  return [
    ...unknown.map(({ pod, node }) => `${pod.metadata.name} goes to node ${node}, which is not there`),
    ...snapshot.nodes.flatMap((node) => {
      const pods = (sent.get(node.name) ?? []).map(({ pod }) => pod);
      if (pods.length === 0) return [];
      return verifyNode(snapshot, node, { pods, stay: node.pods.filter((pod) => !moved.has(pod) && isRunning(pod)) });
    }),
  ];
}

const isRunning = ({ status }: Pod): boolean => status?.phase !== "Succeeded" && status?.phase !== "Failed";

function verifyNode(
  snapshot: ClusterSnapshot,
  node: StateNode,
  { pods, stay }: { readonly pods: readonly Pod[]; readonly stay: readonly Pod[] },
): readonly string[] {
  const choices: LabelChoices = (key) => (node.labels[key] === undefined ? [] : [node.labels[key]]);
  const taints = node.taints.filter((taint) => !isPassing(node, taint));
  return [
    ...(node.markedForDeletion ? [`node ${node.name} leaves, and pods are sent there`] : []),
    ...pods
      .filter((pod) => !selectsNode(pod, choices))
      .map(({ metadata }) => `${metadata.name} does not select node ${node.name}`),
    ...pods
      .filter(({ spec }) => !toleratesEverything(taints, spec.tolerations))
      .map(({ metadata }) => `${metadata.name} does not tolerate node ${node.name}`),
    ...verifyRoom(node, pods),
    ...verifyPorts(pods, `node ${node.name}`, stay),
    ...verifyVolumes(snapshot, pods, { place: node.name, choices }),
    ...verifyAttached(snapshot, node, [...stay, ...pods]),
  ];
}

/** Taken away while the node comes up (scheduling 4.9). */
function isPassing({ node, labels: own }: StateNode, { key }: Taint): boolean {
  if (own[labels.initialized] === "true" && node !== undefined) return false;
  return (
    key.startsWith("readiness.k8s.io/") ||
    ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "karpenter.sh/unregistered"].includes(key)
  );
}

function verifyRoom({ name, allocatable, podRequests }: StateNode, pods: readonly Pod[]): readonly string[] {
  const asked = new Map<string, number>();
  for (const pod of pods)
    for (const [resource, amount] of requestsOf(pod)) asked.set(resource, (asked.get(resource) ?? 0) + amount);
  return [...asked].flatMap(([resource, amount]) => {
    const room = (allocatable[resource] ?? 0) - (podRequests[resource] ?? 0);
    return amount > room ? [`${resource} ${amount} is more than the ${room} left on node ${name}`] : [];
  });
}

/** Distinct claims by driver, where the node says how many it attaches. */
function verifyAttached(snapshot: ClusterSnapshot, { name, node }: StateNode, pods: readonly Pod[]): readonly string[] {
  const drivers = snapshot.csiNodes.get(node?.metadata.name ?? "")?.spec.drivers ?? [];
  return drivers.flatMap(({ name: driver, allocatable }) => {
    const attached = new Set(pods.flatMap((pod) => attachedBy(snapshot, pod, driver)));
    return allocatable !== undefined && attached.size > (allocatable.count ?? 0)
      ? [`${attached.size} volumes of ${driver} are more than the ${allocatable.count ?? 0} that node ${name} attaches`]
      : [];
  });
}
