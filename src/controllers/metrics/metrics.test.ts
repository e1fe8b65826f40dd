import { describe, expect, test } from "vitest";
import { nodePool, pod, unschedulable } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { initializedNode, smallType } from "../../../test/controllers/disruption-fixture.ts";
import {
  type Binding,
  coreLabelRules,
  nodeClaimType,
  nodePoolType,
  nodeType,
  type Pod,
  podType,
} from "../../api/index.ts";
import { createClusterModel } from "../cluster-state/index.ts";
import type { Decision } from "../plumbing/index.ts";
import { createNodeMetrics } from "./nodes.ts";
import { createNodePoolMetrics } from "./nodepools.ts";
import { createPodMetrics } from "./pods.ts";

const nodeSeries = {
  node_name: "node-a",
  phase: "",
  managed: "true",
  nodepool: "default",
  zone: "test-zone-1",
  region: "",
  instance_type: "small",
  arch: "",
  os: "",
  capacity_type: "on-demand",
  windows_build: "",
};

const daemon: Pod["metadata"] = {
  ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "u" }],
};
const asking = (name: string, cpu: string, limit: string, metadata: Pod["metadata"] = {}): Pod => {
  const resources = { requests: { cpu }, limits: { cpu: limit } };
  return pod(name, { nodeName: "node-a", containers: [{ name: "app", image: "app:1", resources }] }, metadata);
};

describe("nodes (operations 1.2, 1.3)", () => {
  test("what a node offers and holds, DaemonSets in both sums, cpu in cores; gone with the node", async () => {
    const fixture = await clusterFixture();
    await initializedNode(fixture, "a");
    await fixture.create(podType, asking("p", "500m", "2"));
    await fixture.create(podType, asking("d", "250m", "1", daemon));
    const model = createClusterModel(fixture);
    await fixture.run(createNodeMetrics({ ...fixture, model }, [...coreLabelRules.wellKnown]));
    await fixture.advance(10_000);
    const valueOf = (name: string, resource_type = "cpu") =>
      fixture.metrics.value(`karpenter_nodes_${name}`, { ...nodeSeries, resource_type });
    expect(await valueOf("allocatable")).toBe(4);
    expect(await valueOf("allocatable", "memory")).toBe(8 * 1024 ** 3);
    expect(await valueOf("total_pod_requests")).toBe(0.75);
    expect(await valueOf("total_daemon_requests")).toBe(0.25);
    expect(await valueOf("total_pod_limits")).toBe(3);
    expect(await valueOf("total_daemon_limits")).toBe(1);
    expect(await fixture.metrics.value("karpenter_nodes_current_lifetime_seconds", nodeSeries)).toBe(10);
    expect(await fixture.metrics.value("karpenter_cluster_utilization_percent", { resource_type: "cpu" })).toBe(18.75);
    await fixture.kube.delete(nodeType, { name: "node-a" });
    await fixture.kube.delete(nodeClaimType, { name: "a" });
    await fixture.advance(10_000);
    expect(await fixture.metrics.expose()).not.toContain("node-a");
    await fixture.stop();
  });
});

describe("pools (operations 1.2)", () => {
  test("limits, usage and cost; a node whose offering nobody knows is counted", async () => {
    const fixture = await clusterFixture();
    fixture.provider.instanceTypeList = [smallType];
    const created = await fixture.create(nodePoolType, nodePool("default", { limits: { cpu: "100", memory: "1Gi" } }));
    const resources = { cpu: "4", nodes: "1", "ephemeral-storage": "1Gi" };
    await fixture.patch(nodePoolType, created, { status: { resources } }, "status");
    await initializedNode(fixture, "a");
    await initializedNode(fixture, "b");
    const model = createClusterModel(fixture);
    await fixture.run(createNodePoolMetrics({ ...fixture, model }));
    await model.refreshInstanceTypes(new AbortController().signal);
    await fixture.advance(10_000);
    const of = (name: string, resource_type: string) =>
      fixture.metrics.value(`karpenter_nodepools_${name}`, { nodepool: "default", resource_type });
    expect(await of("limit", "cpu")).toBe(100);
    expect(await of("limit", "memory")).toBe(1024 ** 3);
    expect(await of("usage", "nodes")).toBe(1);
    expect(await of("usage", "ephemeral_storage")).toBe(1024 ** 3);
    const cost = () => fixture.metrics.value("karpenter_nodepools_cost_total", { nodepool: "default" });
    expect(await cost()).toBeCloseTo(0.2);
    const claim = (await fixture.get(nodeClaimType, "b"))!;
    const node = (await fixture.get(nodeType, "node-b"))!;
    const unknown = { metadata: { labels: { "node.kubernetes.io/instance-type": "unknown" } } };
    await fixture.patch(nodeClaimType, claim, unknown);
    await fixture.patch(nodeType, node, unknown);
    await fixture.advance(10_000);
    expect(await cost()).toBeCloseTo(0.1);
    expect(await fixture.metrics.value("karpenter_nodepools_cost_tracker_errors_total", { nodepool: "default" })).toBe(
      1,
    );
    await fixture.kube.delete(nodePoolType, { name: "default" });
    await fixture.advance(10_000);
    expect(await of("limit", "cpu")).toBeUndefined();
    await fixture.stop();
  });
});

describe("pods (operations 1.2)", () => {
  interface Rig {
    readonly fixture: ClusterFixture;
    readonly decide: (kind: Decision["kind"], key: string) => void;
  }

  async function rig(): Promise<Rig> {
    const fixture = await clusterFixture();
    await initializedNode(fixture, "a");
    const listeners: ((decision: Decision) => void)[] = [];
    const subscribe = (listener: (decision: Decision) => void): (() => void) => {
      listeners.push(listener);
      return () => undefined;
    };
    const model = createClusterModel(fixture);
    await fixture.run(createPodMetrics({ ...fixture, model }, { subscribe }));
    return {
      fixture,
      decide: (kind, key) => {
        for (const listener of listeners) listener({ time: "2026-11-02T10:00:00Z", kind, pods: [key], reason: "" });
      },
    };
  }

  const bind = async (fixture: ClusterFixture, name: string, time: string): Promise<void> => {
    const binding: Binding = {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name, namespace: "default" },
      target: { apiVersion: "v1", kind: "Node", name: "node-a" },
    };
    await fixture.kube.createSubresource(podType, { name, namespace: "default" }, "binding", binding);
    const conditions = [{ type: "PodScheduled", status: "True", lastTransitionTime: time }];
    const bound = (await fixture.get(podType, name, "default"))!;
    await fixture.patch(podType, bound, { status: { conditions } }, "status");
    await fixture.advance(0);
  };

  test("one that waits, is planned, bound and started is timed at each step", async () => {
    const { fixture, decide } = await rig();
    const created = await fixture.create(podType, pod("p"));
    await fixture.patch(podType, created, unschedulable, "status");
    await fixture.advance(4_000);
    const waiting = { name: "p", namespace: "default" };
    const valueOf = async (name: string, labels: Readonly<Record<string, string>> = waiting) => {
      await fixture.metrics.expose();
      return fixture.metrics.value(`karpenter_pods_${name}`, labels);
    };
    expect(await valueOf("unstarted_time_seconds")).toBe(4);
    expect(await valueOf("unbound_time_seconds")).toBe(4);
    expect(await valueOf("provisioning_scheduling_undecided_time_seconds")).toBe(4);
    decide("launch", "default/p");
    await fixture.advance(6_000);
    expect(await valueOf("provisioning_scheduling_undecided_time_seconds")).toBeUndefined();
    expect(await valueOf("provisioning_unbound_time_seconds")).toBe(6);
    await bind(fixture, "p", "2026-11-02T10:00:10Z");
    expect(await valueOf("unbound_time_seconds")).toBeUndefined();
    expect(await valueOf("unstarted_time_seconds")).toBe(10);
    const ready = { type: "Ready", status: "True", lastTransitionTime: "2026-11-02T10:00:12Z" };
    const bound = (await fixture.get(podType, "p", "default"))!;
    await fixture.patch(podType, bound, { status: { phase: "Running", conditions: [ready] } }, "status");
    await fixture.advance(0);
    expect(await valueOf("unstarted_time_seconds")).toBeUndefined();
    const text = await fixture.metrics.expose();
    expect(text).toContain("karpenter_pods_bound_duration_seconds_sum 10\n");
    expect(text).toContain("karpenter_pods_startup_duration_seconds_sum 12\n");
    expect(text).toContain("karpenter_pods_provisioning_bound_duration_seconds_sum 6\n");
    expect(text).toContain("karpenter_pods_provisioning_startup_duration_seconds_sum 8\n");
    await fixture.stop();
  });

  test("its state is one series that follows it, with what its node is", async () => {
    const { fixture } = await rig();
    await fixture.create(
      podType,
      asking("p", "1", "1", {
        ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "u" }],
      }),
    );
    await fixture.advance(0);
    const state = {
      name: "p",
      namespace: "default",
      owner: "/apis/apps/v1/namespaces/default/replicasets/web-1",
      node: "node-a",
      scheduled: "true",
      nodepool: "default",
      zone: "test-zone-1",
      arch: "",
      capacity_type: "on-demand",
      instance_type: "small",
      phase: "Pending",
      ready: "false",
      managed: "true",
    };
    expect(await fixture.metrics.value("karpenter_pods_state", state)).toBe(1);
    const running = (await fixture.get(podType, "p", "default"))!;
    await fixture.patch(podType, running, { status: { phase: "Running" } }, "status");
    await fixture.advance(0);
    expect(await fixture.metrics.value("karpenter_pods_state", state)).toBeUndefined();
    expect(await fixture.metrics.value("karpenter_pods_state", { ...state, phase: "Running" })).toBe(1);
    await fixture.kube.delete(podType, { name: "p", namespace: "default" }, { gracePeriodSeconds: 0 });
    await fixture.advance(0);
    expect(await fixture.metrics.expose()).not.toContain("karpenter_pods_state{");
    await fixture.stop();
  });
});
