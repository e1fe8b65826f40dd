import { expect, it } from "vitest";
import {
  customResourceDefinitions,
  customResourceDefinitionType,
  deploymentType,
  type KWOKNodeClass,
  kwokNodeClassType,
  type NodePool,
  nodePoolType,
  nodeType,
  podType,
} from "../api/index.ts";
import { createApiServer, startStandIns } from "../local/index.ts";
import {
  createIds,
  createManualClock,
  createMetricsRegistry,
  createRecordingLogger,
  createSeededRandom,
} from "../platform/index.ts";
import { deployment } from "../../test/controllers/embedded-cluster.ts";
import { createOperator, defaultOptions, kwokProvider } from "./index.ts";

const nodeClass: KWOKNodeClass = {
  apiVersion: "karpenter.kwok.sh/v1alpha1",
  kind: "KWOKNodeClass",
  metadata: { name: "default" },
  spec: { nodeRegistrationDelay: "5s" },
};

const pool: NodePool = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "default" },
  spec: {
    disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "30s", budgets: [{ nodes: "100%" }] },
    template: {
      spec: {
        nodeClassRef: { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" },
        requirements: [
          { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
          { key: "karpenter.kwok.sh/instance-size", operator: "Lt", values: ["32"] },
        ],
      },
    },
  },
};

async function startCluster() {
  const clock = createManualClock({ start: Date.parse("2026-11-02T10:00:00Z") });
  const random = createSeededRandom(1);
  const base = { clock, random, ids: createIds(random), log: createRecordingLogger() };
  const server = createApiServer(base);
  const kube = server.client();
  for (const crd of customResourceDefinitions) await kube.create(customResourceDefinitionType, crd);
  await kube.create(kwokNodeClassType, nodeClass);
  await kube.create(nodePoolType, pool);
  const stopping = new AbortController();
  const machines = { list: () => [], subscribe: () => () => undefined };
  const adopts = ({ metadata }: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } }) =>
    metadata.annotations?.["kwok.x-k8s.io/node"] === "fake";
  const kubelets = { machines, adopts };
  const standIns = startStandIns({ kube, ...base, metrics: createMetricsRegistry(), kubelets }, stopping.signal);
  const metrics = createMetricsRegistry();
  const operator = createOperator({ kube, ...base, metrics, provider: kwokProvider(), options: defaultOptions });
  const ended = operator.run(stopping.signal);
  const until = async (holds: () => Promise<boolean>, seconds: number): Promise<boolean> => {
    for (let second = 0; second < seconds && !(await holds()); second += 1) await clock.advance(1_000);
    return holds();
  };
  const stop = async (): Promise<void> => {
    stopping.abort(new Error("test over"));
    await clock.advance(40_000);
    await Promise.allSettled([ended, standIns.done]);
    await server.close();
  };
  return { kube, until, stop };
}

it("runs pods on nodes without machines, and takes the nodes away when they are empty", async () => {
  const { kube, until, stop } = await startCluster();
  await kube.create(deploymentType, deployment("web", 20, { cpu: "900m", memory: "1Gi" }));
  const running = async (): Promise<number> =>
    (await kube.list(podType)).items.filter(({ status }) => status?.phase === "Running").length;
  const nodes = async () => (await kube.list(nodeType)).items;

  expect(await until(async () => (await running()) === 20, 60)).toBe(true);
  const played = await nodes();
  expect(played.length).toBeGreaterThan(0);
  for (const { metadata, spec } of played) {
    expect(spec.providerID).toBe(`kwok://${metadata.name}`);
    expect(metadata.labels).toMatchObject({ "karpenter.sh/registered": "true", "karpenter.sh/initialized": "true" });
    expect(Number(metadata.labels?.["karpenter.kwok.sh/instance-size"])).toBeLessThan(32);
  }

  await kube.patch(
    deploymentType,
    { name: "web", namespace: "default" },
    { type: "merge", body: { spec: { replicas: 0 } } },
  );
  expect(await until(async () => (await nodes()).length === 0, 180)).toBe(true);
  await stop();
});
