import { describe, expect, test } from "vitest";
import { clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import {
  type CapacityBuffer,
  capacityBufferType,
  type Condition,
  customResourceDefinitions,
  customResourceDefinitionType,
  type Deployment,
  deploymentType,
  type PodTemplate,
  podTemplateType,
} from "../../api/index.ts";
import type { ProvisioningPlan } from "../../core/index.ts";
import { createInformerSet } from "../../kube/index.ts";
import { createSeededRandom } from "../../platform/index.ts";
import { createBufferPods } from "./buffer-pods.ts";
import { createCapacityBuffer, reportBuffers } from "./capacity-buffer.ts";

const template = { spec: { containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "1" } } }] } };
const podTemplate: PodTemplate = {
  apiVersion: "v1",
  kind: "PodTemplate",
  metadata: { name: "chunk", namespace: "default" },
  template,
};
const deployment: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 10,
    selector: { matchLabels: { app: "web" } },
    template: { ...template, metadata: { labels: { app: "web" } } },
  },
};
const buffer = (spec: CapacityBuffer["spec"]): CapacityBuffer => ({
  apiVersion: "autoscaling.x-k8s.io/v1beta1",
  kind: "CapacityBuffer",
  metadata: { name: "spare", namespace: "default" },
  ...(spec === undefined ? {} : { spec }),
});

async function buffered(spec: CapacityBuffer["spec"]) {
  const fixture = await clusterFixture();
  for (const crd of customResourceDefinitions.filter(({ spec }) => spec.names.kind === "CapacityBuffer"))
    await fixture.create(customResourceDefinitionType, crd);
  await fixture.create(podTemplateType, podTemplate);
  await fixture.create(deploymentType, deployment);
  await fixture.create(capacityBufferType, buffer(spec));
  const stopping = new AbortController();
  const informers = createInformerSet({ ...fixture, client: fixture.kube, random: createSeededRandom(1) });
  const buffers = informers.informer({ type: capacityBufferType });
  const pods = createBufferPods();
  const triggered: string[] = [];
  const running = informers.run(stopping.signal);
  await fixture.advance(0);
  await fixture.run(
    createCapacityBuffer({ ...fixture, act: true, buffers, pods, trigger: (uid) => void triggered.push(uid) }),
  );
  await fixture.advance(1_000);
  const status = async () => (await fixture.get(capacityBufferType, "spare"))?.status;
  const conditionOf = async (type: string): Promise<Condition | undefined> =>
    (await status())?.conditions?.find((condition) => condition.type === type);
  return {
    fixture,
    buffers,
    pods,
    triggered,
    status,
    conditionOf,
    stop: async () => {
      stopping.abort();
      await fixture.stop();
      await running;
    },
  };
}

describe("a buffer", () => {
  test("[scheduling O206] of a pod template holds its replicas, says so, and asks for a pass every half minute", async () => {
    const cluster = await buffered({ podTemplateRef: { name: "chunk" }, replicas: 3 });
    const asked = cluster.triggered.length;
    await cluster.fixture.advance(30_000);
    expect([cluster.pods.pods().length, asked > 0, cluster.triggered.length > asked]).toEqual([3, true, true]);
    expect(await cluster.status()).toMatchObject({ replicas: 3, podTemplateRef: { name: "chunk" } });
    expect(await cluster.conditionOf("ReadyForProvisioning")).toMatchObject({
      status: "True",
      reason: "Resolved",
      message: "Pod template resolved successfully",
    });
    await cluster.stop();
  });

  test("of a workload holds a share of its replicas", async () => {
    const scalableRef = { apiGroup: "apps", kind: "Deployment", name: "web" };
    const cluster = await buffered({ scalableRef, percentage: 25 });
    expect(cluster.pods.pods().map(({ metadata }) => metadata.labels)).toEqual(
      Array.from({ length: 3 }, () => ({ app: "web" })),
    );
    await cluster.stop();
  });

  test.each([
    ["PodTemplateNotFound", { podTemplateRef: { name: "gone" }, replicas: 1 }],
    ["ScalableRefNotFound", { scalableRef: { kind: "Deployment", name: "gone" }, replicas: 1 }],
  ])("that refers to nothing says %s, and holds nothing", async (reason, spec) => {
    const cluster = await buffered(spec);
    expect([(await cluster.conditionOf("ReadyForProvisioning"))?.reason, cluster.pods.pods()]).toEqual([reason, []]);
    expect(cluster.triggered).toEqual([]);
    await cluster.stop();
  });

  test("[scheduling O206] tells after a pass whether its chunks fit, and which nodes hold them", async () => {
    const cluster = await buffered({ podTemplateRef: { name: "chunk" }, replicas: 2 });
    const plan = {
      claims: [],
      unplaced: [],
      nominations: cluster.pods.pods().map((pod) => ({ pod, node: "there" })),
    } as unknown as ProvisioningPlan;
    cluster.pods.placed(plan);
    await reportBuffers(
      { ...cluster.fixture, buffers: cluster.buffers },
      cluster.pods.demands(),
      plan,
      new AbortController().signal,
    );
    expect(await cluster.conditionOf("Provisioning")).toMatchObject({ status: "True", reason: "FitsExistingCapacity" });
    expect([...cluster.pods.nodes()]).toEqual(["there"]);
    await cluster.stop();
  });

  test("that goes is held no longer, and lets go of its nodes before the next plan", async () => {
    const cluster = await buffered({ podTemplateRef: { name: "chunk" }, replicas: 2 });
    const nominations = cluster.pods.pods().map((pod) => ({ pod, node: "there" }));
    cluster.pods.placed({ claims: [], unplaced: [], nominations } as unknown as ProvisioningPlan);
    await cluster.fixture.kube.delete(capacityBufferType, { name: "spare", namespace: "default" });
    await cluster.fixture.advance(1_000);
    expect([cluster.pods.pods(), [...cluster.pods.nodes()]]).toEqual([[], []]);
    await cluster.stop();
  });
});
