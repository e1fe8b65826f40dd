import { describe, expect, test } from "vitest";
import { nodeClaim } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, overClient } from "../../../test/controllers/cluster-fixture.ts";
import { disruptionFixture } from "../../../test/controllers/disruption-fixture.ts";
import { getCondition, type NodeClaim, nodeClaimType, nodeType } from "../../api/index.ts";
import { KubeFault } from "../../kube/index.ts";
import { commandTimeoutMilliseconds } from "./command-queue.ts";

const seconds = 1_000;
const taint = { key: "karpenter.sh/disrupted", effect: "NoSchedule" } as const;

describe("commands", () => {
  test("[lifecycle U9] nodes that a dead process tainted are untainted by the first pass", async () => {
    const cluster = await disruptionFixture({ nodes: [["a", { conditions: ["DisruptionReason"] }]] });
    const node = (await cluster.fixture.get(nodeType, "node-a"))!;
    await cluster.fixture.patch(nodeType, node, { spec: { taints: [taint] } });
    await cluster.fixture.advance(30 * seconds);
    expect(await cluster.taintedNodes()).toEqual([]);
    const claim = (await cluster.fixture.get(nodeClaimType, "a")) as NodeClaim;
    expect(getCondition(claim, "DisruptionReason")).toBeUndefined();
    expect(cluster.fixture.decided.map(({ kind }) => kind)).toContain("repair");
    await cluster.fixture.stop();
  });

  test("a node that is being deleted keeps its taint", async () => {
    const cluster = await disruptionFixture({ nodes: [["a", { conditions: [] }]] });
    const node = (await cluster.fixture.get(nodeType, "node-a"))!;
    await cluster.fixture.patch(nodeType, node, {
      metadata: { finalizers: ["example.com/hold"] },
      spec: { taints: [taint] },
    });
    await cluster.fixture.kube.delete(nodeType, { name: "node-a" });
    await cluster.fixture.advance(30 * seconds);
    expect(await cluster.taintedNodes()).toEqual(["node-a"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle U14] the second delete fails once: both go, each counted once", async () => {
    let failures = 4;
    const cluster = await disruptionFixture({
      nodes: [["a"], ["b"]],
      decorate: (kube) =>
        overClient(kube, {
          delete: (type, name, options) => {
            if (name.name !== "b" || failures === 0) return kube.delete(type, name, options);
            failures -= 1;
            return Promise.reject(new KubeFault("InternalError", "boom", { code: 500 }));
          },
        }),
    });
    await cluster.fixture.advance(25 * seconds);
    expect(await cluster.claimNames()).toEqual([]);
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

  test("a node that cannot be tainted is left out of a pure delete, the rest goes", async () => {
    const cluster = await disruptionFixture({
      nodes: [["a"], ["b"]],
      decorate: (kube) =>
        overClient(kube, {
          patch: (type, name, options) =>
            name.name === "node-b"
              ? Promise.reject(new KubeFault("InternalError", "boom", { code: 500 }))
              : kube.patch(type, name, options),
        }),
    });
    await cluster.fixture.advance(18 * seconds);
    expect(await cluster.claimNames()).toEqual(["b"]);
    await cluster.fixture.stop();
  });

  test("[lifecycle U16] while a launch is open no pass runs", async () => {
    const before = (fixture: ClusterFixture) => fixture.create(nodeClaimType, nodeClaim("launching"));
    const cluster = await disruptionFixture({ nodes: [["a"]], before });
    await cluster.fixture.advance(60 * seconds);
    expect(await cluster.taintedNodes()).toEqual([]);
    await cluster.fixture.kube.delete(nodeClaimType, { name: "launching" });
    await cluster.fixture.advance(20 * seconds);
    expect(await cluster.claimNames()).toEqual([]);
    await cluster.fixture.stop();
  });

  test.each([
    [100, 600],
    [4_000, 600],
    [10_000, 800],
    [40_000, 3_200],
    [80_000, 3_600],
    [100_000, 3_600],
  ])("[lifecycle U8] with %i candidates tracked a command may take %i s", (tracked, limit) => {
    expect(commandTimeoutMilliseconds(tracked)).toBe(limit * seconds);
  });
});
