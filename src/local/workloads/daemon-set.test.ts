import { describe, expect, it } from "vitest";
import { daemonSetType, nodeType } from "../../api/index.ts";
import type { Node, Pod } from "../../api/index.ts";
import { isRunning, withStandIns } from "../stand-ins/stand-in-fixture.ts";
import { daemonBelongs, daemonPodSpec } from "./daemon-set-plan.ts";
import { daemonSet } from "./workload-fixture.ts";

const target = { namespace: "default", name: "agent" };

const hosts = (pods: readonly Pod[]): readonly string[] => pods.map(({ spec }) => spec.nodeName ?? "").sort();

const node = (spec: Node["spec"], labels: Readonly<Record<string, string>> = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1", labels },
  spec,
});

describe("where a daemon belongs", () => {
  const noSchedule = { key: "dedicated", effect: "NoSchedule" } as const;
  const noExecute = { key: "dedicated", effect: "NoExecute" } as const;
  it.each([
    ["an ordinary node", node({}), {}, { shouldRun: true, mayStay: true }],
    [
      "a cordoned node",
      node({ unschedulable: true, taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }] }),
      {},
      { shouldRun: true, mayStay: true },
    ],
    [
      "a node in trouble",
      node({ taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoExecute" }] }),
      {},
      { shouldRun: true, mayStay: true },
    ],
    ["a node with a taint", node({ taints: [noSchedule] }), {}, { shouldRun: false, mayStay: true }],
    ["a node that expels", node({ taints: [noExecute] }), {}, { shouldRun: false, mayStay: false }],
    [
      "a tainted node, tolerated",
      node({ taints: [noExecute] }),
      { tolerations: [{ operator: "Exists" }] },
      { shouldRun: true, mayStay: true },
    ],
    ["a node of another kind", node({}), { nodeSelector: { disk: "ssd" } }, { shouldRun: false, mayStay: false }],
    [
      "a node of the kind",
      node({}, { disk: "ssd" }),
      { nodeSelector: { disk: "ssd" } },
      { shouldRun: true, mayStay: true },
    ],
    [
      "a node that lost its network, on the host's network",
      node({ taints: [{ key: "node.kubernetes.io/network-unavailable", effect: "NoSchedule" }] }),
      { hostNetwork: true },
      { shouldRun: true, mayStay: true },
    ],
  ] as const)("%s", (_name, where, spec, verdict) => {
    expect(daemonBelongs({ containers: [], ...spec }, where)).toEqual(verdict);
  });

  it("pins each pod to its node by name and keeps the template's own terms", () => {
    const term = { matchExpressions: [{ key: "disk", operator: "Exists" as const }] };
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
    };
    const spec = daemonPodSpec({ containers: [], affinity }, "n1");
    expect(spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms).toEqual([
      { ...term, matchFields: [{ key: "metadata.name", operator: "In", values: ["n1"] }] },
    ]);
  });
});

describe("DaemonSet", () => {
  it("has one pod on each node, and on each that comes", () =>
    withStandIns({}, async (cluster) => {
      await cluster.kube.create(daemonSetType, daemonSet("agent"));
      const first = cluster.yard.add();
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 1);
      const second = cluster.yard.add();
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 2);
      expect(hosts(await cluster.pods())).toEqual([first.privateDnsName, second.privateDnsName]);
      await cluster.clock.advance(1_000);
      const { status } = await cluster.kube.get(daemonSetType, target);
      expect(status).toMatchObject({
        desiredNumberScheduled: 2,
        numberReady: 2,
        updatedNumberScheduled: 2,
        numberMisscheduled: 0,
      });
    }));

  it("waits for a node that is not registered yet", () =>
    withStandIns({}, async (cluster) => {
      await cluster.kube.create(daemonSetType, daemonSet("agent"));
      const { privateDnsName: name } = cluster.yard.add({
        taints: [{ key: "karpenter.sh/unregistered", effect: "NoExecute" }],
      });
      await cluster.clock.advance(10_000);
      expect(await cluster.pods()).toEqual([]);
      await cluster.kube.patch(nodeType, { name }, { type: "merge", body: { spec: { taints: [] } } });
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 1);
    }));

  it("replaces pods of an old template, one node at a time", () =>
    withStandIns({}, async (cluster) => {
      for (let index = 0; index < 3; index += 1) cluster.yard.add();
      await cluster.kube.create(daemonSetType, daemonSet("agent"));
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 3);
      const body = { spec: { template: daemonSet("agent", {}, "agent:2").spec.template } };
      await cluster.kube.patch(daemonSetType, target, { type: "merge", body });
      let least = 3;
      await cluster.until(async () => {
        const pods = (await cluster.pods()).filter(
          (pod) => isRunning(pod) && pod.metadata.deletionTimestamp === undefined,
        );
        least = Math.min(least, pods.length);
        return pods.length === 3 && pods.every(({ spec }) => spec.containers[0]?.image === "agent:2");
      });
      expect(least).toBe(2);
    }));
});
