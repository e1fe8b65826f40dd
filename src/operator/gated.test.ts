import { describe, expect, test } from "vitest";
import { deployment, type EmbeddedCluster, embeddedCluster } from "../../test/controllers/embedded-cluster.ts";
import {
  type CapacityBuffer,
  capacityBufferType,
  defaultFeatureGates,
  deploymentType,
  getCondition,
  nodeClaimType,
  type NodeOverlay,
  nodeOverlayType,
  nodePoolType,
  nodeType,
  podType,
} from "../api/index.ts";
import { parseSchedulerConfig } from "./scheduler-config.ts";

const withGate = (gate: string) => ({
  families: ["m5", "c5"],
  options: { featureGates: { ...defaultFeatureGates, [gate]: true } },
});
const running = (cluster: EmbeddedCluster, count: number) => async (): Promise<boolean> =>
  (await cluster.list(podType)).filter(({ status }) => status?.phase === "Running").length === count;
const nodes = (cluster: EmbeddedCluster, count: number) => async (): Promise<boolean> =>
  (await cluster.list(nodeType)).length === count;

const overlayOf = (type: string): NodeOverlay => ({
  apiVersion: "karpenter.sh/v1alpha1",
  kind: "NodeOverlay",
  metadata: { name: "sale" },
  spec: {
    requirements: [{ key: "node.kubernetes.io/instance-type", operator: "In", values: [type] }],
    price: "0.0001",
  },
});
const bufferOf = (name: string, replicas: number): CapacityBuffer => ({
  apiVersion: "autoscaling.x-k8s.io/v1beta1",
  kind: "CapacityBuffer",
  metadata: { name: "spare", namespace: "default" },
  spec: { scalableRef: { apiGroup: "apps", kind: "Deployment", name }, replicas },
});

describe("behind its gate", () => {
  test("a pool of a fixed size has its machines, takes pods, and follows its replicas", async () => {
    const cluster = await embeddedCluster({ ...withGate("StaticCapacity"), pool: { replicas: 2 } });
    expect(await cluster.until(nodes(cluster, 2), 30)).toBe(true);
    await cluster.kube.create(deploymentType, deployment("web", 2, { cpu: "500m", memory: "256Mi" }));
    expect(await cluster.until(running(cluster, 2), 30)).toBe(true);
    const [pool] = await cluster.list(nodePoolType);
    const name = pool?.metadata.name ?? "";
    await cluster.kube.patch(nodePoolType, { name }, { type: "merge", body: { spec: { replicas: 0 } } });
    const isGone = async (): Promise<boolean> => (await cluster.list(nodeClaimType)).length === 0;
    expect(await cluster.until(isGone, 120)).toBe(true);
    await cluster.stop();
  });

  test("an overlay makes its type the one that is launched, and says that it holds", async () => {
    const cluster = await embeddedCluster(withGate("NodeOverlay"));
    await cluster.kube.create(nodeOverlayType, overlayOf("m5.4xlarge"));
    await cluster.clock.advance(2_000);
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "500m", memory: "256Mi" }));
    expect(await cluster.until(running(cluster, 1), 60)).toBe(true);
    const [claim] = await cluster.list(nodeClaimType);
    expect(claim?.metadata.annotations?.["karpenter.sh/price-overlay-applied"]).toBe("true");
    const told = cluster.operator.decisions.list().find(({ kind }) => kind === "launch");
    expect(told?.machine).toBe("m5.4xlarge");
    const [held] = await cluster.list(nodeOverlayType);
    expect(held === undefined ? undefined : getCondition(held, "Ready")?.status).toBe("True");
    await cluster.stop();
  });

  test("a buffer holds a machine that nobody uses yet, and says whether it fits", async () => {
    const cluster = await embeddedCluster(withGate("CapacityBuffer"));
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "500m", memory: "256Mi" }));
    expect(await cluster.until(running(cluster, 1), 30)).toBe(true);
    const before = (await cluster.list(nodeType)).length;
    await cluster.kube.create(capacityBufferType, bufferOf("web", 20));
    const conditionOf = async () =>
      (await cluster.list(capacityBufferType))[0]?.status?.conditions?.find(({ type }) => type === "Provisioning");
    expect(await cluster.until(async () => (await cluster.list(nodeType)).length > before, 60)).toBe(true);
    expect(await cluster.until(async () => (await conditionOf())?.status === "True", 120)).toBe(true);
    const after = (await cluster.list(nodeType)).length;
    await cluster.clock.advance(180_000);
    expect([(await conditionOf())?.reason, (await cluster.list(nodeType)).length]).toEqual([
      "FitsExistingCapacity",
      after,
    ]);
    await cluster.stop();
  });

  test("in mode plan overlays and buffers are read, and nothing is written or fails", async () => {
    const gates = { ...defaultFeatureGates, NodeOverlay: true, CapacityBuffer: true, StaticCapacity: true };
    const cluster = await embeddedCluster({ families: ["m5"], options: { featureGates: gates, mode: "plan" } });
    await cluster.kube.create(nodeOverlayType, overlayOf("m5.large"));
    await cluster.kube.create(capacityBufferType, bufferOf("web", 2));
    await cluster.clock.advance(60_000);
    const [overlay] = await cluster.list(nodeOverlayType);
    const [buffer] = await cluster.list(capacityBufferType);
    expect([overlay?.status, buffer?.status]).toEqual([undefined, undefined]);
    const faults = cluster.log.lines.filter(
      ({ level, message }) => level === "error" && /overlay|buffer/i.test(message),
    );
    expect(faults).toEqual([]);
    await cluster.stop();
  });

  test("default constraints spread a workload that declares none", async () => {
    const schedulerConfig = JSON.stringify({
      podTopologySpread: {
        defaultConstraints: [{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" }],
      },
    });
    expect(parseSchedulerConfig(schedulerConfig).ok).toBe(true);
    const cluster = await embeddedCluster({ families: ["m5"], options: { schedulerConfig } });
    await cluster.kube.create(deploymentType, deployment("web", 3, { cpu: "100m", memory: "64Mi" }));
    const claims = async (): Promise<boolean> => (await cluster.list(nodeClaimType)).length === 3;
    expect(await cluster.until(claims, 30)).toBe(true);
    await cluster.stop();
  });
});
