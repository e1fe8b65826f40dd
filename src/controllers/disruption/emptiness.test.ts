import { describe, expect, test } from "vitest";
import { nodePool, pod } from "../../../test/controllers/builders.ts";
import {
  type DisruptionOptions,
  disruptionFixture,
  initializedNode,
} from "../../../test/controllers/disruption-fixture.ts";
import { type DisruptionBudget, nodePoolType, nodeType, type Pod, podType } from "../../api/index.ts";
import { epochMillisOf } from "../../core/index.ts";

const seconds = 1_000;
const names = (count: number, prefix = "n"): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(2, "0")}`);

const ofNodes = (count: number, prefix = "n", pool = "default"): NonNullable<DisruptionOptions["nodes"]> =>
  names(count, prefix).map((name) => [name, { pool }] as const);

const withBudgets = (...budgets: readonly DisruptionBudget[]) =>
  nodePool("default", { disruption: { consolidateAfter: "0s", consolidationPolicy: "WhenEmpty", budgets } });

const podOn = (name: string, change: Partial<Pod["spec"]> = {}, metadata: Pod["metadata"] = {}): Pod =>
  pod(`pod-${name}`, { nodeName: `node-${name}`, ...change }, metadata);

describe("emptiness", () => {
  test("[lifecycle E1] an empty node goes after its second look, and not before", async () => {
    const cluster = await disruptionFixture({ nodes: [["a"]] });
    await cluster.fixture.advance(14 * seconds);
    expect(await cluster.taintedNodes()).toEqual([]);
    await cluster.fixture.advance(3 * seconds);
    expect(await cluster.claimNames()).toEqual([]);
    const reasons = cluster.fixture.published.map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === "DisruptionTerminating").length).toBe(2);
    await cluster.fixture.stop();
  });

  test("[lifecycle E1] two empty nodes go in one command", async () => {
    const cluster = await disruptionFixture({ nodes: [["a"], ["b"]] });
    await cluster.fixture.advance(17 * seconds);
    expect(await cluster.claimNames()).toEqual([]);
    const labels = { decision: "delete", reason: "empty", consolidation_type: "empty" };
    expect(await cluster.fixture.metrics.value("karpenter_voluntary_disruption_decisions_total", labels)).toBe(1);
    expect(
      await cluster.fixture.metrics.value("karpenter_nodeclaims_disrupted_total", {
        reason: "empty",
        nodepool: "default",
        capacity_type: "on-demand",
        consolidation_policy: "WhenEmptyOrUnderutilized",
        termination_mode: "graceful",
      }),
    ).toBe(2);
    await cluster.fixture.stop();
  });

  test("[lifecycle E2] empty and drifted at once: emptiness takes it", async () => {
    const cluster = await disruptionFixture({ nodes: [["a", { conditions: ["Consolidatable", "Drifted"] }]] });
    await cluster.fixture.advance(17 * seconds);
    const labels = { decision: "delete", reason: "empty", consolidation_type: "empty" };
    expect(await cluster.fixture.metrics.value("karpenter_voluntary_disruption_decisions_total", labels)).toBe(1);
    await cluster.fixture.stop();
  });

  test("[lifecycle E3] not consolidatable: nothing", async () => {
    const cluster = await disruptionFixture({ nodes: [["a", { conditions: [] }]] });
    await cluster.fixture.advance(60 * seconds);
    expect(await cluster.claimNames()).toEqual(["a"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle E4] do-not-disrupt on the node: `true` keeps it, `false` does not", async () => {
    const annotated = (value: string) => ({ annotations: { "karpenter.sh/do-not-disrupt": value } });
    const cluster = await disruptionFixture({
      nodes: [
        ["kept", annotated("true")],
        ["gone", annotated("false")],
      ],
    });
    await cluster.fixture.advance(17 * seconds);
    expect(await cluster.claimNames()).toEqual(["kept"]);
    const blocked = cluster.fixture.published.filter(({ reason }) => reason === "DisruptionBlocked");
    expect(blocked.map(({ object }) => object.kind).slice(0, 2)).toEqual(["Node", "NodeClaim"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle E5] an ordinary pod keeps its node", async () => {
    const cluster = await disruptionFixture({ nodes: [["a"]] });
    await cluster.fixture.create(podType, podOn("a"));
    await cluster.fixture.advance(60 * seconds);
    expect(await cluster.claimNames()).toEqual(["a"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle E6] daemons and leaving pods do not count, a leaving StatefulSet pod does", async () => {
    const cluster = await disruptionFixture({ nodes: [["daemon"], ["leaving"], ["stateful"]] });
    const owner = (kind: string) => ({ apiVersion: "apps/v1", kind, name: "o", uid: `uid-${kind}` });
    await cluster.fixture.create(podType, podOn("daemon", {}, { ownerReferences: [owner("DaemonSet")] }));
    await cluster.fixture.create(
      podType,
      podOn("leaving", { terminationGracePeriodSeconds: 600 }, { finalizers: ["example.com/hold"] }),
    );
    const stateful = { ownerReferences: [owner("StatefulSet")], finalizers: ["example.com/hold"] };
    await cluster.fixture.create(podType, podOn("stateful", { terminationGracePeriodSeconds: 600 }, stateful));
    for (const name of ["pod-leaving", "pod-stateful"]) {
      await cluster.fixture.kube.delete(podType, { name, namespace: "default" }, { gracePeriodSeconds: 600 });
    }
    await cluster.fixture.advance(17 * seconds);
    expect(await cluster.claimNames()).toEqual(["stateful"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle E8] a candidate that fills or is annotated during the wait drops out, the others go", async () => {
    const cluster = await disruptionFixture({ nodes: [["annotated"], ["empty"], ["filled"]] });
    await cluster.fixture.advance(5 * seconds);
    await cluster.fixture.create(podType, podOn("filled"));
    const node = (await cluster.fixture.get(nodeType, "node-annotated"))!;
    await cluster.fixture.patch(nodeType, node, {
      metadata: { annotations: { "karpenter.sh/do-not-disrupt": "true" } },
    });
    await cluster.fixture.advance(12 * seconds);
    expect(await cluster.claimNames()).toEqual(["annotated", "filled"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle E9] a node of a pool with replicas is none of its business", async () => {
    const cluster = await disruptionFixture({ pools: [nodePool("default", { replicas: 1 })], nodes: [["a"]] });
    await cluster.fixture.advance(60 * seconds);
    expect(await cluster.claimNames()).toEqual(["a"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle E12] one of two goes over budget during the wait: the other goes, and one is counted", async () => {
    const cluster = await disruptionFixture({ pools: [withBudgets({ nodes: "2" })], nodes: [["a"], ["b"], ["busy"]] });
    await cluster.fixture.create(podType, podOn("busy"));
    await cluster.fixture.advance(5 * seconds);
    const busy = (await cluster.fixture.get(nodeType, "node-busy"))!;
    const notReady = {
      type: "Ready",
      status: "False",
      reason: "x",
      message: "",
      lastTransitionTime: "2026-11-02T10:00:05Z",
    };
    await cluster.fixture.patch(nodeType, busy, { status: { conditions: [notReady] } }, "status");
    await cluster.fixture.advance(12 * seconds);
    expect((await cluster.claimNames()).length).toBe(2);
    const failed = "karpenter_voluntary_disruption_failed_validations_total";
    expect(await cluster.fixture.metrics.value(failed, { consolidation_type: "empty" })).toBe(1);
    await cluster.fixture.stop();
  });

  test("[lifecycle E12] nominated during the wait: kept; as the sole candidate it counts as one lost", async () => {
    const cluster = await disruptionFixture({ nodes: [["a"]] });
    await cluster.fixture.advance(5 * seconds);
    cluster.model.nominate(["node-a"], epochMillisOf(cluster.fixture.clock.now() + 20 * seconds));
    await cluster.fixture.advance(12 * seconds);
    expect(await cluster.claimNames()).toEqual(["a"]);
    const failed = "karpenter_voluntary_disruption_failed_validations_total";
    expect(await cluster.fixture.metrics.value(failed, { consolidation_type: "empty" })).toBe(1);
    // [scheduling 212] Once the nomination is over, the node is fair game again.
    await cluster.fixture.advance(60 * seconds);
    expect(await cluster.claimNames()).toEqual([]);
    await cluster.fixture.stop();
  });

  test("[lifecycle E13] a node whose only pod costs nothing to move is empty", async () => {
    const cluster = await disruptionFixture({ nodes: [["a"]] });
    const cheap = { annotations: { "controller.kubernetes.io/pod-deletion-cost": "-2147483647" } };
    await cluster.fixture.create(podType, podOn("a", {}, cheap));
    await cluster.fixture.advance(17 * seconds);
    expect(await cluster.claimNames()).toEqual([]);
    await cluster.fixture.stop();
  });
});

describe("what pods say of being disrupted", () => {
  test.each([
    ["[lifecycle K19] a value that is none", "invalid", "InvalidDoNotDisruptAnnotation"],
    ["a duration that runs", "1h", "DoNotDisruptUntil"],
    ["a duration that is over", "1s", "DoNotDisruptGracePeriodElapsed"],
  ])("%s is told on the pod", async (_title, value, reason) => {
    const cluster = await disruptionFixture({ nodes: [["a"]] });
    const created = await cluster.fixture.create(
      podType,
      podOn("a", {}, { annotations: { "karpenter.sh/do-not-disrupt": value } }),
    );
    await cluster.fixture.patch(podType, created, { status: { startTime: "2026-11-02T09:59:00Z" } }, "status");
    await cluster.fixture.advance(40 * seconds);
    const told = cluster.fixture.published.filter(({ object }) => object.kind === "Pod");
    expect(new Set(told.map((event) => event.reason))).toEqual(new Set([reason]));
    await cluster.fixture.stop();
  });
});

describe("budgets", () => {
  test("[lifecycle B10] 30 % of ten empty nodes: three", async () => {
    const cluster = await disruptionFixture({ pools: [withBudgets({ nodes: "30%" })], nodes: ofNodes(10) });
    await cluster.fixture.advance(17 * seconds);
    expect((await cluster.claimNames()).length).toBe(7);
    await cluster.fixture.stop();
  });

  test.each(["0%", "0"])(
    "[lifecycle B11] %s: none, with an event on the pool, and as soon as it is lifted all",
    async (nodes) => {
      const cluster = await disruptionFixture({ pools: [withBudgets({ nodes })], nodes: ofNodes(2) });
      await cluster.fixture.advance(30 * seconds);
      expect((await cluster.claimNames()).length).toBe(2);
      const onPool = cluster.fixture.published.filter(({ object }) => object.kind === "NodePool");
      expect(new Set(onPool.map(({ reason }) => reason))).toEqual(new Set(["DisruptionBlocked"]));
      await cluster.fixture.stop();
    },
  );

  test("[ops 9.2.2] the gauges of a pool go with it", async () => {
    const cluster = await disruptionFixture({ nodes: [["a", { held: true }]] });
    await cluster.fixture.advance(17 * seconds);
    const labels = { nodepool: "default", reason: "Empty" };
    expect(await cluster.fixture.metrics.value("karpenter_nodepools_allowed_disruptions", labels)).toBe(1);
    await cluster.fixture.kube.delete(nodePoolType, { name: "default" });
    await cluster.fixture.advance(1 * seconds);
    expect(await cluster.fixture.metrics.value("karpenter_nodepools_allowed_disruptions", labels)).toBeUndefined();
    await cluster.fixture.stop();
  });

  test("[lifecycle B12] each of ten pools gives two of its three", async () => {
    const pools = names(10, "pool").map((name) => ({ ...withBudgets({ nodes: "2" }), metadata: { name } }));
    const nodes = pools.flatMap(({ metadata }) => ofNodes(3, `${metadata.name}-`, metadata.name));
    const cluster = await disruptionFixture({ pools, nodes });
    await cluster.fixture.advance(17 * seconds);
    expect((await cluster.claimNames()).length).toBe(10);
    await cluster.fixture.stop();
  });

  test("[lifecycle B17] while a command of one runs, a budget of three starts two more and no fourth", async () => {
    const cluster = await disruptionFixture({
      pools: [withBudgets({ nodes: "3" })],
      nodes: [["first", { held: true }]],
    });
    await cluster.fixture.advance(20 * seconds);
    expect(await cluster.claimNames()).toEqual([]);
    for (const name of names(6, "later")) await initializedNode(cluster.fixture, name, { held: true });
    await cluster.fixture.advance(60 * seconds);
    expect((await cluster.claimNames()).length).toBe(4);
    await cluster.fixture.stop();
  });

  test("[lifecycle B18] a budget of zero for no reason at all applies to nothing", async () => {
    const cluster = await disruptionFixture({ pools: [withBudgets({ nodes: "0", reasons: [] })], nodes: ofNodes(2) });
    await cluster.fixture.advance(17 * seconds);
    expect(await cluster.claimNames()).toEqual([]);
    await cluster.fixture.stop();
  });
});
