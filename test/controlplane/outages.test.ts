/**
 * What stands still, dies or jumps around a controller that goes on, or in it: after each fault every pod runs, and claims,
 * nodes and machines stand for each other.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  nodeClaimType,
  nodeType,
  podDisruptionBudgetType,
  podType,
  type PodDisruptionBudget,
} from "../../src/api/index.ts";
import { isRunning } from "./cluster-waits.ts";
import {
  expectLostLinesTold,
  expectNothingLeft,
  expectPictureOfTheCluster,
  type FaultRig,
  openFaultRig,
  patienceSeconds,
} from "./fault-rig.ts";
import { createSurroundings } from "./surroundings.ts";

const running: { rig?: FaultRig } = {};
const rig = (): FaultRig => {
  if (running.rig === undefined) throw new Error("the cluster did not start");
  return running.rig;
};

beforeAll(async () => {
  running.rig = await openFaultRig(inject("binaries"), 8);
});
afterAll(() => running.rig?.stop());

describe("a controller on a real control plane, while", () => {
  it("the API server dies and comes back", async () => {
    const { cluster, scale, settled } = rig();
    await scale(10);
    await cluster.controlPlane?.restart("kube-apiserver");
    await settled(10);
    await expectPictureOfTheCluster(rig());
  });

  it("etcd stands still", async () => {
    const { cluster, scale, settled, sleep } = rig();
    await scale(12);
    await cluster.controlPlane?.stall("etcd", 6_000);
    await sleep(1_000);
    await cluster.controlPlane?.stall("etcd", 6_000);
    await settled(12);
  });

  it("the clock jumps, an hour ahead and two back: no machine comes or goes for it, and new pods still get theirs", async () => {
    const { cluster, clock, scale, settled, sleep } = rig();
    const before = cluster.account.machines.list().map(({ providerId }) => providerId);
    for (const hours of [1, -1]) {
      clock.offsetMilliseconds = hours * 3_600_000;
      await sleep(5_000);
    }
    expect(cluster.account.machines.list().map(({ providerId }) => providerId)).toEqual(before);
    await scale(14);
    await settled(14);
    clock.offsetMilliseconds = 0;
  });

  it("[ops 9.2.34] it is asked to stop in the middle of a launch: what was launched is taken over, and nothing is orphaned", async () => {
    const { cluster, operator, scale, settled, sleep } = rig();
    cluster.account.faults.latency(1_500);
    await scale(17);
    await cluster.until(patienceSeconds, async () =>
      (await cluster.list(nodeClaimType)).length > 14 ? undefined : "no claim yet",
    );
    await sleep(700);
    await operator.end();
    cluster.account.faults.latency(0);
    rig().operator = await rig().startOperator();
    await settled(17);
  });

  it("the disk of the decision log is full, which costs lines and nothing else", () => expectLostLinesTold(rig()));

  it("a follower takes over in the middle of a drain that a budget holds: no pod is evicted against it, and the drain ends", async () => {
    const { cluster, operator, settled, sleep } = rig();
    await operator.end();
    const options = { disableLeaderElection: false };
    const first = await cluster.startOperator({ options, identity: "first" });
    rig().operator = await cluster.startOperator({
      options,
      identity: "second",
      around: createSurroundings(),
      waits: false,
    });
    await cluster.kube.create(podDisruptionBudgetType, budget(0));
    await cluster.until(patienceSeconds, async () => {
      const [held] = await cluster.list(podDisruptionBudgetType);
      return held?.status?.expectedPods === 17 ? undefined : "the budget has not counted its pods";
    });
    const [claim] = await cluster.list(nodeClaimType);
    const pods = (await cluster.list(podType)).map(({ metadata }) => metadata.uid ?? "").toSorted();
    await cluster.kube.delete(nodeClaimType, { name: claim?.metadata.name ?? "" });
    await cluster.until(patienceSeconds, async () => {
      const nodes = await cluster.list(nodeType);
      const isDraining = nodes.some(({ spec }) => spec.taints?.some(({ key }) => key === "karpenter.sh/disrupted"));
      return isDraining ? undefined : "no node is drained yet";
    });
    await sleep(2_000);
    await first.end();
    await rig().operator.running;
    await sleep(3_000);
    expect((await cluster.list(podType)).map(({ metadata }) => metadata.uid ?? "").toSorted()).toEqual(pods);
    expect((await cluster.list(podType)).filter(isRunning)).toHaveLength(17);
    await cluster.kube.patch(podDisruptionBudgetType, budgetName, {
      type: "merge",
      body: { spec: { maxUnavailable: 1 } },
    });
    await cluster.until(patienceSeconds, async () => {
      const claims = await cluster.list(nodeClaimType);
      return claims.every(({ metadata }) => metadata.name !== claim?.metadata.name)
        ? undefined
        : "the claim is still there";
    });
    await settled(17);
  });

  it("everything goes at last, and nothing is left", async () => {
    await rig().cluster.kube.delete(podDisruptionBudgetType, budgetName);
    await expectNothingLeft(rig());
  });
});

const budgetName = { name: "web", namespace: "default" };
const budget = (maxUnavailable: number): PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: budgetName,
  spec: { maxUnavailable, selector: { matchLabels: { app: "web" } } },
});
