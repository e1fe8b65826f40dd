import { describe, expect, test } from "vitest";
import { node, nodeClaim, nodePool, readyStatus } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { testNodeClassType } from "../../../test/controllers/fake-provider.ts";
import { nodeClaimType, nodePoolType, nodeType } from "../../api/index.ts";
import { createStatusReporters } from "./reporters.ts";

const at = (time: string) => `2026-11-02T${time}Z`;
const condition = (type: string, status: string, time: string, reason = type) => ({
  status: { conditions: [{ type, status, reason, message: "", lastTransitionTime: at(time) }] },
});

async function reporting(): Promise<ClusterFixture> {
  const fixture = await clusterFixture();
  await fixture.run(...createStatusReporters(fixture));
  return fixture;
}

const told = (fixture: ClusterFixture): readonly string[] =>
  fixture.published.map(({ object, type, reason, message }) => `${type} ${object.kind} ${reason}: ${message}`);

const claimLabels = { karpenter_test_sh_testnodeclass: "default", karpenter_sh_nodepool: "default" };
const classLabel = { "karpenter.test.sh/testnodeclass": "default" };

describe("what changes in the status of objects (operations 1.5, 2.3)", () => {
  test("a condition that turns is told by its type, timed and counted; its first sight is only counted", async () => {
    const fixture = await reporting();
    const claim = await fixture.create(nodeClaimType, nodeClaim("a", {}, { labels: classLabel }));
    await fixture.patch(nodeClaimType, claim, condition("Launched", "Unknown", "10:00:00", "LaunchFailed"), "status");
    await fixture.advance(0);
    expect(told(fixture)).toEqual([]);
    await fixture.patch(nodeClaimType, claim, condition("Launched", "True", "10:00:08"), "status");
    await fixture.advance(0);
    expect(told(fixture)).toEqual([
      "Normal NodeClaim Launched: Status condition transitioned, Type: Launched, Status: Unknown -> True, Reason: Launched",
    ]);
    const transitions = "operator_nodeclaim_status_condition_transitions_total";
    const turned = { type: "Launched", status: "True", reason: "Launched", ...claimLabels };
    expect(await fixture.metrics.value(transitions, turned)).toBe(1);
    const before = { ...turned, status: "Unknown", reason: "LaunchFailed" };
    expect(await fixture.metrics.value(transitions, before)).toBeUndefined();
    expect(await fixture.metrics.expose()).toMatch(
      /operator_nodeclaim_status_condition_transition_seconds_sum\{type="Launched",status="Unknown",.*\} 8\n/,
    );
    await fixture.stop();
  });

  test("pools, node classes and nodes with their kubelet's conditions are told of alike", async () => {
    const fixture = await reporting();
    const pool = await fixture.create(nodePoolType, nodePool("default"));
    const nodeClass = await fixture.create(testNodeClassType, {
      apiVersion: "karpenter.test.sh/v1alpha1",
      kind: "TestNodeClass",
      metadata: { name: "default" },
    });
    const machine = await fixture.create(nodeType, node("n", "fake:///z/i-1"));
    await fixture.patch(
      nodePoolType,
      pool,
      condition("NodeClassReady", "False", "10:00:00", "NodeClassNotFound"),
      "status",
    );
    await fixture.patch(testNodeClassType, nodeClass, condition("Ready", "Unknown", "10:00:00"), "status");
    await fixture.patch(nodeType, machine, condition("Ready", "False", "10:00:00"), "status");
    await fixture.advance(0);
    await fixture.patch(nodePoolType, pool, condition("NodeClassReady", "True", "10:00:01"), "status");
    await fixture.patch(testNodeClassType, nodeClass, condition("Ready", "True", "10:00:01"), "status");
    await fixture.patch(nodeType, machine, readyStatus, "status");
    await fixture.advance(0);
    expect(fixture.published.map(({ object, reason }) => `${object.kind} ${reason}`).sort()).toEqual([
      "Node Ready",
      "NodePool NodeClassReady",
      "TestNodeClass Ready",
    ]);
    await fixture.stop();
  });

  test("each finalizer that goes is told, the last one with the object; the wait for the end is timed", async () => {
    const fixture = await reporting();
    const claim = await fixture.create(
      nodeClaimType,
      nodeClaim("a", {}, { finalizers: ["karpenter.sh/termination", "example.com/hold"] }),
    );
    await fixture.kube.delete(nodeClaimType, { name: "a" });
    await fixture.advance(30_000);
    const ending = { namespace: "", name: "a", karpenter_test_sh_testnodeclass: "", karpenter_sh_nodepool: "default" };
    await fixture.metrics.expose();
    expect(await fixture.metrics.value("operator_nodeclaim_termination_current_time_seconds", ending)).toBe(30);
    await fixture.patch(nodeClaimType, claim, { metadata: { finalizers: ["example.com/hold"] } });
    await fixture.patch(nodeClaimType, claim, { metadata: { finalizers: null } });
    await fixture.advance(0);
    expect(told(fixture)).toEqual([
      "Normal NodeClaim Finalized: Finalized karpenter.sh/termination",
      "Normal NodeClaim Finalized: Finalized example.com/hold",
    ]);
    const text = await fixture.metrics.expose();
    expect(text).toMatch(/operator_nodeclaim_termination_duration_seconds_sum\{.*\} 30\n/);
    expect(text).not.toContain('operator_nodeclaim_termination_current_time_seconds{namespace="",name="a"');
    await fixture.stop();
  });

  test("series follow the present status, and go with the object", async () => {
    const fixture = await reporting();
    const pool = await fixture.create(nodePoolType, nodePool("default"));
    await fixture.patch(
      nodePoolType,
      pool,
      condition("NodeClassReady", "False", "10:00:00", "NodeClassNotFound"),
      "status",
    );
    await fixture.advance(60_000);
    const series = { namespace: "", name: "default", type: "NodeClassReady" };
    const missing = { ...series, status: "False", reason: "NodeClassNotFound" };
    const count = "operator_nodepool_status_condition_count";
    expect(await fixture.metrics.value(count, missing)).toBe(1);
    await fixture.metrics.expose();
    const current = "operator_nodepool_status_condition_current_status_seconds";
    expect(await fixture.metrics.value(current, missing)).toBe(60);
    await fixture.patch(nodePoolType, pool, condition("NodeClassReady", "True", "10:01:00"), "status");
    await fixture.advance(0);
    expect(await fixture.metrics.value(count, missing)).toBeUndefined();
    expect(await fixture.metrics.value(count, { ...series, status: "True", reason: "NodeClassReady" })).toBe(1);
    await fixture.kube.delete(nodePoolType, { name: "default" });
    await fixture.advance(0);
    expect(await fixture.metrics.expose()).not.toContain('name="default"');
    await fixture.stop();
  });
});
