import { describe, expect, test } from "vitest";
import { nodeClaim } from "../../../test/controllers/builders.ts";
import {
  type ClusterFixture,
  clusterFixture,
  type FixtureOptions,
  overClient,
} from "../../../test/controllers/cluster-fixture.ts";
import { getCondition, type NodeClaim, nodeClaimType } from "../../api/index.ts";
import { KubeFault, type KubeClient } from "../../kube/index.ts";
import { createNodeClaimLifecycle } from "./lifecycle.ts";

const noOutcomes = { recordSuccess: async () => undefined, recordFailure: async () => undefined };

async function lifecycleFixture(options: FixtureOptions = {}): Promise<ClusterFixture> {
  const fixture = await clusterFixture(options);
  await fixture.run(createNodeClaimLifecycle({ ...fixture, outcomes: noOutcomes }));
  return fixture;
}

const claimOf = (fixture: ClusterFixture, name: string): Promise<NodeClaim | undefined> =>
  fixture.get(nodeClaimType, name);

/** A watch that holds back what it says of deletions until `seen`. */
const lateDeletions = (kube: KubeClient, seen: Promise<void>): KubeClient["watch"] =>
  async function* (type, options) {
    for await (const event of kube.watch(type, options)) {
      if ("object" in event && event.object.metadata.deletionTimestamp !== undefined) await seen;
      yield event;
    }
  };

describe("launch", () => {
  test("[lifecycle L1] a new claim gets its finalizer, one instance, and its details", async () => {
    const fixture = await lifecycleFixture();
    await fixture.create(nodeClaimType, nodeClaim("a", {}, { labels: { own: "label" } }));
    await fixture.advance(2_000);
    const claim = await claimOf(fixture, "a");
    expect(claim?.metadata.finalizers).toEqual(["karpenter.sh/termination"]);
    expect(fixture.provider.creates).toEqual(["a"]);
    expect(claim?.status?.providerID).toBe("fake:///test-zone-1/i-0001");
    expect(claim?.metadata.labels).toMatchObject({ own: "label", "node.kubernetes.io/instance-type": "small" });
    expect(claim?.metadata.annotations).toMatchObject({ "fake/launched": "yes" });
    expect(claim?.status?.capacity).toEqual({ cpu: "4", memory: "8Gi", pods: "20" });
    expect(getCondition(claim as NodeClaim, "Launched")).toMatchObject({ status: "True", reason: "Launched" });
    await fixture.stop();
  });

  test("[lifecycle L2] a claim of another provider is left alone", async () => {
    const fixture = await lifecycleFixture();
    const ref = { group: "other.sh", kind: "OtherClass", name: "x" };
    await fixture.create(nodeClaimType, nodeClaim("a", { nodeClassRef: ref }));
    await fixture.advance(2_000);
    const claim = await claimOf(fixture, "a");
    expect(claim?.metadata.finalizers).toBeUndefined();
    expect(claim?.status).toBeUndefined();
    expect(fixture.provider.creates).toEqual([]);
    await fixture.stop();
  });

  test("[lifecycle L3] without capacity the claim is deleted, with an event", async () => {
    const fixture = await lifecycleFixture();
    fixture.provider.onCreate = () => ({ kind: "insufficient-capacity", message: "x".repeat(400) });
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(2_000);
    expect(await claimOf(fixture, "a")).toBeUndefined();
    expect(fixture.published.map(({ reason }) => reason)).toEqual(["InsufficientCapacityError"]);
    expect(fixture.published[0]?.message).toContain(`${"x".repeat(300)}...`);
    expect(
      await fixture.metrics.value("karpenter_nodeclaims_disrupted_total", {
        reason: "insufficient_capacity",
        nodepool: "default",
        capacity_type: "",
        consolidation_policy: "",
        termination_mode: "graceful",
      }),
    ).toBe(1);
    await fixture.stop();
  });

  test("a claim that was given up is not launched again while the cache does not know it", async () => {
    const seen = Promise.withResolvers<void>();
    const fixture = await lifecycleFixture({
      decorate: (kube) => overClient(kube, { watch: lateDeletions(kube, seen.promise) }),
    });
    fixture.provider.launchMilliseconds = 50;
    fixture.provider.onCreate = () => ({ kind: "insufficient-capacity", message: "none" });
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(500);
    expect(fixture.provider.creates).toEqual(["a"]);
    seen.resolve();
    await fixture.advance(2_000);
    expect(await claimOf(fixture, "a")).toBeUndefined();
    expect([fixture.provider.creates, fixture.decided.map(({ kind }) => kind)]).toEqual([["a"], ["launch-failed"]]);
    await fixture.stop();
  });

  test("[lifecycle L4] with a node class that is not ready the claim is deleted", async () => {
    const fixture = await lifecycleFixture();
    fixture.provider.onCreate = () => ({ kind: "class-not-ready", message: "not yet" });
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(2_000);
    expect(await claimOf(fixture, "a")).toBeUndefined();
    // Upstream declares this event and never sends it; the product does (operations 9.1, 10).
    expect(fixture.published.map(({ reason }) => reason)).toEqual(["NodeClassNotReady"]);
    await fixture.stop();
  });

  test("[lifecycle L5] a failed create is written on the claim and tried again", async () => {
    const fixture = await lifecycleFixture();
    fixture.provider.onCreate = () => ({ kind: "create-failed", reason: "Unauthorized", message: "no permission" });
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(500);
    const claim = await claimOf(fixture, "a");
    expect(getCondition(claim as NodeClaim, "Launched")).toMatchObject({
      status: "Unknown",
      reason: "Unauthorized",
      message: "no permission",
    });
    fixture.provider.onCreate = () => undefined;
    await fixture.advance(60_000);
    expect(getCondition((await claimOf(fixture, "a")) as NodeClaim, "Launched")?.status).toBe("True");
    await fixture.stop();
  });

  test("[lifecycle L6] when the write of a launch fails, the instance is remembered and none is launched again", async () => {
    let failures = 2;
    const decorate = (kube: KubeClient): KubeClient =>
      overClient(kube, {
        patch: (type, name, options) => {
          if (options.subresource !== "status" || failures === 0) return kube.patch(type, name, options);
          failures -= 1;
          return Promise.reject(new KubeFault("ServiceUnavailable", "try later", { code: 503 }));
        },
      });
    const fixture = await lifecycleFixture({ decorate });
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(30_000);
    expect(failures).toBe(0);
    expect(fixture.provider.creates).toEqual(["a"]);
    expect((await claimOf(fixture, "a"))?.status?.providerID).toBe("fake:///test-zone-1/i-0001");
    await fixture.stop();
  });

  test("[lifecycle L25] a failed create keeps no other step from its turn", async () => {
    const fixture = await lifecycleFixture();
    fixture.provider.onCreate = () => ({ kind: "create-failed", reason: "AMINotFound", message: "none" });
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(500);
    const claim = (await claimOf(fixture, "a")) as NodeClaim;
    expect(getCondition(claim, "Registered")).toMatchObject({ status: "Unknown", reason: "NodeNotFound" });
    expect(fixture.log.lines.filter(({ level }) => level === "error").length).toBeGreaterThan(0);
    await fixture.stop();
  });
});
