import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool, pod, unschedulable } from "../../../test/controllers/builders.ts";
import {
  type ClusterFixture,
  clusterFixture,
  type FixtureOptions,
  overClient,
} from "../../../test/controllers/cluster-fixture.ts";
import { smallType } from "../../../test/controllers/disruption-fixture.ts";
import { type NodeClaim, type NodePool, nodeClaimType, nodePoolType, type Pod, podType } from "../../api/index.ts";
import { KubeFault } from "../../kube/index.ts";
import { createIds, createSeededRandom } from "../../platform/index.ts";
import { type ClusterModel, createClusterModel } from "../cluster-state/index.ts";
import { createBatcher } from "./batcher.ts";
import { createProvisioning } from "./provisioner.ts";

interface Provisioned {
  readonly fixture: ClusterFixture;
  readonly model: ClusterModel;
  readonly claims: () => Promise<readonly NodeClaim[]>;
  readonly pending: (name: string, change?: Partial<Pod["spec"]>, metadata?: Pod["metadata"]) => Promise<Pod>;
  readonly events: () => readonly string[];
  readonly launched: (name: string) => Promise<void>;
}

const ready = (pool: NodePool): NodePool => pool;

async function provisioned(
  options: FixtureOptions & { readonly pools?: readonly NodePool[]; readonly poolPatienceMilliseconds?: number } = {},
): Promise<Provisioned> {
  const fixture = await clusterFixture(options);
  fixture.provider.instanceTypeList = [smallType];
  for (const pool of options.pools ?? [nodePool("default")]) await readyPool(fixture, ready(pool));
  const model = createClusterModel(fixture);
  const batcher = createBatcher({ clock: fixture.clock, idleMilliseconds: 1_000, maxMilliseconds: 10_000 });
  const ids = createIds(createSeededRandom(3));
  const { poolPatienceMilliseconds = 0 } = options;
  const timing = { batchMaxMilliseconds: 10_000, poolPatienceMilliseconds };
  const provisioning = createProvisioning({ ...fixture, ...timing, ids, model, batcher, act: true });
  await fixture.run(provisioning.loop, provisioning.podTrigger, provisioning.nodeTrigger, model.claimCollector);
  return {
    fixture,
    model,
    claims: async () => (await fixture.kube.list(nodeClaimType)).items,
    pending: async (name, change = {}, metadata = {}) => {
      const created = await fixture.create(podType, pod(name, change, metadata));
      return fixture.patch(podType, created, unschedulable, "status");
    },
    events: () => fixture.published.map(({ reason }) => reason),
    launched: async (name) => {
      const claim = (await fixture.get(nodeClaimType, name))!;
      const amounts = { cpu: "4", memory: "8Gi", pods: "20" };
      const status = { providerID: `fake:///z/${name}`, capacity: amounts, allocatable: amounts };
      await fixture.patch(nodeClaimType, claim, { status }, "status");
      await fixture.advance(0);
    },
  };
}

async function readyPool(fixture: ClusterFixture, pool: NodePool): Promise<void> {
  const created = await fixture.create(nodePoolType, pool);
  const condition = {
    type: "Ready",
    status: "True",
    reason: "Ready",
    message: "",
    lastTransitionTime: "2026-11-02T10:00:00Z",
  };
  await fixture.patch(nodePoolType, created, { status: { conditions: [condition] } }, "status");
}

describe("provisioning loop", () => {
  test("[scheduling A5] a pod that the scheduler cannot place gets a claim, and says which", async () => {
    const cluster = await provisioned();
    await cluster.pending("a");
    await cluster.fixture.advance(2_000);
    const [claim] = await cluster.claims();
    expect(claim?.metadata.labels?.["karpenter.sh/nodepool"]).toBe("default");
    expect(claim?.metadata.ownerReferences?.map(({ kind, name }) => `${kind}/${name}`)).toEqual(["NodePool/default"]);
    const nominated = cluster.fixture.published.find(({ reason }) => reason === "Nominated");
    expect(nominated?.message).toBe(`Pod should schedule on: nodeclaim/${claim?.metadata.name}`);
    const labels = { reason: "provisioned", nodepool: "default", min_values_relaxed: "false" };
    expect(await cluster.fixture.metrics.value("karpenter_nodeclaims_created_total", labels)).toBe(1);
    await cluster.fixture.stop();
  });

  test("waits at its start for pools that are not ready yet: what is ready first may be dear", async () => {
    const cluster = await provisioned({ poolPatienceMilliseconds: 5_000 });
    const late = await cluster.fixture.create(nodePoolType, nodePool("late"));
    await cluster.pending("a");
    await cluster.fixture.advance(3_000);
    expect(await cluster.claims()).toEqual([]);
    const status = { conditions: [{ type: "Ready", status: "True", reason: "Ready", message: "" }] };
    await cluster.fixture.patch(nodePoolType, late, { status }, "status");
    await cluster.fixture.advance(1_000);
    expect((await cluster.claims()).length).toBe(1);
    await cluster.fixture.stop();
  });

  test("waits no longer than a while for pools that never are", async () => {
    const cluster = await provisioned({ poolPatienceMilliseconds: 5_000 });
    await cluster.fixture.create(nodePoolType, nodePool("never"));
    await cluster.pending("a");
    await cluster.fixture.advance(7_000);
    expect((await cluster.claims()).length).toBe(1);
    await cluster.fixture.stop();
  });

  test("a batch of pods is planned at once", async () => {
    const cluster = await provisioned();
    for (const name of ["a", "b", "c"]) await cluster.pending(name);
    await cluster.fixture.advance(2_000);
    expect((await cluster.claims()).length).toBe(1);
    await cluster.fixture.stop();
  });

  test("[scheduling A6] a gated pod is left alone", async () => {
    const cluster = await provisioned();
    const created = await cluster.fixture.create(podType, pod("a"));
    const condition = { ...unschedulable.status.conditions[0], reason: "SchedulingGated" };
    await cluster.fixture.patch(podType, created, { status: { conditions: [condition] } }, "status");
    await cluster.fixture.advance(15_000);
    expect(await cluster.claims()).toEqual([]);
    await cluster.fixture.stop();
  });

  test("[scheduling A7] a pod that is promised a node is left alone", async () => {
    const cluster = await provisioned();
    const created = await cluster.fixture.create(podType, pod("a"));
    await cluster.fixture.patch(
      podType,
      created,
      { status: { ...unschedulable.status, nominatedNodeName: "n" } },
      "status",
    );
    await cluster.fixture.advance(15_000);
    expect(await cluster.claims()).toEqual([]);
    await cluster.fixture.stop();
  });

  test.each([
    ["DaemonSet", { apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "1" }],
    ["Node", { apiVersion: "v1", kind: "Node", name: "n", uid: "2" }],
  ])("[scheduling A8] a pod of a %s is left alone", async (_kind, owner) => {
    const cluster = await provisioned();
    await cluster.pending("a", {}, { ownerReferences: [owner] });
    await cluster.fixture.advance(15_000);
    expect(await cluster.claims()).toEqual([]);
    await cluster.fixture.stop();
  });

  test("[scheduling A9] a pool that is being deleted gives nothing", async () => {
    const held = { ...nodePool("default"), metadata: { name: "default", finalizers: ["example.com/hold"] } };
    const cluster = await provisioned({ pools: [held] });
    await cluster.fixture.kube.delete(nodePoolType, { name: "default" });
    await cluster.pending("a");
    await cluster.fixture.advance(15_000);
    expect(await cluster.claims()).toEqual([]);
    await cluster.fixture.stop();
  });

  test("[scheduling A10] a pool that is not ready gives nothing", async () => {
    const cluster = await provisioned({ pools: [] });
    await cluster.fixture.create(nodePoolType, nodePool("default"));
    await cluster.pending("a");
    await cluster.fixture.advance(15_000);
    expect(await cluster.claims()).toEqual([]);
    await cluster.fixture.stop();
  });

  test("[scheduling A11] without any pool: decided, and no event", async () => {
    const cluster = await provisioned({ pools: [] });
    await cluster.pending("a");
    await cluster.fixture.advance(15_000);
    expect(cluster.events()).toEqual([]);
    expect(cluster.fixture.decided[0]).toMatchObject({ kind: "unplaced", reason: "no dynamic nodepools found" });
    await cluster.fixture.stop();
  });

  test("[scheduling A12] a static pool gives nothing; a dynamic one beside it gives the claim", async () => {
    const cluster = await provisioned({ pools: [nodePool("static", { replicas: 1 })] });
    await cluster.pending("a");
    await cluster.fixture.advance(15_000);
    expect(await cluster.claims()).toEqual([]);
    await readyPool(cluster.fixture, nodePool("dynamic"));
    await cluster.fixture.advance(15_000);
    expect((await cluster.claims()).map(({ metadata }) => metadata.labels?.["karpenter.sh/nodepool"])).toEqual([
      "dynamic",
    ]);
    await cluster.fixture.stop();
  });

  test("[scheduling A13] a pod that wants no node of a pool is left alone, without an event", async () => {
    const cluster = await provisioned();
    const nodeSelectorTerms = [
      { matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" as const }] },
    ];
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
    await cluster.pending("a", { affinity });
    await cluster.fixture.advance(15_000);
    expect(await cluster.claims()).toEqual([]);
    expect(cluster.events()).toEqual([]);
    await cluster.fixture.stop();
  });

  test.each([
    ["A14", "kubernetes.io/hostname"],
    ["A15", "karpenter.sh/unknown"],
  ])("[scheduling %s] a pod that selects by %s is refused with an event", async (_scenario, key) => {
    const cluster = await provisioned();
    await cluster.pending("a", { nodeSelector: { [key]: "x" } });
    await cluster.fixture.advance(3_000);
    expect(await cluster.claims()).toEqual([]);
    expect(cluster.events()).toEqual(["FailedScheduling"]);
    await cluster.fixture.stop();
  });

  test("a pool whose requirements leave no type says so", async () => {
    const requirements = [{ key: "node.kubernetes.io/instance-type", operator: "In" as const, values: ["huge"] }];
    const template = { spec: { ...nodePool("default").spec.template.spec, requirements } };
    const cluster = await provisioned({ pools: [nodePool("default", { template })] });
    await cluster.pending("a");
    await cluster.fixture.advance(2_000);
    const event = cluster.fixture.published.find(({ reason }) => reason === "NoCompatibleInstanceTypes");
    expect([event?.object.kind, event?.message]).toEqual([
      "NodePool",
      "NodePool requirements filtered out all compatible available instance types",
    ]);
    await cluster.fixture.stop();
  });

  test("[scheduling P209] five pods that fit and ten that do not: the gauge says ten", async () => {
    const cluster = await provisioned();
    for (let index = 0; index < 15; index += 1) {
      const nodeSelector = index < 5 ? {} : { "topology.kubernetes.io/zone": "nowhere" };
      await cluster.pending(`p-${index}`, { nodeSelector, containers: [{ name: "app", image: "app:1" }] });
    }
    await cluster.fixture.advance(3_000);
    const gauge = "karpenter_scheduler_unschedulable_pods_count";
    expect(await cluster.fixture.metrics.value(gauge, { controller: "provisioner" })).toBe(10);
    const duration = "karpenter_scheduler_scheduling_duration_seconds_count";
    expect(await cluster.fixture.metrics.value(duration, { controller: "provisioner" })).toBe(1);
    await cluster.fixture.stop();
  });
});

describe("what was created a moment ago", () => {
  test("[scheduling P211] no pass runs while a launch is open, and the pods that came meanwhile are not forgotten", async () => {
    const cluster = await provisioned();
    await cluster.pending("a");
    await cluster.fixture.advance(2_000);
    expect(cluster.model.isSynced()).toBe(false);
    await cluster.pending("b", {
      containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "3500m" } } }],
    });
    await cluster.fixture.advance(5_000);
    const [first] = await cluster.claims();
    expect((await cluster.claims()).length).toBe(1);
    await cluster.launched(first?.metadata.name ?? "");
    await cluster.fixture.advance(2_000);
    expect((await cluster.claims()).length).toBe(2);
    await cluster.fixture.stop();
  });

  test("a pod that has its claim gets no second one, however often it is asked for", async () => {
    const cluster = await provisioned();
    await cluster.pending("a");
    await cluster.fixture.advance(2_000);
    const [claim] = await cluster.claims();
    await cluster.launched(claim?.metadata.name ?? "");
    await cluster.fixture.advance(60_000);
    expect((await cluster.claims()).length).toBe(1);
    await cluster.fixture.stop();
  });

  test("a claim that vanished before the watch showed it does not stop provisioning for ever", async () => {
    const cluster = await provisioned();
    cluster.model.insertClaim({ ...nodeClaim("ghost"), metadata: { name: "ghost", uid: "u", resourceVersion: "1" } });
    await cluster.pending("a");
    await cluster.fixture.advance(10_000);
    expect(await cluster.claims()).toEqual([]);
    await cluster.fixture.advance(10_000);
    expect((await cluster.claims()).length).toBe(1);
    await cluster.fixture.stop();
  });
});

describe("creation", () => {
  test("a pool over its limit creates nothing, and says by how much", async () => {
    const cluster = await provisioned({ pools: [nodePool("default", { limits: { cpu: "3" } })] });
    // The pool holds 4 CPUs already; the solver would not plan this, another writer might have.
    await cluster.fixture.create(nodeClaimType, nodeClaim("held"));
    await cluster.launched("held");
    const wholeNode = { containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "4" } } }] };
    await cluster.pending("a", wholeNode);
    await cluster.pending("b", wholeNode);
    await cluster.fixture.advance(15_000);
    expect((await cluster.claims()).length).toBe(1);
    expect(cluster.events()).toContain("FailedScheduling");
    await cluster.fixture.stop();
  });

  test("a create that fails is tried with the next batch", async () => {
    let failures = 1;
    const cluster = await provisioned({
      decorate: (kube) =>
        overClient(kube, {
          create: (type, object, options) => {
            if (type.kind !== "NodeClaim" || failures === 0) return kube.create(type, object, options);
            failures -= 1;
            return Promise.reject(new KubeFault("InternalError", "boom", { code: 500 }));
          },
        }),
    });
    await cluster.pending("a");
    await cluster.fixture.advance(2_000);
    expect(await cluster.claims()).toEqual([]);
    await cluster.fixture.advance(15_000);
    expect((await cluster.claims()).length).toBe(1);
    await cluster.fixture.stop();
  });

  test("[scheduling A18] the claim carries the hash of the pool as it was planned with", async () => {
    const cluster = await provisioned();
    await cluster.pending("a");
    await cluster.fixture.advance(2_000);
    const [claim] = await cluster.claims();
    expect(claim?.metadata.annotations?.["karpenter.sh/nodepool-hash-version"]).toBe("v3");
    expect(claim?.metadata.annotations?.["karpenter.sh/nodepool-hash"]).toMatch(/^\d+$/);
    await cluster.fixture.stop();
  });
});
