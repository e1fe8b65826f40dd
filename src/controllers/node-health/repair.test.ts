import { describe, expect, test } from "vitest";
import { nodePool, pod } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { initializedNode, type NodeOptions } from "../../../test/controllers/disruption-fixture.ts";
import { type NodeClaim, nodeClaimType, nodePoolType, nodeType, podType } from "../../api/index.ts";
import { createNodeRepair } from "./repair.ts";

const minutes = 60_000;
const timestampKey = "karpenter.sh/nodeclaim-termination-timestamp";

const policy = { conditionType: "BadNode", conditionStatus: "False", tolerationMilliseconds: 30 * minutes } as const;

interface Setup {
  readonly nodes?: readonly (readonly [string, NodeOptions?])[];
  /** Standalone claims have none. */
  readonly pool?: boolean;
}

/** Nodes of one pool, with a provider that tolerates `BadNode=False` for half an hour. */
async function fleet(setup: Setup = {}): Promise<ClusterFixture> {
  const fixture = await clusterFixture();
  fixture.provider.repairPolicies = [policy];
  if (setup.pool !== false) await fixture.create(nodePoolType, nodePool("default"));
  for (const [name, options] of setup.nodes ?? [["a"]])
    await initializedNode(fixture, name, { held: true, ...options });
  await fixture.run(createNodeRepair(fixture));
  await fixture.advance(0);
  return fixture;
}

/** The node says so from now on. */
async function ail(
  fixture: ClusterFixture,
  name: string,
  condition: Readonly<Record<string, string>> = {},
): Promise<void> {
  const node = (await fixture.get(nodeType, `node-${name}`))!;
  const lastTransitionTime = new Date(fixture.clock.now()).toISOString().replace(/\.\d+/, "");
  const own = { type: "BadNode", status: "False", reason: "Sick", message: "", lastTransitionTime, ...condition };
  const conditions = [...(node.status?.conditions ?? []).filter(({ type }) => type !== own.type), own];
  await fixture.patch(nodeType, node, { status: { conditions } }, "status");
  await fixture.advance(0);
}

const claimOf = (fixture: ClusterFixture, name = "a"): Promise<NodeClaim | undefined> =>
  fixture.get(nodeClaimType, name);
const isDeleted = async (fixture: ClusterFixture, name = "a"): Promise<boolean> =>
  (await claimOf(fixture, name))?.metadata.deletionTimestamp !== undefined;
const deadline = async (fixture: ClusterFixture, name = "a"): Promise<string | undefined> =>
  (await claimOf(fixture, name))?.metadata.annotations?.[timestampKey];

describe("node repair", () => {
  test("[lifecycle A1] ill for longer than tolerated: deleted, and the drain ends now", async () => {
    const fixture = await fleet();
    await ail(fixture, "a");
    await fixture.advance(30 * minutes - 1_000);
    expect(await isDeleted(fixture)).toBe(false);
    await fixture.advance(2_000);
    expect(await isDeleted(fixture)).toBe(true);
    expect(await deadline(fixture)).toBe("2026-11-02T10:30:00Z");
    await fixture.stop();
  });

  test("[lifecycle A2] another condition or another status is no illness", async () => {
    const fixture = await fleet({ nodes: [["a"], ["b"]] });
    await ail(fixture, "a", { type: "OtherNode" });
    await ail(fixture, "b", { status: "True" });
    await fixture.advance(60 * minutes);
    expect([await isDeleted(fixture, "a"), await isDeleted(fixture, "b")]).toEqual([false, false]);
    await fixture.stop();
  });

  test("[lifecycle A2] twenty of thirty minutes: kept; the earliest due condition decides", async () => {
    const fixture = await fleet();
    fixture.provider.repairPolicies = [
      policy,
      { ...policy, conditionType: "Worse", tolerationMilliseconds: 3 * minutes },
    ];
    await ail(fixture, "a");
    await fixture.advance(20 * minutes);
    await ail(fixture, "a", { type: "Worse" });
    expect(await isDeleted(fixture)).toBe(false);
    await fixture.advance(3 * minutes - 1_000);
    expect(await isDeleted(fixture)).toBe(false);
    await fixture.advance(2_000);
    expect(await isDeleted(fixture)).toBe(true);
    await fixture.stop();
  });

  test.each([
    ["A3", "in the past is kept", "2026-11-02T10:10:00Z", "2026-11-02T10:10:00Z"],
    ["A3", "in the future is brought forward", "2026-11-02T12:00:00Z", "2026-11-02T10:30:00Z"],
    ["A7", "that is no time is replaced", "soon", "2026-11-02T10:30:00Z"],
  ])("[lifecycle %s] a deadline %s", async (_scenario, _case, held, expected) => {
    const fixture = await fleet();
    await fixture.patch(nodeClaimType, (await claimOf(fixture))!, {
      metadata: { annotations: { [timestampKey]: held } },
    });
    await ail(fixture, "a");
    await fixture.advance(31 * minutes);
    expect(await deadline(fixture)).toBe(expected);
    await fixture.stop();
  });

  test("[lifecycle A4] budgets, do-not-disrupt and a grace period do not hold it up", async () => {
    const fixture = await clusterFixture();
    fixture.provider.repairPolicies = [policy];
    await fixture.create(
      nodePoolType,
      nodePool("default", { disruption: { consolidateAfter: "Never", budgets: [{ nodes: "0" }] } }),
    );
    await initializedNode(fixture, "a", { held: true, annotations: { "karpenter.sh/do-not-disrupt": "true" } });
    await fixture.patch(nodeClaimType, (await claimOf(fixture))!, { spec: { terminationGracePeriod: "24h" } });
    await fixture.run(createNodeRepair(fixture));
    await ail(fixture, "a");
    await fixture.advance(31 * minutes);
    expect(await isDeleted(fixture)).toBe(true);
    expect(await deadline(fixture)).toBe("2026-11-02T10:30:00Z");
    await fixture.stop();
  });

  const named = (count: number): readonly (readonly [string])[] =>
    Array.from({ length: count }, (_, index) => [`n${index}`] as const);

  test("[lifecycle A5] three of ten are too many: told once to each, and looked at again after five minutes", async () => {
    const fixture = await fleet({ nodes: named(10) });
    for (const name of ["n0", "n1", "n2"]) await ail(fixture, name);
    await fixture.advance(31 * minutes);
    expect(await isDeleted(fixture, "n0")).toBe(false);
    const blocked = fixture.published.filter(({ reason }) => reason === "NodeRepairBlocked");
    expect([...new Set(blocked.map(({ object }) => object.kind))].sort()).toEqual(["Node", "NodeClaim", "NodePool"]);
    expect(blocked[0]?.message).toContain("3 of 10 nodes of nodepool default are unhealthy");
    await ail(fixture, "n2", { status: "True" });
    await fixture.advance(5 * minutes);
    expect([await isDeleted(fixture, "n0"), await isDeleted(fixture, "n1")]).toEqual([true, true]);
    await fixture.stop();
  });

  test("[lifecycle A5] one of three may go: the share is rounded up", async () => {
    const fixture = await fleet({ nodes: named(3) });
    await ail(fixture, "n0");
    await fixture.advance(31 * minutes);
    expect(await isDeleted(fixture, "n0")).toBe(true);
    await fixture.stop();
  });

  test("[lifecycle A5] claims without a pool are judged over the whole cluster", async () => {
    const fixture = await fleet({ nodes: named(6).map(([name]) => [name, { pool: "" }] as const), pool: false });
    for (const name of ["n0", "n1", "n2"]) await ail(fixture, name);
    await fixture.advance(31 * minutes);
    expect(await isDeleted(fixture, "n0")).toBe(false);
    expect(fixture.published[0]?.message).toContain("3 of 6 nodes of the cluster");
    await fixture.stop();
  });

  test("[lifecycle A6] counted once in both metrics", async () => {
    const fixture = await fleet();
    await fixture.create(podType, pod("p", { nodeName: "node-a" }));
    await ail(fixture, "a");
    await fixture.advance(31 * minutes);
    await ail(fixture, "a", { reason: "StillSick" });
    await fixture.advance(10 * minutes);
    const disrupted = {
      reason: "unhealthy",
      nodepool: "default",
      capacity_type: "on-demand",
      consolidation_policy: "",
      termination_mode: "graceful",
    };
    expect(await fixture.metrics.value("karpenter_nodeclaims_disrupted_total", disrupted)).toBe(1);
    expect(await fixture.metrics.value("karpenter_pods_disruption_initiated_total", disrupted)).toBe(1);
    const unhealthy = { condition: "bad_node", nodepool: "default", capacity_type: "on-demand", image_id: "" };
    expect(await fixture.metrics.value("karpenter_nodeclaims_unhealthy_disrupted_total", unhealthy)).toBe(1);
    await fixture.stop();
  });
});
