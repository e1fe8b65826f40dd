import { describe, expect, it } from "vitest";
import { deploymentType, leaseType, namespaceType, nodeType, podType } from "../../api/index.ts";
import type { Deployment, Node } from "../../api/index.ts";
import { noMachines } from "../machines.ts";
import { isRunning, podOf, withStandIns } from "../stand-ins/stand-in-fixture.ts";
import { conditionOf } from "../stand-ins/status-write.ts";
import { computeNodeTaints } from "./node-health.ts";

const web: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "app", image: "web:1" }] } },
  },
};

const node = (ready: "True" | "False" | "Unknown", spec: Node["spec"] = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1" },
  spec,
  status: { conditions: [{ type: "Ready", status: ready }] },
});

const keys = (taints: Node["spec"]["taints"]): readonly string[] | undefined =>
  taints?.map(({ key, effect }) => `${key.replace("node.kubernetes.io/", "")}:${effect}`);

describe("taints that follow from conditions", () => {
  const notReady = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" } as const;
  const own = { key: "dedicated", effect: "NoSchedule" } as const;
  it.each([
    ["a ready node needs none", node("True"), undefined],
    ["a node that is not ready", node("False"), ["not-ready:NoSchedule", "not-ready:NoExecute"]],
    ["a lost node", node("Unknown", { taints: [notReady] }), ["unreachable:NoSchedule", "unreachable:NoExecute"]],
    [
      "a node that has become ready keeps what is not ours",
      node("True", { taints: [notReady, own] }),
      ["dedicated:NoSchedule"],
    ],
    ["a cordoned node", node("True", { unschedulable: true }), ["unschedulable:NoSchedule"]],
  ] as const)("%s", (_name, object, expected) => {
    expect(keys(computeNodeTaints(object, 0))).toEqual(expected);
  });
});

describe("node lifecycle", () => {
  it("declares a node lost 40 s after its last sign of life and moves its pods five minutes later", () =>
    withStandIns({}, async (cluster) => {
      const first = cluster.yard.add();
      await cluster.kube.create(deploymentType, web);
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 2);
      cluster.yard.add();
      await cluster.until(async () => (await cluster.nodes()).length === 2);
      cluster.yard.change(first.instanceId, { failed: true });
      const ready = async () => {
        const { status } = await cluster.kube.get(nodeType, { name: first.privateDnsName });
        return conditionOf(status?.conditions, "Ready")?.status;
      };
      await cluster.clock.advance(25_000);
      expect(await ready()).toBe("True");
      await cluster.clock.advance(20_000);
      expect(await ready()).toBe("Unknown");
      await cluster.clock.advance(290_000);
      expect((await cluster.pods()).filter(({ metadata }) => metadata.deletionTimestamp !== undefined)).toEqual([]);
      await cluster.until(async () => {
        const pods = await cluster.pods();
        return pods.filter((pod) => isRunning(pod) && pod.spec.nodeName !== first.privateDnsName).length === 2;
      });
    }));

  it("is told of kubelets by word of mouth where no lease is renewed, and then no lease is written", () =>
    withStandIns({ kubelets: { machines: noMachines, timings: { leaseRenewal: Infinity } } }, async (cluster) => {
      const machine = cluster.yard.add();
      const conditions = async () => (await cluster.nodes())[0]?.status?.conditions;
      await cluster.until(async () => conditionOf(await conditions(), "Ready")?.status === "True");
      const before = await cluster.list(leaseType);
      await cluster.clock.advance(3_600_000);
      expect(conditionOf(await conditions(), "Ready")?.status).toBe("True");
      expect(await cluster.list(leaseType)).toEqual(before);
      cluster.yard.change(machine.instanceId, { failed: true });
      await cluster.clock.advance(39_000);
      expect(conditionOf(await conditions(), "Ready")?.status).toBe("True");
      await cluster.clock.advance(2_000);
      expect(conditionOf(await conditions(), "Ready")?.status).toBe("Unknown");
      cluster.yard.change(machine.instanceId, { failed: false });
      await cluster.until(async () => conditionOf(await conditions(), "Ready")?.status === "True");
    }));

  it("takes a node back that comes to life again", () =>
    withStandIns({}, async (cluster) => {
      const machine = cluster.yard.add();
      const taints = async () => (await cluster.kube.get(nodeType, { name: machine.privateDnsName })).spec.taints ?? [];
      await cluster.until(async () => (await cluster.nodes()).length === 1 && (await taints()).length === 0);
      cluster.yard.change(machine.instanceId, { failed: true });
      await cluster.clock.advance(60_000);
      expect(keys(await taints())).toEqual(["unreachable:NoSchedule", "unreachable:NoExecute"]);
      cluster.yard.change(machine.instanceId, { failed: false });
      await cluster.until(async () => (await taints()).length === 0);
    }));

  it("removes pods that name a node which does not exist", () =>
    withStandIns({}, async (cluster) => {
      await cluster.kube.create(podType, podOf("lost", { nodeName: "nowhere" }));
      await cluster.until(async () => (await cluster.pods()).length === 0);
    }));

  it("ends a namespace with everything in it", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(namespaceType, { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
      await cluster.kube.create(deploymentType, { ...web, metadata: { name: "web", namespace: "shop" } });
      await cluster.until(async () => (await cluster.pods("shop")).filter(isRunning).length === 2);
      await cluster.kube.delete(namespaceType, { name: "shop" });
      await cluster.until(async () =>
        (await cluster.list(namespaceType)).every(({ metadata }) => metadata.name !== "shop"),
      );
      expect(await cluster.pods("shop")).toEqual([]);
    }));
});
