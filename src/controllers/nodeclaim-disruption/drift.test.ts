import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { initializedNode, smallType } from "../../../test/controllers/disruption-fixture.ts";
import { testNodeClassType } from "../../../test/controllers/fake-provider.ts";
import {
  type Condition,
  getCondition,
  type NodeClaim,
  nodeClaimType,
  type NodePool,
  nodePoolHash,
  nodePoolHashVersion,
  nodePoolType,
} from "../../api/index.ts";
import { ProviderFault } from "../../provider/index.ts";
import { createNodePoolHash } from "../nodepool/index.ts";
import { createClaimDisruptionConditions } from "./conditions.ts";

const minutes = 60_000;
const labelled = {
  "node.kubernetes.io/instance-type": "small",
  "topology.kubernetes.io/zone": "test-zone-1",
  "karpenter.sh/capacity-type": "on-demand",
};

const claimOf = async (fixture: ClusterFixture, name = "a"): Promise<NodeClaim> =>
  (await fixture.get(nodeClaimType, name))!;
const drift = async (fixture: ClusterFixture, name = "a"): Promise<Condition | undefined> =>
  getCondition(await claimOf(fixture, name), "Drifted");

/** The stamp that claims get at their creation. */
const stampOf = (pool: NodePool): Readonly<Record<string, string>> => ({
  "karpenter.sh/nodepool-hash": nodePoolHash(pool),
  "karpenter.sh/nodepool-hash-version": nodePoolHashVersion,
});

interface Setup {
  readonly pools?: readonly NodePool[];
  readonly claims?: readonly (readonly [name: string, pool: string])[];
}

/** Initialized claims, stamped as their pool stands, with the controllers of hash and conditions. */
async function stamped(setup: Setup = {}): Promise<ClusterFixture> {
  const fixture = await clusterFixture();
  fixture.provider.instanceTypeList = [smallType];
  const { pools = [nodePool("default")], claims = [["a", "default"]] } = setup;
  for (const pool of pools) await fixture.create(nodePoolType, pool);
  for (const [name, poolName] of claims) {
    await initializedNode(fixture, name, { pool: poolName, conditions: [] });
    const pool = (await fixture.get(nodePoolType, poolName))!;
    await fixture.patch(nodeClaimType, await claimOf(fixture, name), { metadata: { annotations: stampOf(pool) } });
  }
  await fixture.run(createClaimDisruptionConditions(fixture), createNodePoolHash(fixture));
  await fixture.advance(1_000);
  return fixture;
}

const change = async (fixture: ClusterFixture, spec: object, name = "default"): Promise<void> => {
  const pool = (await fixture.get(nodePoolType, name))!;
  await fixture.patch(nodePoolType, pool, { spec });
  await fixture.advance(2_000);
};

describe("the condition Drifted", () => {
  test("[lifecycle R20] what the provider reports is set, and cleared when it no longer does", async () => {
    const fixture = await stamped();
    expect(await drift(fixture)).toBeUndefined();
    fixture.provider.onDrift = () => "AMIDrift";
    await fixture.advance(5 * minutes);
    expect(await drift(fixture)).toMatchObject({ status: "True", reason: "AMIDrift", message: "AMIDrift" });
    fixture.provider.onDrift = () => undefined;
    await fixture.advance(5 * minutes);
    expect(await drift(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("a change of the node class is looked at without waiting", async () => {
    const fixture = await stamped();
    fixture.provider.onDrift = () => "SubnetDrift";
    await fixture.create(testNodeClassType, {
      apiVersion: "karpenter.test.sh/v1alpha1",
      kind: "TestNodeClass",
      metadata: { name: "default" },
    });
    await fixture.advance(1_000);
    expect(await drift(fixture)).toMatchObject({ reason: "SubnetDrift" });
    await fixture.stop();
  });

  test("another reason keeps the time of the first: the age of the drift decides who goes first", async () => {
    const fixture = await stamped();
    fixture.provider.onDrift = () => "AMIDrift";
    await fixture.advance(5 * minutes);
    const since = (await drift(fixture))?.lastTransitionTime;
    fixture.provider.onDrift = () => "SubnetDrift";
    await fixture.advance(5 * minutes);
    expect(await drift(fixture)).toMatchObject({ reason: "SubnetDrift", lastTransitionTime: since });
    await fixture.stop();
  });

  test("a provider that cannot say leaves the condition as it was, and Consolidatable is written all the same", async () => {
    const fixture = await stamped();
    fixture.provider.onDrift = () => "AMIDrift";
    await fixture.advance(5 * minutes);
    await fixture.patch(nodeClaimType, await claimOf(fixture), { status: { lastPodEventTime: null } }, "status");
    fixture.provider.onDrift = () => {
      throw new ProviderFault("RequestLimitExceeded", "slow down");
    };
    await fixture.advance(6 * minutes);
    expect(await drift(fixture)).toMatchObject({ reason: "AMIDrift" });
    expect(getCondition(await claimOf(fixture), "Consolidatable")).toMatchObject({ status: "True" });
    await fixture.stop();
  });

  test("[lifecycle R21] a type that is sold no more is drift only once the claim is an hour old", async () => {
    const fixture = await stamped();
    fixture.provider.instanceTypeList = [{ ...smallType, name: "other" }];
    await fixture.advance(55 * minutes);
    expect(await drift(fixture)).toBeUndefined();
    await fixture.advance(10 * minutes);
    expect(await drift(fixture)).toMatchObject({ reason: "InstanceTypeNotFound" });
    await fixture.stop();
  });

  test("[lifecycle R21] a pass is remembered for half an hour, a failure is looked at again each time", async () => {
    const fixture = await stamped();
    await fixture.advance(70 * minutes);
    fixture.provider.instanceTypeList = [{ ...smallType, name: "other" }];
    await fixture.advance(15 * minutes);
    expect(await drift(fixture)).toBeUndefined();
    await fixture.advance(20 * minutes);
    expect(await drift(fixture)).toMatchObject({ reason: "InstanceTypeNotFound" });
    fixture.provider.instanceTypeList = [smallType];
    await fixture.advance(5 * minutes);
    expect(await drift(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle R22] the pool's reasons come before the provider's", async () => {
    const fixture = await stamped();
    fixture.provider.onDrift = () => "AMIDrift";
    const requirements = [{ key: "topology.kubernetes.io/zone", operator: "In", values: ["test-zone-2"] }];
    await change(fixture, { template: { spec: { requirements } } });
    expect(await drift(fixture)).toMatchObject({ reason: "RequirementsDrifted" });
    await change(fixture, { template: { metadata: { labels: { team: "a" } } } });
    expect(await drift(fixture)).toMatchObject({ reason: "NodePoolDrifted" });
    await fixture.stop();
  });

  test.each(["Unknown", "False"])("[lifecycle R23] Launched %s: cleared", async (status) => {
    const fixture = await stamped();
    fixture.provider.onDrift = () => "AMIDrift";
    await fixture.advance(5 * minutes);
    const claim = await claimOf(fixture);
    const conditions = claim.status?.conditions?.map((own) => (own.type === "Launched" ? { ...own, status } : own));
    await fixture.patch(nodeClaimType, claim, { status: { conditions } }, "status");
    await fixture.advance(2_000);
    expect(await drift(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle R23] without its pool a claim keeps what it says", async () => {
    const fixture = await stamped();
    fixture.provider.onDrift = () => "AMIDrift";
    await fixture.advance(5 * minutes);
    await fixture.kube.delete(nodePoolType, { name: "default" });
    fixture.provider.onDrift = () => undefined;
    await fixture.advance(10 * minutes);
    expect(await drift(fixture)).toMatchObject({ reason: "AMIDrift" });
    await fixture.stop();
  });

  test("[lifecycle R25] of two pools only the changed one's claims drift", async () => {
    const fixture = await stamped({
      pools: [nodePool("one"), nodePool("two")],
      claims: [
        ["a", "one"],
        ["b", "two"],
      ],
    });
    await change(fixture, { template: { metadata: { labels: { team: "a" } } } }, "one");
    expect(await drift(fixture, "a")).toMatchObject({ reason: "NodePoolDrifted" });
    expect(await drift(fixture, "b")).toBeUndefined();
    await fixture.stop();
  });

  const taint = { key: "team", effect: "NoSchedule", value: "a" };
  test.each([
    ["annotations", { metadata: { annotations: { team: "a" } } }],
    ["labels", { metadata: { labels: { team: "a" } } }],
    ["taints", { spec: { taints: [taint] } }],
    ["startupTaints", { spec: { startupTaints: [taint] } }],
    ["nodeClassRef", { spec: { nodeClassRef: { name: "other" } } }],
    ["expireAfter", { spec: { expireAfter: "48h" } }],
    ["terminationGracePeriod", { spec: { terminationGracePeriod: "30m" } }],
  ])("[lifecycle R26] %s of the template changed: drifted", async (_field, template) => {
    const fixture = await stamped();
    await change(fixture, { template });
    expect(await drift(fixture)).toMatchObject({ status: "True", reason: "NodePoolDrifted" });
    await fixture.stop();
  });

  test.each([
    ["weight", { weight: 10 }],
    ["limits", { limits: { cpu: "100" } }],
    ["disruption", { disruption: { consolidateAfter: "5m", budgets: [{ nodes: "1" }] } }],
  ])("[lifecycle R27] %s changed: nothing drifts", async (_field, spec) => {
    const fixture = await stamped();
    await change(fixture, spec);
    expect(await drift(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle W5] drifted and quiet at once; both causes gone, both are cleared", async () => {
    const fixture = await stamped();
    fixture.provider.onDrift = () => "AMIDrift";
    await fixture.advance(5 * minutes);
    const both = async () => [await drift(fixture), getCondition(await claimOf(fixture), "Consolidatable")];
    expect(await both()).toMatchObject([{ status: "True" }, { status: "True" }]);
    fixture.provider.onDrift = () => undefined;
    await change(fixture, { disruption: { consolidateAfter: "Never" } });
    expect(await both()).toEqual([undefined, undefined]);
    await fixture.stop();
  });

  test("[lifecycle W6] claims of other providers and deleting claims are left alone", async () => {
    const fixture = await clusterFixture();
    fixture.provider.onDrift = () => "AMIDrift";
    await fixture.create(nodePoolType, nodePool("default"));
    const foreign = { nodeClassRef: { group: "other.sh", kind: "Other", name: "x" } };
    await fixture.create(nodeClaimType, nodeClaim("foreign", foreign, { labels: labelled }));
    await initializedNode(fixture, "leaving", { conditions: [], held: true });
    await fixture.kube.delete(nodeClaimType, { name: "leaving" });
    await fixture.run(createClaimDisruptionConditions(fixture));
    await fixture.advance(6 * minutes);
    expect((await claimOf(fixture, "foreign")).status).toBeUndefined();
    expect(await drift(fixture, "leaving")).toBeUndefined();
    await fixture.stop();
  });
});
