/** What people, other controllers and clouds do to nodes and claims (issue: "Bad input"). */
import { describe, expect, test } from "vitest";
import { node, nodeClaim, nodePool, pod, readyStatus } from "../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture, type FixtureOptions } from "../../test/controllers/cluster-fixture.ts";
import { disruptionFixture, initializedNode, smallType } from "../../test/controllers/disruption-fixture.ts";
import {
  getCondition,
  type NodeClaim,
  nodeClaimType,
  nodePoolType,
  nodeType,
  podDisruptionBudgetType,
  podType,
} from "../api/index.ts";
import { createClusterModel } from "./cluster-state/index.ts";
import { createExpiration } from "./expiration/index.ts";
import { createClaimCollection, createInstanceCollection } from "./garbage-collection/index.ts";
import { createClaimDisruptionConditions } from "./nodeclaim-disruption/index.ts";
import { createLaunchCache, createNodeClaimLifecycle } from "./nodeclaim-lifecycle/index.ts";
import { createEvictionQueue, createNodeTermination } from "./node-termination/index.ts";
import { isReschedulable } from "../core/index.ts";

const seconds = 1_000;
const hours = 3_600_000;
const ours = "karpenter.sh/termination";
const timestampKey = "karpenter.sh/nodeclaim-termination-timestamp";

/** Everything that carries a machine from its launch to its end. */
async function life(options: FixtureOptions = {}): Promise<ClusterFixture> {
  const fixture = await clusterFixture(options);
  const evictions = createEvictionQueue(fixture);
  const launches = createLaunchCache(fixture.clock);
  const outcomes = { recordSuccess: async () => undefined, recordFailure: async () => undefined };
  const isLaunching = (id: string): boolean => launches.owns(id);
  await fixture.run(
    createNodeClaimLifecycle({ ...fixture, outcomes, launches }),
    createNodeTermination({ ...fixture, evictions }),
    evictions.reconciler,
    createClaimCollection(fixture),
    createInstanceCollection({ ...fixture, collector: fixture.provider, isLaunching }),
    createExpiration({ ...fixture, isReschedulable }),
  );
  return fixture;
}

const claimOf = async (fixture: ClusterFixture, name = "a"): Promise<NodeClaim> =>
  (await fixture.get(nodeClaimType, name))!;
const machineOf = async (fixture: ClusterFixture, name = "a"): Promise<string> =>
  (await claimOf(fixture, name)).status?.providerID ?? "";

/** A claim of this name, launched by the controller, whose Node `node-NAME` joined and is ready. */
async function running(fixture: ClusterFixture, name = "a", claim: NodeClaim = nodeClaim(name)): Promise<void> {
  const labels = { "karpenter.test.sh/testnodeclass": "default", ...claim.metadata.labels };
  await fixture.create(nodeClaimType, { ...claim, metadata: { ...claim.metadata, labels } });
  await fixture.advance(2 * seconds);
  const joining = await fixture.create(nodeType, node(`node-${name}`, await machineOf(fixture, name)));
  await fixture.patch(nodeType, joining, readyStatus, "status");
  await fixture.advance(2 * seconds);
}

const names = async (
  fixture: ClusterFixture,
  type: typeof nodeType | typeof nodeClaimType,
): Promise<readonly string[]> =>
  (
    await fixture.kube.list<{
      readonly apiVersion: string;
      readonly kind: string;
      readonly metadata: { readonly name?: string };
    }>(type)
  ).items.map(({ metadata }) => metadata.name ?? "");
const told = (fixture: ClusterFixture, reason: string): readonly string[] => [
  ...new Set(
    fixture.published
      .filter((event) => event.reason === reason)
      .map(({ object, message }) => `${object.kind} ${object.metadata.name}: ${message}`),
  ),
];
const bound = (name: string, nodeName: string, change: object = {}) =>
  pod(name, { nodeName, terminationGracePeriodSeconds: 0, ...change }, { labels: { app: name } });

describe("budgets of a pool", () => {
  test("one whose schedule never can be: the pool says so and keeps its nodes, and other pools go on", async () => {
    const budgets = [{ nodes: "100%", schedule: "61 25 * * *", duration: "1h" }];
    const bad = nodePool("bad", { disruption: { consolidateAfter: "0s", budgets } });
    const { fixture, claimNames } = await disruptionFixture({
      pools: [bad, nodePool("good")],
      nodes: [
        ["stays", { pool: "bad" }],
        ["goes", { pool: "good" }],
      ],
    });
    await fixture.advance(60 * seconds);
    expect(await claimNames()).toEqual(["stays"]);
    const blocked = fixture.published.filter(
      ({ object, reason }) => object.kind === "NodePool" && reason === "DisruptionBlocked",
    );
    expect(blocked.map(({ object }) => object.metadata.name)).toContain("bad");
    expect(blocked[0]?.message).toContain('schedule "61 25 * * *"');
    await fixture.stop();
  });
});

describe("pods that do not go", () => {
  test("behind a budget that never allows it: the node waits and names it, another node ends", async () => {
    const fixture = await life();
    for (const name of ["a", "b"]) {
      await running(fixture, name);
      const created = await fixture.create(podType, bound(name, `node-${name}`));
      const ready = { type: "Ready", status: "True", lastTransitionTime: "2026-11-02T10:00:00Z" };
      await fixture.patch(podType, created, { status: { phase: "Running", conditions: [ready] } }, "status");
    }
    await fixture.create(podDisruptionBudgetType, {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "never", namespace: "default" },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: "a" } } },
    });
    for (const name of ["a", "b"]) await fixture.kube.delete(nodeClaimType, { name });
    await fixture.advance(1 * hours);
    expect(await names(fixture, nodeClaimType)).toEqual(["a"]);
    expect(told(fixture, "FailedDraining").join("\n")).toMatch(/Node node-a: .*default\/a.*budget/i);
    expect((await fixture.get(podType, "a", "default"))?.metadata.deletionTimestamp).toBeUndefined();
    await fixture.stop();
  });

  const patient = (name: string) => bound(name, "node-a", { terminationGracePeriodSeconds: 365 * 24 * 3600 });

  test("with a year of grace: the drain says until when it waits", async () => {
    const fixture = await life();
    await running(fixture);
    await fixture.create(podType, patient("slow"));
    await fixture.kube.delete(nodeClaimType, { name: "a" });
    await fixture.advance(10 * 60 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual(["a"]);
    expect(told(fixture, "FailedDraining").at(-1)).toContain("default/slow (terminating, until 2027-11-02T10:00:");
    await fixture.stop();
  });

  test("with a year of grace under a grace period of the node: the period rules", async () => {
    const fixture = await life();
    await running(fixture, "a", nodeClaim("a", { terminationGracePeriod: "5m" }));
    await fixture.create(podType, patient("slow"));
    await fixture.kube.delete(nodeClaimType, { name: "a" });
    await fixture.advance(4 * 60 * seconds);
    const { deletionTimestamp = "" } = (await fixture.get(podType, "slow", "default"))!.metadata;
    expect(Date.parse(deletionTimestamp)).toBeLessThanOrEqual(Date.parse("2026-11-02T10:05:10Z"));
    await fixture.advance(3 * 60 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual([]);
    expect(fixture.provider.instances.size).toBe(0);
    await fixture.stop();
  });
});

describe("finalizers of others that never go", () => {
  test("on a Node: its machine ends, its claim waits and names them, other claims end", async () => {
    const fixture = await life();
    for (const name of ["a", "b"]) await running(fixture, name);
    const held = (await fixture.get(nodeType, "node-a"))!;
    await fixture.patch(nodeType, held, { metadata: { finalizers: [ours, "example.com/hold"] } });
    for (const name of ["a", "b"]) await fixture.kube.delete(nodeClaimType, { name });
    await fixture.advance(120 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual(["a"]);
    expect(fixture.provider.instances.size).toBe(0);
    expect(told(fixture, "AwaitingFinalizers")).toEqual([
      "NodeClaim a: Node node-a is held by finalizers of others: example.com/hold",
    ]);
    const free = (await fixture.get(nodeType, "node-a"))!;
    await fixture.patch(nodeType, free, { metadata: { finalizers: null } });
    await fixture.advance(10 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual([]);
    await fixture.stop();
  });

  test("on a claim that was never launched: decisions go on without it", async () => {
    const fixture = await clusterFixture();
    const model = createClusterModel(fixture);
    const outcomes = { recordSuccess: async () => undefined, recordFailure: async () => undefined };
    fixture.provider.onCreate = () => ({ kind: "create-failed", reason: "LaunchFailed", message: "no" });
    await fixture.run(createNodeClaimLifecycle({ ...fixture, outcomes }));
    await fixture.create(nodeClaimType, nodeClaim("a", {}, { finalizers: ["example.com/hold"] }));
    await fixture.advance(5 * seconds);
    expect(model.isSynced()).toBe(false);
    await fixture.kube.delete(nodeClaimType, { name: "a" });
    await fixture.advance(60 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual(["a"]);
    expect(model.isSynced()).toBe(true);
    expect(told(fixture, "AwaitingFinalizers")).toEqual([
      "NodeClaim a: NodeClaim a is held by finalizers of others: example.com/hold",
    ]);
    await fixture.stop();
  });
});

describe("nodes and machines ended from outside", () => {
  test("a Node torn away with its finalizer: the claim stays while the machine does, and its end ends both", async () => {
    const fixture = await life();
    await running(fixture);
    const torn = (await fixture.get(nodeType, "node-a"))!;
    await fixture.patch(nodeType, torn, { metadata: { finalizers: null } });
    await fixture.kube.delete(nodeType, { name: "node-a" });
    await fixture.advance(300 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual(["a"]);
    expect(fixture.provider.instances.size).toBe(1);
    fixture.provider.vanish(await machineOf(fixture));
    await fixture.advance(300 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual([]);
    await fixture.stop();
  });

  test("a machine terminated from outside: once its node is not ready, node and claim go without a drain", async () => {
    const fixture = await life();
    for (const name of ["a", "b"]) await running(fixture, name);
    await fixture.create(podType, bound("p", "node-a", { terminationGracePeriodSeconds: 3600 }));
    fixture.provider.vanish(await machineOf(fixture));
    await fixture.advance(200 * seconds);
    // A kubelet that still reports proves more than a list of the cloud.
    expect(await names(fixture, nodeClaimType)).toEqual(["a", "b"]);
    const silent = (await fixture.get(nodeType, "node-a"))!;
    const conditions = [
      {
        type: "Ready",
        status: "Unknown",
        reason: "NodeStatusUnknown",
        message: "",
        lastTransitionTime: "2026-11-02T10:03:00Z",
      },
    ];
    await fixture.patch(nodeType, silent, { status: { conditions } }, "status");
    await fixture.advance(200 * seconds);
    expect([await names(fixture, nodeClaimType), await names(fixture, nodeType)]).toEqual([["b"], ["node-b"]]);
    await fixture.stop();
  });
});

describe("claims edited by hand", () => {
  test("a deadline that is no time: the drain stops and says so, mended it goes on", async () => {
    const fixture = await life();
    await running(fixture);
    await fixture.patch(nodeClaimType, await claimOf(fixture), {
      metadata: { annotations: { [timestampKey]: "soon" } },
    });
    await fixture.kube.delete(nodeClaimType, { name: "a" });
    await fixture.advance(60 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual(["a"]);
    expect(told(fixture, "FailedDraining")).toEqual([
      `Node node-a: Failed to drain node, nodeclaim a: annotation ${timestampKey} is "soon", expected an RFC 3339 time`,
      `NodeClaim a: Failed to drain node, nodeclaim a: annotation ${timestampKey} is "soon", expected an RFC 3339 time`,
    ]);
    await fixture.patch(nodeClaimType, await claimOf(fixture), { metadata: { annotations: { [timestampKey]: null } } });
    await fixture.advance(60 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual([]);
    await fixture.stop();
  });

  test("its finalizer taken away comes back, so that its machine is not forgotten", async () => {
    const fixture = await life();
    await running(fixture);
    await fixture.patch(nodeClaimType, await claimOf(fixture), { metadata: { finalizers: null } });
    await fixture.advance(5 * seconds);
    expect((await claimOf(fixture)).metadata.finalizers).toEqual([ours]);
    await fixture.stop();
  });

  test.each([
    ["its conditions", { conditions: null }],
    ["its machine's id", { providerID: null }],
    ["its whole status but the node's name", { providerID: null, conditions: null, capacity: null }],
  ])("%s taken from its status: no second machine, and the first is kept", async (_what, status) => {
    const fixture = await life();
    await running(fixture);
    const machine = await machineOf(fixture);
    await fixture.patch(nodeClaimType, await claimOf(fixture), { status }, "status");
    await fixture.advance(10 * 60 * seconds);
    expect(await machineOf(fixture)).toBe(machine);
    expect([...fixture.provider.instances.keys()]).toEqual([machine]);
    expect(fixture.provider.creates).toEqual(["a"]);
    expect(getCondition(await claimOf(fixture), "Initialized")).toMatchObject({ status: "True" });
    await fixture.stop();
  });

  test("without its pool's label it belongs to nobody: kept, and the node says why", async () => {
    const { fixture, claimNames } = await disruptionFixture({ nodes: [["a"], ["b"]] });
    await fixture.stop();
    const edited = await disruptionFixture({
      nodes: [["a"], ["b"]],
      before: async (own) => {
        const none = { metadata: { labels: { "karpenter.sh/nodepool": null } } };
        await own.patch(nodeClaimType, (await own.get(nodeClaimType, "a"))!, none);
        await own.patch(nodeType, (await own.get(nodeType, "node-a"))!, none);
      },
    });
    await edited.fixture.advance(60 * seconds);
    expect(await edited.claimNames()).toEqual(["a"]);
    expect(told(edited.fixture, "DisruptionBlocked").join("\n")).toMatch(/Node node-a: .*karpenter.sh\/nodepool/);
    expect(claimNames).toBeDefined();
    await edited.fixture.stop();
  });
});

describe("clocks that jump", () => {
  test("an hour ahead: what was due in between is done once, and nothing is launched twice", async () => {
    const fixture = await life();
    await running(fixture, "young", nodeClaim("young", { expireAfter: "720h" }));
    await running(fixture, "old", nodeClaim("old", { expireAfter: "30m" }));
    fixture.jump(1 * hours);
    // Timers go by another clock, so the jump is met with the next look.
    await fixture.advance(31 * 60 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual(["young"]);
    expect(fixture.provider.creates).toEqual(["young", "old"]);
    await fixture.stop();
  });

  test("an hour back: no time is negative, nothing fails, and what waits goes on", async () => {
    const fixture = await life();
    await fixture.create(nodePoolType, nodePool("default", { disruption: { consolidateAfter: "30s" } }));
    await running(fixture);
    fixture.jump(-1 * hours);
    await fixture.create(nodeClaimType, nodeClaim("b"));
    await fixture.advance(10 * seconds);
    expect(await machineOf(fixture, "b")).not.toBe("");
    await fixture.kube.delete(nodeClaimType, { name: "a" });
    await fixture.advance(60 * seconds);
    expect(await names(fixture, nodeClaimType)).toEqual(["b"]);
    expect(await fixture.metrics.expose()).not.toMatch(/_seconds_sum\{[^}]*\} -/);
    expect(fixture.log.lines.filter(({ level }) => level === "error")).toEqual([]);
    await fixture.stop();
  });

  test("a year back: a claim that was quiet is quiet again after its time, not never", async () => {
    const fixture = await clusterFixture();
    fixture.provider.instanceTypeList = [smallType];
    await fixture.create(nodePoolType, nodePool("default", { disruption: { consolidateAfter: "30s" } }));
    await initializedNode(fixture, "a", { conditions: [] });
    fixture.jump(-365 * 24 * hours);
    await fixture.run(createClaimDisruptionConditions(fixture));
    await fixture.advance(1 * seconds);
    expect(getCondition(await claimOf(fixture), "Consolidatable")).toBeUndefined();
    fixture.jump(365 * 24 * hours);
    await fixture.advance(6 * 60 * seconds);
    expect(getCondition(await claimOf(fixture), "Consolidatable")).toMatchObject({ status: "True" });
    await fixture.stop();
  });
});
