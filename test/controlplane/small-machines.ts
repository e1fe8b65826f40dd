/** A pool of machines that hold one pod each, so that every pod that comes or goes is a machine that does. */
import {
  type Deployment,
  deploymentType,
  type EC2NodeClass,
  ec2NodeClassType,
  labels,
  nodeClaimType,
  type NodePool,
  nodePoolType,
  nodeType,
  podType,
} from "../../src/api/index.ts";
import { isRunning } from "./cluster-waits.ts";
import type { TestCluster } from "./test-cluster.ts";

const nodeClass: EC2NodeClass = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default" },
  spec: {
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    role: "karpenter-node",
    subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "karpenter-ts" } }],
    securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": "karpenter-ts" } }],
  },
};

const pool: NodePool = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "small" },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements: [
          { key: labels.instanceType, operator: "In", values: ["m5.large", "c5.large", "m6i.large"] },
          { key: labels.capacityType, operator: "In", values: ["on-demand"] },
        ],
      },
    },
    disruption: { consolidateAfter: "2s", consolidationPolicy: "WhenEmpty", budgets: [{ nodes: "100%" }] },
  },
};

const web = (replicas: number): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "1500m", memory: "1Gi" } } }],
        terminationGracePeriodSeconds: 0,
      },
    },
  },
});

export async function createSmallMachines(cluster: TestCluster): Promise<void> {
  await cluster.kube.create(ec2NodeClassType, nodeClass);
  await cluster.kube.create(nodePoolType, pool);
  await cluster.kube.create(deploymentType, web(0));
}

export const scaleWeb = (cluster: TestCluster, replicas: number): Promise<unknown> =>
  cluster.kube.patch(
    deploymentType,
    { name: "web", namespace: "default" },
    { type: "merge", body: { spec: { replicas } } },
  );

/** Waits until that many pods run, on one machine each, and claims, nodes and machines stand for each other. */
export async function untilOnePodEach(cluster: TestCluster, pods: number, seconds: number): Promise<void> {
  await cluster.until(seconds, async () => {
    const all = await cluster.list(podType);
    const running = all.filter(isRunning).length;
    if (running !== pods || all.length !== pods) return `${running} of ${all.length} pods run, ${pods} are wanted`;
    const claims = (await cluster.list(nodeClaimType)).map(({ status }) => status?.providerID ?? "none").toSorted();
    const nodes = (await cluster.list(nodeType)).map(({ spec }) => spec.providerID ?? "none").toSorted();
    const alive = cluster.account.machines.list().filter(({ state }) => state === "running" || state === "pending");
    const machines = alive.map(({ providerId }) => providerId).toSorted();
    const same = claims.join() === nodes.join() && claims.join() === machines.join() && claims.length === pods;
    return same ? undefined : `claims [${claims.join()}], nodes [${nodes.join()}], machines [${machines.join()}]`;
  });
}
