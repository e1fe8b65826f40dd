import { describe, expect, it } from "vitest";
import { deploymentType, podType, replicaSetType } from "../../api/index.ts";
import type { Deployment } from "../../api/index.ts";
import { isRunning, withStandIns } from "./stand-in-fixture.ts";

function web(replicas: number): Deployment {
  const labels = { app: "web" };
  const container = { name: "app", image: "web:1", resources: { requests: { cpu: "500m", memory: "256Mi" } } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

describe("the stand-ins together", () => {
  it("runs a Deployment on machines that come later", () =>
    withStandIns({}, async (cluster) => {
      await cluster.kube.create(deploymentType, web(10));
      await cluster.until(async () => {
        const pods = await cluster.pods();
        const waiting = pods.filter((pod) => pod.status?.conditions?.some(({ reason }) => reason === "Unschedulable"));
        return waiting.length === 10;
      });
      cluster.yard.add();
      cluster.yard.add();
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 10);
      const deployment = await cluster.kube.get(deploymentType, { namespace: "default", name: "web" });
      await cluster.clock.advance(1_000);
      expect(deployment.status).toMatchObject({ replicas: 10 });
      expect(cluster.log.lines.filter(({ level }) => level === "error")).toEqual([]);
    }));

  it("rolls a new template out without ever going below what the strategy allows", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      cluster.yard.add();
      await cluster.kube.create(deploymentType, web(8));
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 8);
      const image = { containers: [{ name: "app", image: "web:2" }] };
      await cluster.kube.patch(
        deploymentType,
        { namespace: "default", name: "web" },
        { type: "strategic", body: { spec: { template: { spec: image } } } },
      );
      let least = 8;
      await cluster.until(async () => {
        const pods = await cluster.pods();
        const ready = pods.filter((pod) => isRunning(pod) && pod.metadata.deletionTimestamp === undefined);
        least = Math.min(least, ready.length);
        return (
          ready.length === 8 && pods.length === 8 && ready.every(({ spec }) => spec.containers[0]?.image === "web:2")
        );
      });
      expect(least).toBeGreaterThanOrEqual(6);
      const sets = await cluster.list(replicaSetType);
      expect(sets.map(({ spec }) => spec.replicas).toSorted((a = 0, b = 0) => a - b)).toEqual([0, 8]);
      await cluster.clock.advance(1_000);
      const deployment = await cluster.kube.get(deploymentType, { namespace: "default", name: "web" });
      expect(deployment.status).toMatchObject({ updatedReplicas: 8, availableReplicas: 8, replicas: 8 });
      expect(deployment.metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("2");
    }));

  it("moves pods away from a machine that is gone", () =>
    withStandIns({ workloads: { monitorGraceMilliseconds: 40_000 } }, async (cluster) => {
      const first = cluster.yard.add();
      await cluster.kube.create(deploymentType, web(2));
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 2);
      cluster.yard.add();
      cluster.yard.change(first.instanceId, { state: "terminated" });
      await cluster.until(async () => {
        const pods = await cluster.pods();
        return pods.length === 2 && pods.every((pod) => isRunning(pod) && pod.spec.nodeName !== first.privateDnsName);
      });
      expect((await cluster.nodes()).map(({ metadata }) => metadata.name)).not.toContain(first.privateDnsName);
      expect(await cluster.list(podType)).toHaveLength(2);
    }));
});
