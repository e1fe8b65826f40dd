import { describe, expect, test } from "vitest";
import { node, nodeClaim, readyStatus } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture, overClient } from "../../../test/controllers/cluster-fixture.ts";
import { getCondition, type Node, type NodeClaim, nodeClaimType, nodeType } from "../../api/index.ts";
import { type KubeClient, KubeFault } from "../../kube/index.ts";
import { createSeededRandom } from "../../platform/index.ts";
import { createEvictionQueue, createNodeTermination } from "../node-termination/index.ts";
import { createNodeClaimLifecycle } from "./lifecycle.ts";

const outcomes = { recordSuccess: async () => undefined, recordFailure: async () => undefined };
const providerId = "fake:///test-zone-1/i-0001";

/** A claim `a` whose machine runs as Node `node-a`, initialized; without the node controller unless asked for. */
async function running(
  options: { readonly claim?: NodeClaim; readonly drain?: boolean } = {},
): Promise<ClusterFixture> {
  const fixture = await clusterFixture();
  fixture.provider.terminationMilliseconds = 12_000;
  const evictions = createEvictionQueue(fixture);
  const lifecycle = createNodeClaimLifecycle({ ...fixture, outcomes });
  await fixture.run(
    ...(options.drain === false
      ? [lifecycle]
      : [lifecycle, evictions.reconciler, createNodeTermination({ ...fixture, evictions })]),
  );
  await fixture.create(
    nodeClaimType,
    options.claim ?? nodeClaim("a", {}, { labels: { "karpenter.test.sh/testnodeclass": "default" } }),
  );
  await fixture.advance(2_000);
  await fixture.create(nodeType, node("node-a", providerId));
  await fixture.advance(2_000);
  await fixture.patch(nodeType, (await fixture.get(nodeType, "node-a")) as Node, readyStatus, "status");
  await fixture.advance(2_000);
  return fixture;
}

const claimOf = (fixture: ClusterFixture): Promise<NodeClaim | undefined> => fixture.get(nodeClaimType, "a");
const nodeOf = (fixture: ClusterFixture): Promise<Node | undefined> => fixture.get(nodeType, "node-a");
const deleteClaim = async (fixture: ClusterFixture): Promise<void> => {
  await fixture.kube.delete(nodeClaimType, { name: "a" });
};

describe("the end of a claim", () => {
  test("[lifecycle F1] first the node, then the instance, then the finalizer", async () => {
    const fixture = await running();
    await deleteClaim(fixture);
    await fixture.advance(4_000);
    expect((await nodeOf(fixture))?.metadata.deletionTimestamp).toBeDefined();
    expect(fixture.provider.instances.get(providerId)?.terminating).toBe(false);
    await fixture.advance(4_000);
    expect(fixture.provider.instances.get(providerId)?.terminating).toBe(true);
    expect(await claimOf(fixture)).toBeDefined();
    await fixture.advance(30_000);
    expect(await nodeOf(fixture)).toBeUndefined();
    expect(await claimOf(fixture)).toBeUndefined();
    expect(fixture.provider.instances.size).toBe(0);
    expect(
      await fixture.metrics.value("karpenter_nodeclaims_terminated_total", {
        nodepool: "default",
        capacity_type: "on-demand",
        zone: "test-zone-1",
      }),
    ).toBe(1);
    await fixture.stop();
  });

  test("[lifecycle F2] a delete that fails is tried again and keeps the finalizer", async () => {
    const fixture = await running({ drain: false });
    await fixture.patch(nodeType, (await nodeOf(fixture)) as Node, { metadata: { finalizers: null } });
    fixture.provider.onDelete = () => {
      throw new Error("cloud is down");
    };
    await deleteClaim(fixture);
    await fixture.advance(20_000);
    expect((await claimOf(fixture))?.metadata.finalizers).toEqual(["karpenter.sh/termination"]);
    fixture.provider.onDelete = () => undefined;
    await fixture.advance(60_000);
    expect(await claimOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle F3] an accepted termination is asked for again after 5 s, and marks the claim; [lifecycle F10] Ready stays", async () => {
    const fixture = await running({ drain: false });
    await fixture.patch(nodeType, (await nodeOf(fixture)) as Node, { metadata: { finalizers: null } });
    await deleteClaim(fixture);
    await fixture.advance(1_000);
    const claim = (await claimOf(fixture)) as NodeClaim;
    expect(getCondition(claim, "InstanceTerminating")?.status).toBe("True");
    // The generation that deletion raised is taken along by all conditions.
    expect(getCondition(claim, "Ready")?.status).toBe("True");
    const asked = fixture.provider.deletes.length;
    await fixture.advance(5_000);
    expect(fixture.provider.deletes.length).toBe(asked + 1);
    expect(await claimOf(fixture)).toBeDefined();
    await fixture.stop();
  });

  test("[lifecycle F4] the claim waits for every node of its machine, [lifecycle F5] also for one that others hold", async () => {
    const fixture = await running({ drain: false });
    await fixture.create(nodeType, node("node-b", providerId, {}, { finalizers: ["example.com/hold"] }));
    await fixture.patch(nodeType, (await nodeOf(fixture)) as Node, { metadata: { finalizers: null } });
    await fixture.advance(1_000);
    await deleteClaim(fixture);
    await fixture.advance(5_000);
    const held = (await fixture.get(nodeType, "node-b")) as Node;
    expect(held.metadata.deletionTimestamp).toBeDefined();
    expect(await nodeOf(fixture)).toBeUndefined();
    // One of them still has a finalizer: neither claim nor machine goes before it.
    expect(await claimOf(fixture)).toBeDefined();
    expect(fixture.provider.deletes).toEqual([]);
    await fixture.patch(nodeType, held, { metadata: { finalizers: null } });
    await fixture.advance(30_000);
    expect(await claimOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle F6] a claim that never launched goes at once, and no cloud is asked", async () => {
    const fixture = await clusterFixture();
    fixture.provider.onCreate = () => ({ kind: "create-failed", reason: "LaunchFailed", message: "no" });
    await fixture.run(createNodeClaimLifecycle({ ...fixture, outcomes }));
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.create(nodeType, node("stray", ""));
    await fixture.advance(500);
    await deleteClaim(fixture);
    await fixture.advance(5_000);
    expect(await claimOf(fixture)).toBeUndefined();
    expect(fixture.provider.deletes).toEqual([]);
    expect((await fixture.get(nodeType, "stray"))?.metadata.deletionTimestamp).toBeUndefined();
    await fixture.stop();
  });

  test("a claim that is deleted before it could say what was launched takes its machine with it", async () => {
    let down = true;
    const fixture = await clusterFixture({
      decorate: (kube) =>
        overClient(kube, {
          patch: (type, name, options) =>
            down && options.subresource === "status"
              ? Promise.reject(new KubeFault("ServiceUnavailable", "try later", { code: 503 }))
              : kube.patch(type, name, options),
        }),
    });
    await fixture.run(createNodeClaimLifecycle({ ...fixture, outcomes }));
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(500);
    expect(fixture.provider.instances.size).toBe(1);
    await deleteClaim(fixture);
    down = false;
    await fixture.advance(120_000);
    expect(fixture.provider.instances.size).toBe(0);
    expect(await claimOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle F7] of a claim that is not registered the instance goes, its node is left alone", async () => {
    const deleted: string[] = [];
    const decorate = (kube: KubeClient): KubeClient =>
      overClient(kube, {
        delete: (type, name, options) => {
          deleted.push(`${type.kind}/${name.name}`);
          return kube.delete(type, name, options);
        },
      });
    const fixture = await clusterFixture({ decorate });
    const waiting = { name: "slow", run: async () => ({ requeueAfterMilliseconds: 60_000 }) };
    await fixture.run(createNodeClaimLifecycle({ ...fixture, outcomes, hooks: [waiting] }));
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(2_000);
    await fixture.create(nodeType, node("node-a", providerId));
    await fixture.advance(2_000);
    deleted.length = 0;
    await deleteClaim(fixture);
    await fixture.advance(10_000);
    expect(await claimOf(fixture)).toBeUndefined();
    expect(fixture.provider.instances.size).toBe(0);
    // The API server's garbage collection may take the Node; the controller must not have asked for it.
    expect(deleted).toEqual(["NodeClaim/a"]);
    await fixture.stop();
  });

  const annotation = "karpenter.sh/nodeclaim-termination-timestamp";

  test("[lifecycle F8] the deadline is the deletion plus the period, and absent without one", async () => {
    const without = await running({ drain: false });
    await deleteClaim(without);
    await without.advance(1_000);
    expect((await claimOf(without))?.metadata.annotations?.[annotation]).toBeUndefined();
    await without.stop();
    const fixture = await running({ drain: false, claim: nodeClaim("a", { terminationGracePeriod: "1h" }) });
    await deleteClaim(fixture);
    await fixture.advance(1_000);
    const { metadata } = (await claimOf(fixture)) as NodeClaim;
    const deadline = Date.parse(metadata.deletionTimestamp ?? "") + 3_600_000;
    expect(Date.parse(metadata.annotations?.[annotation] ?? "")).toBe(deadline);
    expect(fixture.published.map(({ reason }) => reason)).toEqual(["TerminationGracePeriodExpiring"]);
    await fixture.stop();
  });

  test("[lifecycle F9] a deadline that is there is not moved", async () => {
    const held = "2027-01-01T00:00:00Z";
    const claim = nodeClaim("a", { terminationGracePeriod: "1h" }, { annotations: { [annotation]: held } });
    const fixture = await running({ drain: false, claim });
    await deleteClaim(fixture);
    await fixture.advance(5_000);
    expect((await claimOf(fixture))?.metadata.annotations?.[annotation]).toBe(held);
    await fixture.stop();
  });

  test("[lifecycle F11] quantities spelled unlike the server's own do not stop the end", async () => {
    const fixture = await running({
      claim: nodeClaim(
        "a",
        { resources: { requests: { cpu: "1000m" } } },
        { labels: { "karpenter.test.sh/testnodeclass": "default" } },
      ),
    });
    await deleteClaim(fixture);
    await fixture.advance(60_000);
    expect(await claimOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("conflicts on every write are survived", async () => {
    const random = createSeededRandom(11);
    const fixture = await clusterFixture({
      decorate: (kube) =>
        overClient(kube, {
          // Somebody writes first: half of the patches meet an object that moved.
          patch: async (type, name, options) => {
            if (random.next() < 0.5) {
              const annotations = { touched: String(random.integer(1_000_000)) };
              await kube.patch(type, name, { type: "merge", body: { metadata: { annotations } } });
            }
            return kube.patch(type, name, options);
          },
        }),
    });
    const evictions = createEvictionQueue(fixture);
    await fixture.run(
      createNodeClaimLifecycle({ ...fixture, outcomes }),
      evictions.reconciler,
      createNodeTermination({ ...fixture, evictions }),
    );
    await fixture.create(
      nodeClaimType,
      nodeClaim("a", {}, { labels: { "karpenter.test.sh/testnodeclass": "default" } }),
    );
    await fixture.advance(60_000);
    await fixture.create(nodeType, node("node-a", providerId));
    await fixture.advance(60_000);
    await deleteClaim(fixture);
    await fixture.advance(120_000);
    expect(await claimOf(fixture)).toBeUndefined();
    expect(await nodeOf(fixture)).toBeUndefined();
    expect(fixture.provider.creates).toEqual(["a"]);
    expect(fixture.provider.instances.size).toBe(0);
    await fixture.stop();
  });
});
