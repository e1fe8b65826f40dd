import { describe, expect, test } from "vitest";
import { node, nodeClaim, nodePool } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture, overClient } from "../../../test/controllers/cluster-fixture.ts";
import { getCondition, type NodeClaim, nodeClaimType, type NodePool, nodePoolType, nodeType } from "../../api/index.ts";
import { KubeFault } from "../../kube/index.ts";
import { createRegistrationHealth } from "../nodepool/index.ts";
import { createNodeClaimLifecycle } from "./lifecycle.ts";
import type { LifecycleLimits } from "./step.ts";

const minutes = 60_000;

/** The lifecycle and the health of pools together, as the operator wires them. */
async function fixtureWithHealth(limits?: LifecycleLimits): Promise<ClusterFixture> {
  const fixture = await clusterFixture();
  const health = createRegistrationHealth(fixture);
  const lifecycle = createNodeClaimLifecycle({
    ...fixture,
    outcomes: health,
    ...(limits === undefined ? {} : { limits }),
  });
  await fixture.run(lifecycle);
  return fixture;
}

async function ownedClaim(fixture: ClusterFixture, name: string): Promise<NodeClaim> {
  const pool =
    (await fixture.get(nodePoolType, "default")) ?? (await fixture.create(nodePoolType, nodePool("default")));
  const owner = { apiVersion: "karpenter.sh/v1", kind: "NodePool", name: "default", uid: pool.metadata.uid ?? "" };
  return fixture.create(nodeClaimType, nodeClaim(name, {}, { ownerReferences: [owner] }));
}

const claimOf = (fixture: ClusterFixture, name = "a"): Promise<NodeClaim | undefined> =>
  fixture.get(nodeClaimType, name);
const healthOf = async (fixture: ClusterFixture) =>
  getCondition((await fixture.get(nodePoolType, "default")) as NodePool, "NodeRegistrationHealthy");

const disrupted = (fixture: ClusterFixture, reason: string): Promise<number | undefined> =>
  fixture.metrics.value("karpenter_nodeclaims_disrupted_total", {
    reason,
    nodepool: "default",
    capacity_type: reason === "registration_timeout" ? "on-demand" : "",
    consolidation_policy: "",
    termination_mode: "graceful",
  });

const neverLaunches = (fixture: ClusterFixture): void => {
  fixture.provider.onCreate = () => ({ kind: "create-failed", reason: "Unauthorized", message: "no" });
};

describe("liveness", () => {
  test("[lifecycle V1] a registered claim has all the time of the world", async () => {
    const fixture = await fixtureWithHealth();
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(2_000);
    await fixture.create(nodeType, node("node-a", "fake:///test-zone-1/i-0001"));
    await fixture.advance(60 * minutes);
    expect(await claimOf(fixture)).toBeDefined();
    await fixture.stop();
  });

  test("[lifecycle V2] launched and never joined: deleted after 15 minutes, with a failure on the pool", async () => {
    const fixture = await fixtureWithHealth();
    await ownedClaim(fixture, "a");
    await ownedClaim(fixture, "b");
    await fixture.advance(15 * minutes - 2_000);
    expect(await claimOf(fixture)).toBeDefined();
    await fixture.advance(15_000);
    expect(await claimOf(fixture)).toBeUndefined();
    expect(await disrupted(fixture, "registration_timeout")).toBe(2);
    expect(await healthOf(fixture)).toMatchObject({ status: "False", reason: "RegistrationFailed" });
    await fixture.stop();
  });

  test("[lifecycle V3] not launched within 5 minutes: deleted", async () => {
    const fixture = await fixtureWithHealth();
    neverLaunches(fixture);
    await ownedClaim(fixture, "a");
    await fixture.advance(5 * minutes - 2_000);
    expect(await claimOf(fixture)).toBeDefined();
    await fixture.advance(62_000);
    expect(await claimOf(fixture)).toBeUndefined();
    expect(await disrupted(fixture, "launch_timeout")).toBe(1);
    await fixture.stop();
  });

  test("[lifecycle V4] another launch limit decides", async () => {
    const fixture = await fixtureWithHealth({ launchMilliseconds: 30_000, registrationMilliseconds: 15 * minutes });
    neverLaunches(fixture);
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(70_000);
    expect(await claimOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle V5] the time counts from the last change of the condition, not from creation", async () => {
    const fixture = await clusterFixture();
    const created = await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(20 * minutes);
    const moment = "2026-11-02T10:19:50Z";
    const recent = (type: string) => ({
      type,
      status: "Unknown",
      reason: "LaunchFailed",
      message: "",
      lastTransitionTime: moment,
    });
    await fixture.patch(
      nodeClaimType,
      created,
      { status: { conditions: ["Launched", "Registered", "Initialized"].map(recent) } },
      "status",
    );
    neverLaunches(fixture);
    await fixture.run(createNodeClaimLifecycle({ ...fixture, outcomes: createRegistrationHealth(fixture) }));
    await fixture.advance(2_000);
    expect(await claimOf(fixture)).toBeDefined();
    await fixture.stop();
  });

  test("[lifecycle V6] a second failure makes the pool unhealthy, with the launch's own reason", async () => {
    const fixture = await fixtureWithHealth();
    neverLaunches(fixture);
    await ownedClaim(fixture, "a");
    await fixture.advance(6 * minutes);
    expect(await healthOf(fixture)).toBeUndefined();
    await ownedClaim(fixture, "b");
    await fixture.advance(6 * minutes);
    expect(await healthOf(fixture)).toMatchObject({ status: "False", reason: "Unauthorized", message: "no" });
    await fixture.stop();
  });

  test("[lifecycle V7] without its pool a claim is deleted all the same", async () => {
    const fixture = await fixtureWithHealth();
    neverLaunches(fixture);
    await fixture.create(nodeClaimType, nodeClaim("a"));
    await fixture.advance(6 * minutes);
    expect(await claimOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle V8] a claim of another provider is never touched", async () => {
    const fixture = await fixtureWithHealth();
    const ref = { group: "other.sh", kind: "OtherClass", name: "x" };
    await fixture.create(nodeClaimType, nodeClaim("a", { nodeClassRef: ref }));
    await fixture.advance(60 * minutes);
    expect((await claimOf(fixture))?.metadata.deletionTimestamp).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle V9] late for both limits: one deletion, one failure", async () => {
    const fixture = await clusterFixture();
    neverLaunches(fixture);
    await ownedClaim(fixture, "a");
    await fixture.advance(20 * minutes);
    await fixture.run(createNodeClaimLifecycle({ ...fixture, outcomes: createRegistrationHealth(fixture) }));
    await fixture.advance(5_000);
    expect(await claimOf(fixture)).toBeUndefined();
    expect(await disrupted(fixture, "launch_timeout")).toBe(1);
    expect(await disrupted(fixture, "registration_timeout")).toBeUndefined();
    expect(await healthOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle N8] a conflict on the pool does not lose the success", async () => {
    let conflicts = 2;
    const fixture = await clusterFixture({
      decorate: (kube) =>
        overClient(kube, {
          patch: (type, name, options) => {
            if (type.kind !== "NodePool" || conflicts === 0) return kube.patch(type, name, options);
            conflicts -= 1;
            return Promise.reject(new KubeFault("Conflict", "moved", { code: 409 }));
          },
        }),
    });
    await fixture.run(createNodeClaimLifecycle({ ...fixture, outcomes: createRegistrationHealth(fixture) }));
    await ownedClaim(fixture, "a");
    await fixture.advance(2_000);
    await fixture.create(nodeType, node("node-a", "fake:///test-zone-1/i-0001"));
    await fixture.advance(2_000);
    expect(conflicts).toBe(0);
    expect(await healthOf(fixture)).toMatchObject({ status: "True" });
    await fixture.stop();
  });

  test("[lifecycle N1] a success on a clean slate makes an unhealthy pool healthy again", async () => {
    const fixture = await fixtureWithHealth();
    await ownedClaim(fixture, "a");
    await fixture.advance(2_000);
    await fixture.create(nodeType, node("node-a", "fake:///test-zone-1/i-0001"));
    await fixture.advance(2_000);
    expect(await healthOf(fixture)).toMatchObject({ status: "True" });
    await fixture.stop();
  });
});
