import { describe, expect, it } from "vitest";
import { eventType, nodeType, podType } from "../../api/index.ts";
import type { Pod } from "../../api/index.ts";
import { createSystemClock } from "../../platform/index.ts";
import { isRunning, podOf, withStandIns } from "../stand-ins/stand-in-fixture.ts";
import { conditionOf } from "../stand-ins/status-write.ts";
import { Nominations } from "./nominations.ts";
import { Placer } from "./placement.ts";
import { podFactsOf } from "./pod-facts.ts";
import { computePreemption } from "./preemption.ts";
import { nodeOf, noVolumes, pictureOf, podOn, stateOf } from "./scheduler-fixture.ts";
import { selectNode } from "./select-node.ts";
import { SchedulingQueue } from "./scheduling-queue.ts";

const nodeFor = (pod: Pod, picture: ReturnType<typeof pictureOf>): string | undefined => {
  const selection = selectNode(stateOf(pod, picture), picture, 0);
  return selection.kind === "node" ? selection.entry.name : undefined;
};

describe("choosing among nodes that fit", () => {
  it("takes the emptiest, and among equals the first by name", () => {
    const nodes = [nodeOf("n2"), nodeOf("n1"), nodeOf("n0")];
    const picture = pictureOf(nodes, [podOn("p0", { nodeName: "n0", requests: { cpu: "1", memory: "4Gi" } })]);
    expect(nodeFor(podOn("p", { requests: { cpu: "1" } }), picture)).toBe("n1");
  });

  it("follows preferences before emptiness", () => {
    const nodes = [nodeOf("n1"), nodeOf("n2", { labels: { disk: "ssd" } })];
    const preference = { matchExpressions: [{ key: "disk", operator: "In" as const, values: ["ssd"] }] };
    const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] } };
    const picture = pictureOf(nodes, [podOn("p0", { nodeName: "n2", requests: { cpu: "1" } })]);
    expect(nodeFor(podOn("p", { affinity }), picture)).toBe("n2");
  });

  it("keeps off nodes that would rather not", () => {
    const nodes = [nodeOf("n1", { taints: [{ key: "spot", effect: "PreferNoSchedule" }] }), nodeOf("n2")];
    const picture = pictureOf(nodes, [podOn("p0", { nodeName: "n2", requests: { cpu: "1" } })]);
    expect(nodeFor(podOn("p"), picture)).toBe("n2");
  });

  it("spreads where it may without having to", () => {
    const constraint = {
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { app: "a" } },
    } as const;
    const placed = [
      podOn("p0", { nodeName: "n1", labels: { app: "a" } }),
      podOn("p1", { nodeName: "n2", requests: { cpu: "1" } }),
    ];
    const picture = pictureOf([nodeOf("n1"), nodeOf("n2")], placed);
    expect(nodeFor(podOn("p", { labels: { app: "a" }, topologySpreadConstraints: [constraint] }), picture)).toBe("n2");
  });
});

describe("preemption", () => {
  const wanting = podOn("vip", { priority: 100, requests: { cpu: "3" } });
  const answer = (pod: Pod, placed: readonly Pod[], nodes = [nodeOf("n1"), nodeOf("n2")]) => {
    const picture = pictureOf(nodes, placed);
    const state = stateOf(pod, picture);
    const selection = selectNode(state, picture, 0);
    const refusals = selection.kind === "none" ? selection.refusals : new Map();
    return computePreemption(state, picture, { refusals, budgets: [] });
  };

  it("takes the node whose victims matter least, and as few of them as will do", () => {
    const placed = [
      podOn("a", { nodeName: "n1", priority: 50, requests: { cpu: "3" } }),
      podOn("b", { nodeName: "n2", priority: 10, requests: { cpu: "2" } }),
      podOn("c", { nodeName: "n2", priority: 20, requests: { cpu: "1" } }),
    ];
    const { preemption } = answer(wanting, placed) as Extract<ReturnType<typeof answer>, { kind: "preempt" }>;
    expect([preemption.nodeName, preemption.victims.map(({ key }) => key)]).toEqual(["n2", ["default/b"]]);
  });

  it("never touches pods as important as the one that wants in", () => {
    const placed = ["n1", "n2"].map((nodeName) => podOn(nodeName, { nodeName, priority: 100, requests: { cpu: "3" } }));
    expect(answer(wanting, placed)).toEqual({
      kind: "no",
      text: "0/2 nodes are available: 2 No preemption victims found for incoming pod.",
    });
  });

  it("does not help where the node itself does not do", () => {
    const placed = [podOn("a", { nodeName: "n1", requests: { cpu: "1" } })];
    expect(answer(podOn("vip", { priority: 1, requests: { cpu: "5" } }), placed)).toEqual({
      kind: "no",
      text: "0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    });
  });

  it("is refused to a pod that must not preempt", () => {
    expect(answer({ ...wanting, spec: { ...wanting.spec, preemptionPolicy: "Never" } }, [])).toMatchObject({
      kind: "no",
    });
  });

  it("leaves the picture as it was", () => {
    const picture = pictureOf([nodeOf("n1")], [podOn("a", { nodeName: "n1", priority: 1, requests: { cpu: "3" } })]);
    const state = stateOf(wanting, picture);
    computePreemption(state, picture, { refusals: new Map(), budgets: [] });
    expect(picture.node("n1")?.used["cpu"]).toBe(3_000);
  });
});

describe("the queue", () => {
  const queue = () => new SchedulingQueue({ firstMilliseconds: 1_000, mostMilliseconds: 10_000 });

  it("serves by priority, then by age", () => {
    const pods = queue();
    for (const [index, priority] of [0, 5, 0].entries()) pods.add(podFactsOf(podOn(`p${index}`, { priority })), index);
    expect(pods.takeActive().map(({ facts }) => facts.key)).toEqual(["default/p1", "default/p0", "default/p2"]);
  });

  it("holds a failed pod back, twice as long each time, until something may help it", () => {
    const pods = queue();
    pods.add(podFactsOf(podOn("p")), 0);
    for (const [now, due] of [
      [0, 1_000],
      [1_000, 3_000],
      [3_000, 7_000],
      [7_000, 15_000],
      [15_000, 25_000],
    ] as const) {
      const [pod] = pods.takeActive();
      expect(pod?.facts.key).toBe("default/p");
      if (pod !== undefined) pods.park(pod, now, false);
      expect(pods.wake(due)).toBeUndefined();
      pods.release(() => true);
      expect(pods.wake(due - 1)).toBe(due);
      pods.wake(due);
    }
  });
});

describe("the scheduler on a server", () => {
  it("says why a pod waits, in kube-scheduler's words, and places it when a node comes", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.until(async () => (await cluster.nodes()).length === 1);
      await cluster.clock.advance(5_000);
      await cluster.kube.create(podType, podOf("big", { requests: { cpu: "6" } }));
      await cluster.clock.advance(1_000);
      const [waiting] = await cluster.pods();
      const condition = conditionOf(waiting?.status?.conditions, "PodScheduled");
      expect([condition?.status, condition?.reason]).toEqual(["False", "Unschedulable"]);
      expect(condition?.message).toMatch(
        /^0\/1 nodes are available: 1 Insufficient cpu\. preemption: 0\/1 nodes are available: 1 Preemption is not helpful for scheduling\.$/,
      );
      const resources = { cpu: "8", memory: "16Gi", pods: "58" };
      cluster.yard.add({ allocatable: resources, capacity: resources });
      await cluster.until(async () => (await cluster.pods()).every(isRunning));
      const reasons = (await cluster.list(eventType)).map(({ reason }) => reason);
      expect(reasons).toEqual(expect.arrayContaining(["FailedScheduling", "Scheduled"]));
    }));

  it("evicts less important pods for a more important one and keeps the room for it", () =>
    withStandIns({}, async (cluster) => {
      const { privateDnsName } = cluster.yard.add();
      await cluster.until(async () => (await cluster.nodes()).length === 1);
      await cluster.kube.create(podType, podOf("low", { requests: { cpu: "3" } }));
      await cluster.until(async () => (await cluster.pods()).every(isRunning));
      await cluster.kube.create(
        podType,
        podOf("vip", { requests: { cpu: "3" }, priorityClassName: "system-cluster-critical" }),
      );
      let nominated: string | undefined;
      await cluster.until(async () => {
        const pods = await cluster.pods();
        const vip = pods.find(({ metadata }) => metadata.name === "vip");
        nominated ??= vip?.status?.nominatedNodeName;
        return pods.length === 1 && vip !== undefined && isRunning(vip);
      });
      expect(nominated).toBe(privateDnsName);
    }));

  it("leaves pods alone that are gated, held, or somebody else's", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(podType, podOf("gated", { schedulingGates: [{ name: "later" }] }));
      await cluster.kube.create(podType, podOf("other", { schedulerName: "mine" }));
      await cluster.clock.advance(10_000);
      expect((await cluster.pods()).map(({ spec }) => spec.nodeName)).toEqual([undefined, undefined]);
      const body = { spec: { schedulingGates: null } };
      await cluster.kube.patch(podType, { name: "gated", namespace: "default" }, { type: "merge", body });
      await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === 1);
    }));

  it("does not place on a node that was cordoned", () =>
    withStandIns({}, async (cluster) => {
      const { privateDnsName: name } = cluster.yard.add();
      await cluster.until(async () => (await cluster.nodes()).length === 1);
      await cluster.kube.patch(nodeType, { name }, { type: "merge", body: { spec: { unschedulable: true } } });
      await cluster.kube.create(podType, podOf("p"));
      await cluster.clock.advance(10_000);
      expect((await cluster.pods())[0]?.spec.nodeName).toBeUndefined();
      await cluster.kube.patch(nodeType, { name }, { type: "merge", body: { spec: { unschedulable: false } } });
      await cluster.until(async () => (await cluster.pods()).every(isRunning));
    }));
});

it("decides for 1,000 pods on 50 nodes in well under 2 s", () => {
  const nodes = Array.from({ length: 50 }, (_, index) =>
    nodeOf(`n${index}`, { allocatable: { cpu: "64", memory: "256Gi", pods: "110" } }),
  );
  const picture = pictureOf(nodes);
  const placer = new Placer({ picture, nominations: new Nominations(), lookup: noVolumes, budgets: () => [] });
  const clock = createSystemClock();
  const start = clock.monotonic();
  for (let index = 0; index < 1_000; index += 1) {
    const facts = podFactsOf(
      podOn(`p${index}`, {
        labels: { app: `a${index % 30}` },
        requests: { cpu: `${100 + (index % 30) * 50}m`, memory: "128Mi" },
      }),
    );
    const placement = placer.place(facts);
    if (placement.kind === "placed") picture.assume(facts, placement.nodeName);
  }
  expect(clock.monotonic() - start).toBeLessThan(1_000);
  expect(picture.nodes().reduce((sum, { pods }) => sum + pods.size, 0)).toBe(1_000);
});
