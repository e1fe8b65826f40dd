import { describe, expect, test } from "vitest";
import { deployment, type EmbeddedCluster, embeddedCluster } from "../../test/controllers/embedded-cluster.ts";
import { deploymentType, eventType, leaseType, nodeClaimType, nodePoolType, nodeType, podType } from "../api/index.ts";
import { defaultOptions } from "./options.ts";

const isRunning = (cluster: EmbeddedCluster, count: number) => async (): Promise<boolean> => {
  const pods = await cluster.list(podType);
  return pods.filter(({ status }) => status?.phase === "Running").length === count;
};

const isEmpty = (cluster: EmbeddedCluster) => async (): Promise<boolean> =>
  (await cluster.list(nodeType)).length + (await cluster.list(nodeClaimType)).length === 0;

const scale = (cluster: EmbeddedCluster, replicas: number) =>
  cluster.kube.patch(
    deploymentType,
    { name: "web", namespace: "default" },
    { type: "merge", body: { spec: { replicas } } },
  );

describe("the main job", () => {
  test("pending pods get machines and run; scaled to nothing, the machines go", async () => {
    const cluster = await embeddedCluster();
    await cluster.kube.create(deploymentType, deployment("web", 5, { cpu: "1", memory: "1Gi" }));
    expect(await cluster.until(isRunning(cluster, 5), 15)).toBe(true);
    const claims = await cluster.list(nodeClaimType);
    expect(claims.length).toBe(cluster.account.inventory().instances);
    expect(claims.length).toBe((await cluster.list(nodeType)).length);
    await scale(cluster, 0);
    // consolidateAfter 30 s, and within a minute after that (issue 3).
    expect(await cluster.until(isEmpty(cluster), 90)).toBe(true);
    expect(cluster.account.inventory().instances).toBe(0);
    await cluster.stop();
  });

  test("every decision says which pods, which machine, what it costs and why", async () => {
    const cluster = await embeddedCluster();
    const heard: string[] = [];
    cluster.operator.decisions.subscribe(({ kind }) => heard.push(kind));
    await cluster.kube.create(deploymentType, deployment("web", 2, { cpu: "1", memory: "1Gi" }));
    await cluster.until(isRunning(cluster, 2), 15);
    const launch = cluster.operator.decisions.list().find(({ kind }) => kind === "launch");
    expect(launch?.pods.length).toBe(2);
    expect(launch?.machine).toMatch(/^[cmr]\d/);
    expect(launch?.pricePerHour).toBeGreaterThan(0);
    expect(launch?.reason).toContain("cheapest");
    await scale(cluster, 0);
    await cluster.until(isEmpty(cluster), 90);
    expect(heard).toEqual(["launch", "launched", "registered", "initialized", "remove", "terminated"]);
    await cluster.stop();
  });

  test("a pod that fits nowhere is told why, once in five minutes", async () => {
    const cluster = await embeddedCluster();
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "5000", memory: "1Gi" }));
    await cluster.clock.advance(60_000);
    const events = (await cluster.list(eventType)).filter(({ reason }) => reason === "FailedScheduling");
    const ours = events.filter(({ source }) => source?.component === "karpenter");
    expect(ours.map(({ message, count }) => [message?.startsWith("Failed to schedule pod, "), count])).toEqual([
      [true, 1],
    ]);
    expect((await cluster.list(nodeClaimType)).length).toBe(0);
    expect(cluster.operator.decisions.list().filter(({ kind }) => kind === "unplaced").length).toBe(1);
    await cluster.stop();
  });

  test("the pool says what it holds and that it is ready", async () => {
    const cluster = await embeddedCluster();
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
    await cluster.until(isRunning(cluster, 1), 15);
    await cluster.clock.advance(10_000);
    const [pool] = await cluster.list(nodePoolType);
    expect(pool?.status?.nodes).toBe(1);
    expect(pool?.status?.resources).toMatchObject({ nodes: "1" });
    expect(pool?.status?.conditions?.find(({ type }) => type === "Ready")?.status).toBe("True");
    expect(pool?.metadata.annotations?.["karpenter.sh/nodepool-hash-version"]).toBe("v3");
    await cluster.stop();
  });
});

describe("modes (product 4)", () => {
  test.each(["plan", "observe"] as const)("%s decides and launches nothing", async (mode) => {
    const cluster = await embeddedCluster({ options: { mode } });
    // A cluster that another controller prepared: its pool is ready.
    await makePoolReady(cluster);
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
    await cluster.clock.advance(60_000);
    expect((await cluster.list(nodeClaimType)).length).toBe(0);
    expect(cluster.everLaunched.size).toBe(0);
    expect((await cluster.list(leaseType)).length).toBe(0);
    const ours = (await cluster.list(eventType)).filter(({ source }) => source?.component === "karpenter");
    if (mode === "observe") expect(ours).toEqual([]);
    await cluster.stop();
  });
});

async function makePoolReady(cluster: EmbeddedCluster): Promise<void> {
  const moment = "2026-11-02T10:00:00Z";
  const conditions = ["ValidationSucceeded", "NodeClassReady", "Ready"].map((type) => ({
    type,
    status: "True",
    reason: type,
    message: "",
    lastTransitionTime: moment,
    observedGeneration: 1,
  }));
  await cluster.kube.patch(
    nodePoolType,
    { name: "default" },
    { type: "merge", body: { status: { conditions } }, subresource: "status" },
  );
}

describe("start and stop", () => {
  test("the lease names the holder, and is given back on a clean stop", async () => {
    const cluster = await embeddedCluster();
    await cluster.clock.advance(5_000);
    const [lease] = (await cluster.list(leaseType)).filter(
      ({ metadata }) => metadata.name === defaultOptions.leaderElectionName,
    );
    expect(lease?.spec?.holderIdentity).not.toBe("");
    await cluster.stop();
    const [released] = (await cluster.list(leaseType)).filter(
      ({ metadata }) => metadata.name === defaultOptions.leaderElectionName,
    );
    expect(released?.spec?.holderIdentity).toBe("");
  });
});
