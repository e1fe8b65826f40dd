/** What tests on a cluster wait for. */
import { deploymentType, nodeClaimType, nodeType, type Pod, podType, statefulSetType } from "../../src/api/index.ts";
import type { TestCluster } from "./test-cluster.ts";

/** A pod that runs and is ready. */
export function isRunning(pod: Pod): boolean {
  const ready = pod.status?.conditions?.find(({ type }) => type === "Ready");
  return pod.status?.phase === "Running" && ready?.status === "True";
}

/** Waits until each pod runs or has ended well and each claim has become a node; at least `pods` of them. */
export async function untilAllRun(cluster: TestCluster, pods: number, seconds: number): Promise<void> {
  await cluster.until(seconds, async () => {
    const all = await cluster.list(podType);
    const waiting = all.find((pod) => !isRunning(pod) && pod.status?.phase !== "Succeeded");
    if (waiting !== undefined) return podStory(waiting);
    if (all.length < pods) return `${all.length} pods of ${pods}`;
    const claims = await cluster.list(nodeClaimType);
    const coming = claims.find(
      ({ status }) => status?.conditions?.find(({ type }) => type === "Initialized")?.status !== "True",
    );
    return coming === undefined ? undefined : `claim ${coming.metadata.name} ${JSON.stringify(coming.status)}`;
  });
}

function podStory({ metadata, spec, status }: Pod): string {
  const conditions = (status?.conditions ?? []).map(
    ({ type, status, message }) => `${type}=${status} ${message ?? ""}`,
  );
  return `pod ${metadata.namespace}/${metadata.name} on ${spec.nodeName ?? "no node"}: ${status?.phase} ${conditions.join("; ")}`;
}

/** Waits until each workload has all of its pods ready: those of a StatefulSet come one after the other. */
export async function untilAllReplicas(cluster: TestCluster, seconds: number): Promise<void> {
  await cluster.until(seconds, async () => {
    const workloads = [...(await cluster.list(deploymentType)), ...(await cluster.list(statefulSetType))];
    const late = workloads.find(({ spec, status }) => (status?.readyReplicas ?? 0) < (spec.replicas ?? 1));
    if (late === undefined) return undefined;
    return `${late.kind} ${late.metadata.name} has ${late.status?.readyReplicas ?? 0} of ${late.spec.replicas ?? 1} pods ready`;
  });
}

/** Waits until no node, no claim and no instance is left. */
export async function untilNothingIsLeft(cluster: TestCluster, seconds: number): Promise<void> {
  await cluster.until(seconds, async () => {
    const nodes = await cluster.list(nodeType);
    const claims = await cluster.list(nodeClaimType);
    const { instances } = cluster.account.inventory();
    if (nodes.length + claims.length + instances === 0) return undefined;
    return `${nodes.length} nodes, ${claims.length} claims, ${instances} instances`;
  });
}

/** Waits until every workload has its pods and the scheduler has found no place for any of them; how many they are. */
export async function untilAllWait(cluster: TestCluster, seconds: number): Promise<number> {
  let count = 0;
  await cluster.until(seconds, async () => {
    const behind = (await Promise.all([waitingDeployment(cluster), waitingStatefulSet(cluster)])).find(Boolean);
    if (behind !== undefined) return behind;
    const pods = await cluster.list(podType);
    count = pods.length;
    if (count === 0) return "no pod at all";
    const fresh = pods.find(({ status }) => !status?.conditions?.some(({ reason }) => reason === "Unschedulable"));
    return fresh === undefined ? undefined : podStory(fresh);
  });
  return count;
}

async function waitingDeployment(cluster: TestCluster): Promise<string | undefined> {
  const late = (await cluster.list(deploymentType)).find(
    ({ spec, status }) => (status?.replicas ?? 0) < (spec.replicas ?? 1),
  );
  return late === undefined ? undefined : `deployment ${late.metadata.name} has too few pods`;
}

/** One pod at a time unless it says otherwise: the others come when the one before runs. */
async function waitingStatefulSet(cluster: TestCluster): Promise<string | undefined> {
  const late = (await cluster.list(statefulSetType)).find(({ spec, status }) => {
    const wanted = spec.podManagementPolicy === "Parallel" ? (spec.replicas ?? 1) : Math.min(spec.replicas ?? 1, 1);
    return (status?.replicas ?? 0) < wanted;
  });
  return late === undefined ? undefined : `stateful set ${late.metadata.name} has too few pods`;
}
