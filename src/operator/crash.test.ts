import { describe, expect, test } from "vitest";
import { deployment, type EmbeddedCluster, embeddedCluster } from "../../test/controllers/embedded-cluster.ts";
import { deploymentType, nodeClaimType, nodeType, podType } from "../api/index.ts";

const isRunning = (cluster: EmbeddedCluster, count: number) => async (): Promise<boolean> => {
  const pods = await cluster.list(podType);
  return pods.filter(({ status }) => status?.phase === "Running").length === count;
};

const isEmpty = (cluster: EmbeddedCluster) => async (): Promise<boolean> =>
  (await cluster.list(nodeType)).length + (await cluster.list(nodeClaimType)).length === 0;

async function expectOneMachinePerClaim(cluster: EmbeddedCluster): Promise<void> {
  const claims = await cluster.list(nodeClaimType);
  const nodes = await cluster.list(nodeType);
  const machines = cluster.account.machines.list().filter(({ state }) => state === "running" || state === "pending");
  const ids = machines.map(({ providerId }) => providerId).sort();
  expect(claims.map(({ status }) => status?.providerID ?? "").sort()).toEqual(ids);
  expect(nodes.map(({ spec }) => spec.providerID ?? "").sort()).toEqual(ids);
}

/** The writes of the scenario, from the status of the pool to the last finalizer of its one machine. */
const writes = Array.from({ length: 50 }, (_, index) => index + 1);

describe("a controller that is asked to stop (operations 3.8)", () => {
  test.each([500, 1_500, 2_500, 3_500, 4_500, 5_500])(
    "[ops 9.2.34] %i ms into a slow launch: what was launched is written down or taken over, and nothing is orphaned",
    async (milliseconds) => {
      const cluster = await embeddedCluster();
      await cluster.clock.advance(5_000);
      cluster.account.faults.latency(1_500);
      await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
      await cluster.clock.advance(1_200 + milliseconds);
      await cluster.replaceOperator();
      expect(await cluster.until(isRunning(cluster, 1), 120)).toBe(true);
      await cluster.clock.advance(60_000);
      await expectOneMachinePerClaim(cluster);
      expect(cluster.everLaunched.size).toBe(1);
      await cluster.stop();
    },
  );
});

describe("a controller that dies with a write (product 8)", () => {
  test.each(writes)("write %i: no machine twice, none without a claim, no drain forgotten", async (dieAtWrite) => {
    const cluster = await embeddedCluster({ dieAtWrite });
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
    expect(await cluster.until(isRunning(cluster, 1), 60)).toBe(true);
    await cluster.clock.advance(5_000);
    await expectOneMachinePerClaim(cluster);
    expect(cluster.everLaunched.size).toBe(1);
    const scale = { type: "merge", body: { spec: { replicas: 0 } } } as const;
    await cluster.kube.patch(deploymentType, { name: "web", namespace: "default" }, scale);
    expect(await cluster.until(isEmpty(cluster), 120)).toBe(true);
    await cluster.clock.advance(60_000);
    expect(cluster.account.inventory().instances).toBe(0);
    expect(cluster.everLaunched.size).toBe(1);
    expect(cluster.died).toBe(true);
    await cluster.stop();
  });
});
