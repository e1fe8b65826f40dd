import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool, pod } from "../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture } from "../../test/controllers/cluster-fixture.ts";
import { initializedNode } from "../../test/controllers/disruption-fixture.ts";
import {
  getCondition,
  type NodeClaim,
  nodeClaimType,
  nodePoolType,
  nodeType,
  type Pod,
  podType,
} from "../api/index.ts";
import { isReschedulable } from "../core/index.ts";
import { createConsistency } from "./consistency/index.ts";
import { createExpiration } from "./expiration/index.ts";
import { createNodeClaimHydration, createNodeHydration } from "./hydration/index.ts";
import { createClaimDisruptionConditions } from "./nodeclaim-disruption/index.ts";
import { createPodEvents } from "./pod-events/index.ts";

const seconds = 1_000;
const claimOf = async (fixture: ClusterFixture, name = "a"): Promise<NodeClaim> =>
  (await fixture.get(nodeClaimType, name))!;

describe("hydration", () => {
  test("[lifecycle H1] claims and nodes without the class label get it; others' claims do not", async () => {
    const fixture = await clusterFixture();
    await initializedNode(fixture, "a");
    for (const [type, name] of [
      [nodeClaimType, "a"],
      [nodeType, "node-a"],
    ] as const) {
      const body = { metadata: { labels: { "karpenter.test.sh/testnodeclass": null } } };
      await fixture.kube.patch(type, { name }, { type: "merge", body });
    }
    const foreign = nodeClaim("foreign", { nodeClassRef: { group: "other.sh", kind: "Other", name: "x" } });
    await fixture.create(nodeClaimType, foreign);
    await fixture.run(createNodeClaimHydration(fixture), createNodeHydration(fixture));
    await fixture.advance(1 * seconds);
    expect((await claimOf(fixture)).metadata.labels?.["karpenter.test.sh/testnodeclass"]).toBe("default");
    expect((await fixture.get(nodeType, "node-a"))?.metadata.labels?.["karpenter.test.sh/testnodeclass"]).toBe(
      "default",
    );
    expect(Object.keys((await claimOf(fixture, "foreign")).metadata.labels ?? {})).toEqual(["karpenter.sh/nodepool"]);
    await fixture.stop();
  });
});

describe("consistency", () => {
  const expecting = (memory: string) => ({ status: { capacity: { memory } } });

  async function withMemory(expected: string, conditions?: readonly string[]): Promise<ClusterFixture> {
    const fixture = await clusterFixture();
    const claim = await fixture.create(nodeClaimType, nodeClaim("a", { resources: { requests: { memory: "1Gi" } } }));
    const own = (conditions ?? ["Initialized"]).map((type) => ({
      type,
      status: "True",
      reason: type,
      message: "",
      lastTransitionTime: "2026-11-02T09:00:00Z",
    }));
    await fixture.patch(
      nodeClaimType,
      claim,
      { status: { providerID: "fake:///z/i-a", conditions: own, ...expecting(expected).status } },
      "status",
    );
    const node = await fixture.create(nodeType, {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "node-a" },
      spec: { providerID: "fake:///z/i-a" },
    });
    await fixture.patch(nodeType, node, { status: { capacity: { memory: "64Gi" } } }, "status");
    await fixture.run(createConsistency(fixture));
    await fixture.advance(1 * seconds);
    return fixture;
  }

  test("[lifecycle C1] half of the expected memory is told; all of it is fine", async () => {
    const short = await withMemory("128Gi");
    expect(getCondition(await claimOf(short), "ConsistentStateFound")).toMatchObject({
      status: "False",
      reason: "ConsistencyCheckFailed",
    });
    expect(short.published.map(({ reason }) => reason)).toEqual(["FailedConsistencyCheck"]);
    await short.stop();
    const fine = await withMemory("64Gi");
    expect(getCondition(await claimOf(fine), "ConsistentStateFound")).toMatchObject({ status: "True" });
    await fine.stop();
  });

  test("[lifecycle C2] before initialization there is nothing to compare", async () => {
    const fixture = await withMemory("128Gi", []);
    expect(getCondition(await claimOf(fixture), "ConsistentStateFound")).toMatchObject({ status: "True" });
    expect(fixture.published).toEqual([]);
    await fixture.stop();
  });
});

describe("expiration", () => {
  const expired = {
    reason: "expired",
    nodepool: "default",
    capacity_type: "",
    consolidation_policy: "",
    termination_mode: "graceful",
  };
  const run = async (fixture: ClusterFixture): Promise<void> => {
    await fixture.run(createExpiration({ ...fixture, isReschedulable }));
  };

  test("[lifecycle X1] at its age the claim goes, counted with its pods; [lifecycle X3] once, however often it is looked at", async () => {
    const fixture = await clusterFixture();
    const claim = await fixture.create(
      nodeClaimType,
      nodeClaim("a", { expireAfter: "30s" }, { finalizers: ["example.com/hold"] }),
    );
    await fixture.patch(nodeClaimType, claim, { status: { nodeName: "node-a" } }, "status");
    await fixture.create(podType, pod("p", { nodeName: "node-a" }));
    await run(fixture);
    await fixture.advance(29 * seconds);
    expect((await claimOf(fixture)).metadata.deletionTimestamp).toBeUndefined();
    await fixture.advance(2 * seconds);
    expect((await claimOf(fixture)).metadata.deletionTimestamp).toBeDefined();
    // What is deleting already is not counted again.
    await fixture.patch(nodeClaimType, await claimOf(fixture), { metadata: { labels: { touched: "yes" } } });
    await fixture.advance(10 * seconds);
    expect(await fixture.metrics.value("karpenter_nodeclaims_disrupted_total", expired)).toBe(1);
    expect(await fixture.metrics.value("karpenter_pods_disruption_initiated_total", expired)).toBe(1);
    await fixture.stop();
  });

  test("[lifecycle X2] Never is never", async () => {
    const fixture = await clusterFixture();
    await fixture.create(nodeClaimType, nodeClaim("a", { expireAfter: "Never" }));
    await run(fixture);
    await fixture.advance(10_000 * seconds);
    expect((await claimOf(fixture)).metadata.deletionTimestamp).toBeUndefined();
    await fixture.stop();
  });

  test("a pool with disruption windows lets its claims expire only while one is open, and says so", async () => {
    const fixture = await clusterFixture();
    const windows = [{ schedule: "0 12 * * *", duration: "1h", timeZone: "Europe/Berlin", reasons: ["Expired"] }];
    const annotations = { "karpenter-ts.dev/disruption-windows": JSON.stringify(windows) };
    await fixture.create(nodePoolType, { ...nodePool("default"), metadata: { name: "default", annotations } });
    await fixture.create(nodeClaimType, nodeClaim("a", { expireAfter: "30s" }));
    await run(fixture);
    await fixture.advance(59 * 60 * seconds);
    expect(await fixture.get(nodeClaimType, "a")).toBeDefined();
    expect(fixture.published.map(({ reason }) => reason)).toContain("DisruptionBlocked");
    await fixture.advance(62 * seconds);
    expect(await fixture.get(nodeClaimType, "a")).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle X4] thirty that expire at once go one a second", async () => {
    const fixture = await clusterFixture();
    for (let index = 0; index < 30; index += 1)
      await fixture.create(nodeClaimType, nodeClaim(`c${index}`, { expireAfter: "30s" }));
    await run(fixture);
    await fixture.advance(40_500);
    const left = (await fixture.kube.list(nodeClaimType)).items.length;
    expect(left).toBeGreaterThan(15);
    expect(left).toBeLessThan(25);
    await fixture.advance(30 * seconds);
    expect((await fixture.kube.list(nodeClaimType)).items).toEqual([]);
    await fixture.stop();
  });
});

describe("pod events", () => {
  const on = (name: string, metadata: Pod["metadata"] = {}): Pod => pod(name, { nodeName: "node-a" }, metadata);

  test("[lifecycle P1] a bound pod is noted; [lifecycle P2] again only ten seconds later", async () => {
    const fixture = await clusterFixture();
    await initializedNode(fixture, "a");
    await fixture.run(createPodEvents(fixture));
    await fixture.create(podType, on("one"));
    await fixture.advance(1 * seconds);
    const first = (await claimOf(fixture)).status?.lastPodEventTime;
    expect(first).toBe("2026-11-02T10:00:00Z");
    await fixture.advance(4 * seconds);
    await fixture.create(podType, on("two"));
    await fixture.advance(1 * seconds);
    expect((await claimOf(fixture)).status?.lastPodEventTime).toBe(first);
    await fixture.advance(5 * seconds);
    await fixture.create(podType, on("three"));
    await fixture.advance(1 * seconds);
    expect((await claimOf(fixture)).status?.lastPodEventTime).toBe("2026-11-02T10:00:11Z");
    await fixture.stop();
  });

  test("[lifecycle P1] without node or claim nothing is written and nothing fails", async () => {
    const fixture = await clusterFixture();
    await fixture.run(createPodEvents(fixture));
    await fixture.create(podType, on("one"));
    await fixture.advance(5 * seconds);
    expect(fixture.log.lines.filter(({ level }) => level === "error")).toEqual([]);
    await fixture.stop();
  });

  test("[lifecycle O19] what a start lists counts from when it happened: no clock starts anew", async () => {
    const fixture = await clusterFixture();
    await initializedNode(fixture, "a");
    await initializedNode(fixture, "b");
    const bound = async (name: string, nodeName: string, time: string): Promise<void> => {
      const created = await fixture.create(podType, pod(name, { nodeName }));
      const scheduled = { type: "PodScheduled", status: "True", lastTransitionTime: time };
      await fixture.patch(podType, created, { status: { conditions: [scheduled] } }, "status");
    };
    await bound("old", "node-a", "2026-11-02T09:00:00Z");
    await bound("missed", "node-b", "2026-11-02T09:58:00Z");
    for (const name of ["a", "b"]) {
      const status = { lastPodEventTime: "2026-11-02T09:30:00Z" };
      await fixture.patch(nodeClaimType, await claimOf(fixture, name), { status }, "status");
    }
    await fixture.run(createPodEvents(fixture));
    await fixture.advance(2 * seconds);
    expect((await claimOf(fixture, "a")).status?.lastPodEventTime).toBe("2026-11-02T09:30:00Z");
    expect((await claimOf(fixture, "b")).status?.lastPodEventTime).toBe("2026-11-02T09:58:00Z");
    await fixture.stop();
  });

  test("[lifecycle P3] a daemon's pod does not count", async () => {
    const fixture = await clusterFixture();
    await initializedNode(fixture, "a");
    await fixture.run(createPodEvents(fixture));
    await fixture.create(
      podType,
      on("one", { ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "u" }] }),
    );
    await fixture.advance(1 * seconds);
    expect((await claimOf(fixture)).status?.lastPodEventTime).toBeUndefined();
    await fixture.stop();
  });
});

describe("the condition Consolidatable", () => {
  async function quiet(
    consolidateAfter: string,
    options: { readonly lastPodEvent?: string; readonly initialized?: boolean } = {},
  ): Promise<ClusterFixture> {
    const fixture = await clusterFixture();
    await fixture.create(nodePoolType, nodePool("default", { disruption: { consolidateAfter } }));
    await initializedNode(fixture, "a", { conditions: [] });
    const claim = await claimOf(fixture);
    if (options.lastPodEvent !== undefined)
      await fixture.patch(nodeClaimType, claim, { status: { lastPodEventTime: options.lastPodEvent } }, "status");
    if (options.initialized === false)
      await fixture.patch(nodeClaimType, claim, { status: { conditions: [] } }, "status");
    await fixture.run(createClaimDisruptionConditions(fixture));
    await fixture.advance(1 * seconds);
    return fixture;
  }
  const consolidatable = async (fixture: ClusterFixture) =>
    getCondition(await claimOf(fixture), "Consolidatable")?.status;

  test("[lifecycle W1] the last pod event is long enough ago", async () => {
    const fixture = await quiet("30s", { lastPodEvent: "2026-11-02T09:59:00Z" });
    expect(await consolidatable(fixture)).toBe("True");
    await fixture.stop();
  });

  test("[lifecycle W2] without any pod event the initialization counts", async () => {
    const fixture = await quiet("30s");
    expect(await consolidatable(fixture)).toBe("True");
    await fixture.stop();
  });

  test("[lifecycle W3] a recent pod event clears it, and it comes back at the end of the window", async () => {
    const fixture = await quiet("30s", { lastPodEvent: "2026-11-02T09:59:50Z" });
    expect(await consolidatable(fixture)).toBeUndefined();
    await fixture.advance(20 * seconds);
    expect(await consolidatable(fixture)).toBe("True");
    const body = { status: { lastPodEventTime: "2026-11-02T10:00:21Z" } };
    await fixture.patch(nodeClaimType, await claimOf(fixture), body, "status");
    await fixture.advance(1 * seconds);
    expect(await consolidatable(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle W3] Never clears it", async () => {
    const fixture = await quiet("Never");
    expect(await consolidatable(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle W4] not initialized: cleared", async () => {
    const fixture = await quiet("0s", { initialized: false });
    expect(await consolidatable(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle W6] a pool with replicas never sets it", async () => {
    const fixture = await clusterFixture();
    await fixture.create(nodePoolType, nodePool("default", { replicas: 1 }));
    await initializedNode(fixture, "a", { conditions: [] });
    await fixture.run(createClaimDisruptionConditions(fixture));
    await fixture.advance(1 * seconds);
    expect(await consolidatable(fixture)).toBeUndefined();
    await fixture.stop();
  });
});
