import { describe, expect, it } from "vitest";
import {
  customResourceDefinitions,
  customResourceDefinitionType,
  type KWOKNodeClass,
  kwokNodeClassType,
  labels,
  type Node,
  type NodeClaim,
  nodeClaimType,
  type NodePool,
  nodeType,
  taints,
} from "../api/index.ts";
import { claimViewOf, type InstanceType, poolViewOf } from "../core/index.ts";
import { createController, createInformerSet, type KubeClient } from "../kube/index.ts";
import { createApiServer } from "../local/index.ts";
import {
  createIds,
  createManualClock,
  createMetricsRegistry,
  createRecordingLogger,
  createSeededRandom,
  type ManualClock,
} from "../platform/index.ts";
import { providerConformance } from "../provider/conformance/index.ts";
import { createKwokProvider, genericInstanceTypes, type KwokProvider } from "./index.ts";

const nodeClassRef = { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" };

const pool: NodePool = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "default" },
  spec: { template: { spec: { nodeClassRef, requirements: [] } } },
};

const nodeClass = (spec: KWOKNodeClass["spec"]): KWOKNodeClass => ({
  apiVersion: "karpenter.kwok.sh/v1alpha1",
  kind: "KWOKNodeClass",
  metadata: { name: "default" },
  spec: spec ?? {},
});

interface World {
  readonly clock: ManualClock;
  readonly kube: KubeClient;
  readonly close: () => Promise<void>;
  /** A process of the provider, with its caches and its queue running. */
  start(types?: () => readonly InstanceType[]): Promise<KwokProvider & { readonly stop: () => void }>;
  nodes(): Promise<readonly Node[]>;
}

async function makeWorld(spec: KWOKNodeClass["spec"] = {}): Promise<World> {
  const clock = createManualClock({ start: Date.parse("2026-11-02T10:00:00Z") });
  const random = createSeededRandom(1);
  const ids = createIds(random);
  const server = createApiServer({ clock, ids });
  const kube = server.client();
  for (const crd of customResourceDefinitions) await kube.create(customResourceDefinitionType, crd);
  await kube.create(kwokNodeClassType, nodeClass(spec));
  const base = { clock, random, log: createRecordingLogger() };
  const all = new AbortController();
  return {
    clock,
    kube,
    close: async () => {
      all.abort(new Error("test over"));
      await clock.advance(1_000);
      await server.close();
    },
    nodes: async () => (await kube.list(nodeType)).items,
    start: async (types) => {
      const own = new AbortController();
      const signal = AbortSignal.any([all.signal, own.signal]);
      const runtime = { ...base, metrics: createMetricsRegistry() };
      const informers = createInformerSet({ client: kube, ...runtime });
      const generic = genericInstanceTypes();
      const kwok = createKwokProvider({
        kube,
        ids: createIds(createSeededRandom("names")),
        ...base,
        instanceTypes: types ?? (() => generic),
        nodeClasses: informers.informer({ type: kwokNodeClassType }),
        nodeClaims: informers.informer({ type: nodeClaimType }),
      });
      for (const reconciler of kwok.reconcilers) {
        const queue = createController(runtime, {
          name: reconciler.name,
          reconcile: (key, stop) => reconciler.reconcile(key, stop),
        });
        reconciler.watch(queue);
        void queue.run(signal);
      }
      void informers.run(signal);
      await clock.advance(1_000);
      return { ...kwok, stop: () => own.abort(new Error("killed")) };
    },
  };
}

providerConformance({
  name: "the KWOK provider on an API server",
  makeProvider: async () => {
    const world = await makeWorld();
    let types = genericInstanceTypes();
    const { cloudProvider } = await world.start(() => types);
    return {
      provider: cloudProvider,
      collector: cloudProvider,
      pool: poolViewOf(pool),
      run: (call) => call,
      settle: () => world.clock.advance(1),
      exhaust: () => {
        types = types.map((type) => ({ ...type, offerings: [] }));
      },
      close: world.close,
    };
  },
});

const { signal } = new AbortController();

const claimOf = (change: Partial<NodeClaim["spec"]> = {}): NodeClaim => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodeClaim",
  metadata: { name: "default-1", labels: { [labels.nodePool]: "default", team: "a" } },
  spec: {
    nodeClassRef,
    requirements: [
      { key: labels.capacityType, operator: "In", values: ["on-demand"] },
      { key: "karpenter.kwok.sh/instance-size", operator: "Lt", values: ["32"] },
    ],
    resources: { requests: { cpu: "3", memory: "1Gi", pods: "10" } },
    taints: [{ key: "team", value: "a", effect: "NoSchedule" }],
    ...change,
  },
});

/** Launches and writes down what was launched, as the controllers do. */
async function launch({ kube }: World, { cloudProvider }: KwokProvider): Promise<NodeClaim> {
  const created = await kube.create(nodeClaimType, claimOf());
  const outcome = await cloudProvider.create(claimViewOf(created), { signal });
  if (!outcome.ok) throw new Error(outcome.failure.message);
  const { providerId: providerID, capacity, allocatable } = outcome.value;
  await kube.patch(
    nodeClaimType,
    { name: "default-1" },
    { type: "merge", body: { metadata: { labels: outcome.value.labels } } },
  );
  const lastTransitionTime = "2026-11-02T10:00:01Z";
  const conditions = [{ type: "Launched", status: "True", reason: "Launched", message: "", lastTransitionTime }];
  return kube.patch(
    nodeClaimType,
    { name: "default-1" },
    { type: "merge", subresource: "status", body: { status: { providerID, capacity, allocatable, conditions } } },
  );
}

it("makes a class ready that does not say so", async () => {
  const world = await makeWorld();
  await world.start();
  const { status } = await world.kube.get(kwokNodeClassType, { name: "default" });
  expect(status?.conditions).toMatchObject([{ type: "Ready", status: "True" }]);
  await world.close();
});

describe("a node of the KWOK provider", () => {
  it("is of the cheapest type with room, in the first zone of equal price, and waits for registration", async () => {
    const world = await makeWorld();
    const claim = await launch(world, await world.start());
    const [node] = await world.nodes();
    const name = node?.metadata.name ?? "";
    expect(node).toMatchObject({
      metadata: {
        annotations: { "kwok.x-k8s.io/node": "fake" },
        labels: {
          [labels.instanceType]: "c-4x-amd64-linux",
          [labels.zone]: "test-zone-a",
          [labels.capacityType]: "on-demand",
          [labels.arch]: "amd64",
          [labels.os]: "linux",
          [labels.hostname]: name,
          [labels.nodePool]: "default",
          team: "a",
          "karpenter.kwok.sh/kwoknodeclass": "default",
          "karpenter.kwok.sh/instance-family": "c",
          "karpenter.kwok.sh/instance-size": "4",
          "karpenter.kwok.sh/instance-cpu": "4",
          "karpenter.kwok.sh/instance-memory": "8192",
          "kwok.x-k8s.io/node": "fake",
          "eks-node-viewer/instance-price": "0.108589934592",
        },
      },
      spec: {
        providerID: `kwok://${name}`,
        taints: expect.arrayContaining([{ key: "team", value: "a", effect: "NoSchedule" }, taints.unregistered]),
      },
      status: { capacity: { cpu: "4", pods: "64" }, allocatable: { cpu: "3900m" } },
    });
    expect(claim.status?.providerID).toBe(`kwok://${name}`);
    await world.close();
  });

  it("comes after the delay of its class, and is an instance before that", async () => {
    const world = await makeWorld({ nodeRegistrationDelay: "30s" });
    const kwok = await world.start();
    await launch(world, kwok);
    await world.clock.advance(29_000);
    const early = await world.nodes();
    const listed = await kwok.cloudProvider.list({ signal });
    await world.clock.advance(2_000);
    expect([early.length, listed.length, (await world.nodes()).length]).toEqual([0, 1, 1]);
    expect(await kwok.cloudProvider.list({ signal })).toMatchObject([{ instanceType: "c-4x-amd64-linux" }]);
    await world.close();
  });

  it("comes when it is due although the process that launched it has gone", async () => {
    const world = await makeWorld({ nodeRegistrationDelay: "30s" });
    const first = await world.start();
    const claim = await launch(world, first);
    first.stop();
    const second = await world.start();
    await world.clock.advance(20_000);
    const early = await world.nodes();
    const known = await second.cloudProvider.get(claim.status?.providerID ?? "", { signal });
    await world.clock.advance(20_000);
    const [node, ...others] = await world.nodes();
    expect([early.length, known.ok, others.length]).toEqual([0, true, 0]);
    expect(node?.spec.providerID).toBe(claim.status?.providerID);
    expect(node?.metadata.labels).toMatchObject({ [labels.instanceType]: "c-4x-amd64-linux", team: "a" });
    expect(node?.status?.capacity).toMatchObject({ cpu: "4", memory: "8Gi" });
    await world.close();
  });

  it("never comes when its claim is ended while it is awaited", async () => {
    const world = await makeWorld({ nodeRegistrationDelay: "30s" });
    const { cloudProvider } = await world.start();
    const view = claimViewOf(await launch(world, { cloudProvider, reconcilers: [] }));
    const outcomes = [await cloudProvider.delete(view, { signal }), await cloudProvider.delete(view, { signal })].map(
      ({ ok }) => ok,
    );
    await world.clock.advance(60_000);
    expect([outcomes, await world.nodes()]).toEqual([[true, false], []]);
    await world.close();
  });

  it("is not made again after somebody deleted it before it registered", async () => {
    const world = await makeWorld();
    await launch(world, await world.start());
    const [node] = await world.nodes();
    await world.kube.delete(nodeType, { name: node?.metadata.name ?? "" });
    await world.clock.advance(60_000);
    expect(await world.nodes()).toEqual([]);
    await world.close();
  });

  it("has no machine left to end once it is being deleted, whatever finalizer holds it", async () => {
    const world = await makeWorld();
    const { cloudProvider } = await world.start();
    const view = claimViewOf(await launch(world, { cloudProvider, reconcilers: [] }));
    const name = (await world.nodes())[0]?.metadata.name ?? "";
    const body = { metadata: { finalizers: ["karpenter.sh/termination"] } };
    await world.kube.patch(nodeType, { name }, { type: "merge", body });
    await world.kube.delete(nodeType, { name });
    const listed = await cloudProvider.list({ signal });
    const ended = await cloudProvider.delete(view, { signal });
    expect([listed.map(({ terminating }) => terminating), ended.ok]).toEqual([[true], false]);
    await world.close();
  });

  it("has a name of its own although names repeat after a restart", async () => {
    const world = await makeWorld();
    const ids: string[] = [];
    for (let process = 0; process < 2; process += 1) {
      const { cloudProvider, stop } = await world.start();
      const outcome = await cloudProvider.create(claimViewOf(claimOf()), { signal });
      ids.push(outcome.ok ? outcome.value.providerId : outcome.failure.message);
      stop();
    }
    expect(new Set(ids).size).toBe(2);
    expect(await world.nodes()).toHaveLength(2);
    await world.close();
  });

  it("is told from fake nodes of other makers, which are never ended", async () => {
    const world = await makeWorld();
    const { cloudProvider } = await world.start();
    const metadata = { name: "other", labels: { "kwok.x-k8s.io/node": "fake" } };
    await world.kube.create(nodeType, {
      apiVersion: "v1",
      kind: "Node",
      metadata,
      spec: { providerID: "kwok://other" },
    });
    const found = await cloudProvider.get("kwok://other", { signal });
    expect([await cloudProvider.list({ signal }), found.ok]).toEqual([[], false]);
    await world.close();
  });
});
