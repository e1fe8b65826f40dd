import { describe, expect, test } from "vitest";
import { node, nodeClaim, readyStatus, unregistered } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { type Condition, getCondition, type Node, type NodeClaim, nodeClaimType, nodeType } from "../../api/index.ts";
import { createNodeClaimLifecycle } from "./lifecycle.ts";
import type { RegistrationHook } from "./step.ts";

const noOutcomes = { recordSuccess: async () => undefined, recordFailure: async () => undefined };

interface Launched {
  readonly fixture: ClusterFixture;
  readonly claim: () => Promise<NodeClaim>;
  readonly node: () => Promise<Node>;
  readonly condition: (type: string) => Promise<Condition | undefined>;
}

/** A claim `a` that is launched, its Node not there yet. */
async function launched(
  options: { readonly hooks?: readonly RegistrationHook[]; readonly claim?: NodeClaim } = {},
): Promise<Launched> {
  const fixture = await clusterFixture();
  await fixture.run(
    createNodeClaimLifecycle({
      ...fixture,
      outcomes: noOutcomes,
      ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
    }),
  );
  await fixture.create(nodeClaimType, options.claim ?? nodeClaim("a"));
  await fixture.advance(2_000);
  const claim = async (): Promise<NodeClaim> => (await fixture.get(nodeClaimType, "a")) as NodeClaim;
  return {
    fixture,
    claim,
    node: async () => (await fixture.get(nodeType, "node-a")) as Node,
    condition: async (type) => getCondition(await claim(), type),
  };
}

const providerId = "fake:///test-zone-1/i-0001";

async function join(fixture: ClusterFixture, joining: Node = node("node-a", providerId)): Promise<void> {
  await fixture.create(nodeType, joining);
  await fixture.advance(2_000);
}

describe("registration", () => {
  test("[lifecycle L8] the node joins: condition, name, label, and the taint goes", async () => {
    const cluster = await launched();
    await join(cluster.fixture);
    expect(await cluster.condition("Registered")).toMatchObject({ status: "True" });
    expect((await cluster.claim()).status?.nodeName).toBe("node-a");
    const joined = await cluster.node();
    expect(joined.metadata.labels?.["karpenter.sh/registered"]).toBe("true");
    expect(joined.spec.taints ?? []).toEqual([]);
    expect(
      await cluster.fixture.metrics.value("karpenter_nodes_created_total", {
        nodepool: "default",
        zone: "test-zone-1",
      }),
    ).toBe(1);
    await cluster.fixture.stop();
  });

  test("[lifecycle L9] a node without the taint registers all the same, with a warning", async () => {
    const cluster = await launched();
    await join(cluster.fixture, node("node-a", providerId, { taints: [] }));
    expect(await cluster.condition("Registered")).toMatchObject({ status: "True" });
    expect(cluster.fixture.published.map(({ reason }) => reason)).toEqual(["UnregisteredTaintMissing"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle L10] the node is owned by its claim, once", async () => {
    const cluster = await launched();
    await join(cluster.fixture);
    await cluster.fixture.patch(nodeType, await cluster.node(), { metadata: { labels: { again: "yes" } } });
    await cluster.fixture.advance(2_000);
    const { uid } = (await cluster.claim()).metadata;
    expect((await cluster.node()).metadata.ownerReferences).toEqual([
      { apiVersion: "karpenter.sh/v1", kind: "NodeClaim", name: "a", uid, blockOwnerDeletion: true },
    ]);
    await cluster.fixture.stop();
  });

  test("[lifecycle L11] a reference that is there already stays the only one", async () => {
    const cluster = await launched();
    const { uid = "" } = (await cluster.claim()).metadata;
    const owner = { apiVersion: "karpenter.sh/v1", kind: "NodeClaim", name: "a", uid, blockOwnerDeletion: true };
    await join(cluster.fixture, node("node-a", providerId, {}, { ownerReferences: [owner] }));
    expect((await cluster.node()).metadata.ownerReferences).toEqual([owner]);
    await cluster.fixture.stop();
  });

  test("[lifecycle L12] labels and annotations of the claim win on the node", async () => {
    const claim = nodeClaim("a", {}, { labels: { team: "blue" }, annotations: { note: "claim" } });
    const cluster = await launched({ claim });
    const joining = node(
      "node-a",
      providerId,
      {},
      { labels: { team: "red", kept: "yes" }, annotations: { note: "node" } },
    );
    await join(cluster.fixture, joining);
    const { metadata } = await cluster.node();
    expect(metadata.labels).toMatchObject({ team: "blue", kept: "yes" });
    expect(metadata.annotations).toMatchObject({ note: "claim" });
    await cluster.fixture.stop();
  });

  const tainted = nodeClaim("a", {
    taints: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }],
    startupTaints: [{ key: "boot", effect: "NoExecute" }],
  });

  test("[lifecycle L13] taints and startup taints of the claim come onto the node", async () => {
    const cluster = await launched({ claim: tainted });
    await join(cluster.fixture);
    expect((await cluster.node()).spec.taints).toEqual([
      ...(tainted.spec.taints ?? []),
      ...(tainted.spec.startupTaints ?? []),
    ]);
    await cluster.fixture.stop();
  });

  test.each([
    ["[lifecycle L14] true keeps the claim's taints off", "true", 0],
    ["[lifecycle L15] any other value does not", "yes", 2],
  ])("do-not-sync-taints: %s", async (_title, value, count) => {
    const cluster = await launched({ claim: tainted });
    await join(
      cluster.fixture,
      node("node-a", providerId, {}, { labels: { "karpenter.sh/do-not-sync-taints": value } }),
    );
    expect((await cluster.node()).spec.taints ?? []).toHaveLength(count);
    expect(await cluster.condition("Registered")).toMatchObject({ status: "True" });
    await cluster.fixture.stop();
  });

  test("[lifecycle L16] startup taints that were taken off never come back", async () => {
    const cluster = await launched({ claim: tainted });
    await join(cluster.fixture);
    await cluster.fixture.patch(nodeType, await cluster.node(), { spec: { taints: tainted.spec.taints } });
    await cluster.fixture.advance(60_000);
    expect((await cluster.node()).spec.taints).toEqual(tainted.spec.taints);
    await cluster.fixture.stop();
  });

  test("[lifecycle L24] two nodes with one machine are refused, and stay so", async () => {
    const cluster = await launched();
    // In one moment: otherwise the first would have registered before the second appeared.
    const both = ["node-a", "node-b"].map((name) => cluster.fixture.kube.create(nodeType, node(name, providerId)));
    await Promise.all(both);
    await cluster.fixture.advance(2_000);
    expect(await cluster.condition("Registered")).toMatchObject({ status: "False", reason: "MultipleNodesFound" });
    await cluster.fixture.stop();
  });
});

const hook = (
  name: string,
  answer: () => Awaited<ReturnType<RegistrationHook["run"]>>,
  ran: string[] = [],
): RegistrationHook => ({
  name,
  run: async () => {
    ran.push(name);
    return answer();
  },
});
const passes = (): undefined => undefined;
const waits = (): { readonly requeueAfterMilliseconds: number } => ({ requeueAfterMilliseconds: 5_000 });

describe("registration hooks", () => {
  test.each([
    ["one hook passes", [hook("one", passes)]],
    ["no hooks", []],
  ])("[lifecycle L17] %s: the node registers", async (_title, hooks) => {
    const cluster = await launched({ hooks });
    await join(cluster.fixture);
    expect(await cluster.condition("Registered")).toMatchObject({ status: "True" });
    await cluster.fixture.stop();
  });

  test("[lifecycle L18] a hook that waits is named and the taint stays", async () => {
    const cluster = await launched({ hooks: [hook("slow", waits)] });
    await join(cluster.fixture);
    expect(await cluster.condition("Registered")).toMatchObject({
      status: "Unknown",
      reason: "RegistrationHookPending",
      message: "slow",
    });
    expect((await cluster.node()).spec.taints).toEqual([unregistered]);
    await cluster.fixture.stop();
  });

  test("[lifecycle L19] a hook that fails keeps the node unregistered and fails the reconcile", async () => {
    const failing = hook("bad", () => {
      throw new Error("hook is down");
    });
    const cluster = await launched({ hooks: [failing] });
    await join(cluster.fixture);
    expect(await cluster.condition("Registered")).toMatchObject({ status: "Unknown" });
    const errors = cluster.fixture.log.lines.filter(({ level }) => level === "error");
    expect(errors.map(({ fields }) => String(fields["error"]))).toContain("Error: hook is down");
    await cluster.fixture.stop();
  });

  test("[lifecycle L20] only the hooks that wait are listed", async () => {
    const cluster = await launched({ hooks: [hook("ok", passes), hook("slow", waits)] });
    await join(cluster.fixture);
    expect((await cluster.condition("Registered"))?.message).toBe("slow");
    await cluster.fixture.stop();
  });

  test("[lifecycle L21] all hooks run, and those that wait are listed in order of declaration", async () => {
    const ran: string[] = [];
    const cluster = await launched({ hooks: [hook("z", waits, ran), hook("m", passes, ran), hook("a", waits, ran)] });
    await join(cluster.fixture);
    expect((await cluster.condition("Registered"))?.message).toBe("z, a");
    expect([...new Set(ran)]).toEqual(["z", "m", "a"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle L22] a hook that turns ready lets the node register", async () => {
    let ready = false;
    const cluster = await launched({ hooks: [hook("slow", () => (ready ? undefined : waits()))] });
    await join(cluster.fixture);
    ready = true;
    await cluster.fixture.advance(6_000);
    expect(await cluster.condition("Registered")).toMatchObject({ status: "True" });
    await cluster.fixture.stop();
  });

  test("[lifecycle L23] a label that a hook writes reaches claim and node", async () => {
    const labelling: RegistrationHook = {
      name: "partition",
      run: async (claim) => ({
        claim: { ...claim, metadata: { ...claim.metadata, labels: { ...claim.metadata.labels, partition: "3" } } },
      }),
    };
    const cluster = await launched({ hooks: [labelling] });
    await join(cluster.fixture);
    expect((await cluster.claim()).metadata.labels?.["partition"]).toBe("3");
    expect((await cluster.node()).metadata.labels?.["partition"]).toBe("3");
    await cluster.fixture.stop();
  });
});

describe("initialization", () => {
  const requesting = (startupTaints: NodeClaim["spec"]["startupTaints"] = []): NodeClaim =>
    nodeClaim("a", { startupTaints, resources: { requests: { cpu: "1", "nvidia.com/gpu": "1" } } });

  test("[lifecycle I1] ready, free of taints, resources there: initialized", async () => {
    const cluster = await launched();
    await join(cluster.fixture);
    await cluster.fixture.patch(nodeType, await cluster.node(), readyStatus, "status");
    await cluster.fixture.advance(2_000);
    expect(await cluster.condition("Initialized")).toMatchObject({ status: "True" });
    expect(await cluster.condition("Ready")).toMatchObject({ status: "True", reason: "Ready" });
    expect((await cluster.node()).metadata.labels?.["karpenter.sh/initialized"]).toBe("true");
    await cluster.fixture.stop();
  });

  test("[lifecycle I3] a node that is not ready holds it back", async () => {
    const cluster = await launched();
    await join(cluster.fixture);
    expect(await cluster.condition("Initialized")).toMatchObject({ status: "Unknown", reason: "NodeNotReady" });
    await cluster.fixture.stop();
  });

  test("[lifecycle I2] a node that is not registered is not initialized, however ready it is", async () => {
    const cluster = await launched({ hooks: [hook("slow", waits)] });
    await join(cluster.fixture);
    await cluster.fixture.patch(nodeType, await cluster.node(), readyStatus, "status");
    await cluster.fixture.advance(2_000);
    expect(await cluster.condition("Initialized")).toMatchObject({ status: "Unknown" });
    expect((await cluster.node()).metadata.labels?.["karpenter.sh/initialized"]).toBeUndefined();
    await cluster.fixture.stop();
  });

  test("[lifecycle I4] a requested device must be reported first", async () => {
    const cluster = await launched({ claim: requesting() });
    await join(cluster.fixture);
    await cluster.fixture.patch(nodeType, await cluster.node(), readyStatus, "status");
    await cluster.fixture.advance(2_000);
    expect(await cluster.condition("Initialized")).toMatchObject({
      reason: "ResourceNotRegistered",
      message: 'Resource "nvidia.com/gpu" was requested but not registered',
    });
    const withDevice = { status: { allocatable: { "nvidia.com/gpu": "1" } } };
    await cluster.fixture.patch(nodeType, await cluster.node(), withDevice, "status");
    await cluster.fixture.advance(2_000);
    expect(await cluster.condition("Initialized")).toMatchObject({ status: "True" });
    await cluster.fixture.stop();
  });

  test("[lifecycle I5] every startup taint must be gone", async () => {
    const startup = [
      { key: "boot", effect: "NoExecute" },
      { key: "cni", value: "wait", effect: "NoSchedule" },
    ] as const;
    const cluster = await launched({ claim: nodeClaim("a", { startupTaints: startup }) });
    await join(cluster.fixture);
    await cluster.fixture.patch(nodeType, await cluster.node(), readyStatus, "status");
    await cluster.fixture.patch(nodeType, await cluster.node(), { spec: { taints: [startup[1]] } });
    await cluster.fixture.advance(2_000);
    expect(await cluster.condition("Initialized")).toMatchObject({
      reason: "StartupTaintsExist",
      message: 'StartupTaint "cni=wait:NoSchedule" still exists',
    });
    await cluster.fixture.patch(nodeType, await cluster.node(), { spec: { taints: null } });
    await cluster.fixture.advance(2_000);
    expect(await cluster.condition("Initialized")).toMatchObject({ status: "True" });
    await cluster.fixture.stop();
  });

  test.each([
    ["I6", "node.kubernetes.io/not-ready", "NoSchedule"],
    ["I6", "node.kubernetes.io/not-ready", "NoExecute"],
    ["I6", "node.kubernetes.io/unreachable", "NoSchedule"],
    ["I6", "node.cloudprovider.kubernetes.io/uninitialized", "NoSchedule"],
    ["I7", "readiness.k8s.io/network", "NoSchedule"],
  ] as const)("[lifecycle %s] the taint %s:%s holds it back until it goes", async (_scenario, key, effect) => {
    const cluster = await launched();
    await join(cluster.fixture, node("node-a", providerId, { taints: [unregistered, { key, effect }] }));
    await cluster.fixture.patch(nodeType, await cluster.node(), readyStatus, "status");
    await cluster.fixture.advance(2_000);
    expect(await cluster.condition("Initialized")).toMatchObject({ reason: "KnownEphemeralTaintsExist" });
    await cluster.fixture.patch(nodeType, await cluster.node(), { spec: { taints: null } });
    await cluster.fixture.advance(2_000);
    expect(await cluster.condition("Initialized")).toMatchObject({ status: "True" });
    await cluster.fixture.stop();
  });

  test("[lifecycle L7] when the claim's generation rises, all conditions follow", async () => {
    const cluster = await launched();
    await join(cluster.fixture);
    await cluster.fixture.patch(nodeType, await cluster.node(), readyStatus, "status");
    await cluster.fixture.advance(2_000);
    const before = await cluster.claim();
    await cluster.fixture.patch(nodeClaimType, before, { spec: { expireAfter: "1h" } });
    await cluster.fixture.advance(2_000);
    const after = await cluster.claim();
    expect(after.metadata.generation).toBe((before.metadata.generation ?? 0) + 1);
    expect(after.status?.conditions?.map(({ observedGeneration }) => observedGeneration)).toEqual(
      after.status?.conditions?.map(() => after.metadata.generation),
    );
    await cluster.fixture.stop();
  });
});
