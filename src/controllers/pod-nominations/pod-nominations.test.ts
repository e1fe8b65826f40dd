import { describe, expect, test } from "vitest";
import { managedNode, snapshot } from "../../../test/builders/snapshot.ts";
import { node, nodeClaim, pod, readyStatus, unregistered, unschedulable } from "../../../test/controllers/builders.ts";
import {
  type ClusterFixture,
  clusterFixture,
  type FixtureOptions,
  overClient,
} from "../../../test/controllers/cluster-fixture.ts";
import { type Node, nodeClaimType, nodeType, type Pod, podType, type Taint } from "../../api/index.ts";
import { type Delta, type KubeClient, KubeFault } from "../../kube/index.ts";
import { createNodeClaimLifecycle } from "../nodeclaim-lifecycle/index.ts";
import { createNominator } from "./nominator.ts";
import { createPlannedPods, type PlannedPods } from "./planned-pods.ts";
import { createStaleNominations } from "./stale-nominations.ts";

const providerId = "fake:///test-zone-1/i-0001";
const notReady: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
const noOutcomes = { recordSuccess: async () => undefined, recordFailure: async () => undefined };

interface Nominating {
  readonly fixture: ClusterFixture;
  readonly planned: PlannedPods;
  readonly nominated: string[];
  /** A pod that was planned elsewhere is bound to the node, and leaves no room for another. */
  readonly takeRoom: () => Promise<void>;
  /** A pod that the scheduler refused, planned on machine `a`. */
  readonly expecting: (name: string, cpu?: string) => Promise<Pod>;
  readonly promiseOf: (name: string) => Promise<string | undefined>;
  readonly taints: () => Promise<readonly string[]>;
  /** The node as its kubelet registers it: not ready. */
  readonly join: (spec?: Partial<Node["spec"]>) => Promise<void>;
  /** Ready by the kubelet, its taint taken off by the node lifecycle controller. */
  readonly becomesReady: () => Promise<void>;
}

/** A claim `a` that is launched, and the reconcilers that open its node. */
async function nominating(
  given: FixtureOptions & {
    readonly startupTaints?: readonly Taint[];
    readonly isOff?: boolean;
    /** No pod of another kind is planned anywhere. */
    readonly isAlone?: boolean;
  } = {},
): Promise<Nominating> {
  const fixture = await clusterFixture(given);
  const planned = createPlannedPods(fixture.caches);
  if (given.isAlone !== true) planned.expect([pod("another", {}, { uid: "another" })], "elsewhere");
  const nominated: string[] = [];
  const room = { cores: 4 };
  const model = {
    nominate: (nodes: readonly string[]) => void nominated.push(...nodes),
    snapshot: () => {
      const allocatable = { cpu: String(room.cores), memory: "8Gi", pods: "20" };
      return snapshot({ managed: [managedNode("node-a", { allocatable })] });
    },
  };
  const nominator = createNominator({ ...fixture, model, planned });
  const lifecycle = createNodeClaimLifecycle({
    ...fixture,
    outcomes: noOutcomes,
    ...(given.isOff === true ? {} : { nominator }),
  });
  await fixture.run(lifecycle, createStaleNominations({ ...fixture, nominator }));
  if (given.after === undefined) {
    const { startupTaints = [] } = given;
    await fixture.create(nodeClaimType, nodeClaim("a", { startupTaints }));
    await fixture.advance(2_000);
  }
  const nodeNow = async (): Promise<Node> => (await fixture.get(nodeType, "node-a")) as Node;
  return {
    fixture,
    planned,
    nominated,
    takeRoom: async () => {
      room.cores = 0.5;
      await fixture.create(podType, pod("stranger", { nodeName: "node-a" }));
      await fixture.advance(100);
    },
    expecting: async (name, cpu = "1") => {
      const requests = { cpu, memory: "128Mi" };
      const created = await fixture.create(
        podType,
        pod(name, { containers: [{ name: "app", image: "app:1", resources: { requests } }] }),
      );
      const refused = await fixture.patch(podType, created, unschedulable, "status");
      planned.expect([refused], "a");
      await fixture.advance(100);
      return refused;
    },
    promiseOf: async (name) => (await fixture.get(podType, name, "default"))?.status?.nominatedNodeName,
    taints: async () => ((await nodeNow()).spec.taints ?? []).map(({ key }) => key),
    join: async (spec = {}) => {
      const { startupTaints = [] } = given;
      await fixture.create(nodeType, node("node-a", providerId, { taints: [unregistered, notReady], ...spec }));
      await fixture.advance(2_000);
      expect((await nodeNow()).metadata.labels?.["karpenter.sh/registered"]).toBe("true");
      expect(await fixture.get(nodeClaimType, "a")).toMatchObject({ status: { nodeName: "node-a" } });
      expect(startupTaints.length).toBeLessThan(2);
    },
    becomesReady: async () => {
      await fixture.patch(nodeType, await nodeNow(), readyStatus, "status");
      const { taints = [] } = (await nodeNow()).spec;
      const spec = { taints: taints.filter(({ key }) => key !== notReady.key) };
      await fixture.patch(nodeType, await nodeNow(), { spec });
      await fixture.advance(1_500);
    },
  };
}

describe("a node that pods are planned on", () => {
  test("stays closed until nothing but its own taint keeps them off; then they are promised it, and it is opened", async () => {
    const cluster = await nominating();
    await cluster.expecting("p");
    await cluster.join();
    expect([await cluster.taints(), await cluster.promiseOf("p")]).toEqual([
      ["karpenter.sh/unregistered", notReady.key],
      undefined,
    ]);
    await cluster.becomesReady();
    expect([await cluster.taints(), await cluster.promiseOf("p")]).toEqual([[], "node-a"]);
    expect(cluster.nominated).toEqual(["node-a"]);
    await cluster.fixture.stop();
  });

  test("promises them before it is opened, not after", async () => {
    const order: string[] = [];
    const noting = (kube: KubeClient): KubeClient =>
      overClient(kube, {
        patch: (type, name, options) => {
          const text = JSON.stringify(options.body);
          if (text.includes("nominatedNodeName")) order.push("promised");
          if (text.includes('"taints"')) order.push("opened");
          return kube.patch(type, name, options);
        },
      });
    const cluster = await nominating({ decorate: noting });
    await cluster.expecting("p");
    await cluster.join();
    await cluster.becomesReady();
    expect(order).toEqual(["promised", "opened"]);
    await cluster.fixture.stop();
  });

  test("is opened after half a minute all the same: what makes it ready may not tolerate the taint", async () => {
    const cluster = await nominating();
    await cluster.expecting("p");
    await cluster.join();
    await cluster.fixture.advance(31_000);
    expect([await cluster.taints(), await cluster.promiseOf("p")]).toEqual([[notReady.key], undefined]);
    await cluster.becomesReady();
    expect(await cluster.promiseOf("p")).toBe("node-a");
    await cluster.fixture.stop();
  });

  test("is opened as it registers where all that are planned are alike: which of them comes first is all one", async () => {
    const cluster = await nominating({ isAlone: true });
    await cluster.expecting("p");
    await cluster.join();
    expect([await cluster.taints(), await cluster.promiseOf("p")]).toEqual([[notReady.key], undefined]);
    await cluster.fixture.stop();
  });

  test("is not promised to pods so small that they find a gap anyway", async () => {
    const cluster = await nominating();
    await cluster.expecting("large", "500m");
    await cluster.expecting("small", "499m");
    await cluster.join();
    await cluster.becomesReady();
    expect([await cluster.promiseOf("large"), await cluster.promiseOf("small")]).toEqual(["node-a", undefined]);
    await cluster.fixture.stop();
  });

  test("that startup taints keep closed is opened at once, and promised when they are gone", async () => {
    const boot: Taint = { key: "boot", effect: "NoSchedule" };
    const cluster = await nominating({ startupTaints: [boot] });
    await cluster.expecting("p");
    await cluster.join();
    expect(await cluster.taints()).toEqual([notReady.key, "boot"]);
    await cluster.becomesReady();
    expect(await cluster.promiseOf("p")).toBeUndefined();
    await cluster.fixture.patch(nodeType, (await cluster.fixture.get(nodeType, "node-a")) as Node, {
      spec: { taints: null },
    });
    await cluster.fixture.advance(100);
    expect(await cluster.promiseOf("p")).toBe("node-a");
    await cluster.fixture.stop();
  });

  test("[lifecycle L8] that nobody is planned on is opened as it registers", async () => {
    const cluster = await nominating();
    await cluster.join();
    expect(await cluster.taints()).toEqual([notReady.key]);
    await cluster.fixture.stop();
  });

  test("held by a process that is gone is opened by one that promises nothing", async () => {
    const before = await nominating();
    await before.expecting("p");
    await before.join();
    await before.fixture.stop();
    const after = await nominating({ after: before.fixture, isOff: true });
    await after.fixture.advance(1_000);
    expect(await after.taints()).toEqual([notReady.key]);
    await after.fixture.stop();
  });

  test("is opened without promises where the rights are missing, which is said once with the right to grant", async () => {
    const refusing = (kube: KubeClient): KubeClient =>
      overClient(kube, {
        patch: (type, name, options) =>
          type.kind === "Pod"
            ? Promise.reject(new KubeFault("Forbidden", "pods/status is forbidden", { code: 403 }))
            : kube.patch(type, name, options),
      });
    const cluster = await nominating({ decorate: refusing });
    await cluster.expecting("p");
    await cluster.expecting("q");
    await cluster.join();
    await cluster.becomesReady();
    expect([await cluster.taints(), await cluster.promiseOf("p")]).toEqual([[], undefined]);
    const errors = cluster.fixture.log.lines.filter(({ level }) => level === "error");
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining("grant patch on pods/status")]);
    await cluster.fixture.stop();
  });

  test.each(["NotFound", "Conflict", "ServiceUnavailable"] as const)(
    "is opened though a pod cannot be promised it (%s)",
    async (reason) => {
      const refusing = (kube: KubeClient): KubeClient =>
        overClient(kube, {
          patch: (type, name, options) =>
            type.kind === "Pod" ? Promise.reject(new KubeFault(reason, "no")) : kube.patch(type, name, options),
        });
      const cluster = await nominating({ decorate: refusing });
      await cluster.expecting("p");
      await cluster.join();
      await cluster.becomesReady();
      expect(await cluster.taints()).toEqual([]);
      await cluster.fixture.stop();
    },
  );
});

describe("a promise that comes to nothing", () => {
  const promised = async (): Promise<Nominating> => {
    const cluster = await nominating();
    await cluster.expecting("p");
    await cluster.join();
    await cluster.becomesReady();
    expect(await cluster.promiseOf("p")).toBe("node-a");
    return cluster;
  };

  test("is taken back half a minute later, and not given again", async () => {
    const cluster = await promised();
    await cluster.fixture.advance(31_000);
    expect(await cluster.promiseOf("p")).toBeUndefined();
    await cluster.fixture.patch(nodeType, (await cluster.fixture.get(nodeType, "node-a")) as Node, {
      metadata: { labels: { again: "yes" } },
    });
    await cluster.fixture.advance(5_000);
    expect(await cluster.promiseOf("p")).toBeUndefined();
    await cluster.fixture.stop();
  });

  test("is taken back at once when the node is given up", async () => {
    const cluster = await promised();
    const spec = { taints: [{ key: "karpenter.sh/disrupted", effect: "NoSchedule" }] };
    await cluster.fixture.patch(nodeType, (await cluster.fixture.get(nodeType, "node-a")) as Node, { spec });
    await cluster.fixture.advance(100);
    expect(await cluster.promiseOf("p")).toBeUndefined();
    await cluster.fixture.stop();
  });

  const clear = async ({ fixture }: Nominating): Promise<void> => {
    const waiting = (await fixture.get(podType, "p", "default")) as Pod;
    await fixture.patch(podType, waiting, { status: { nominatedNodeName: null } }, "status");
    await fixture.advance(300);
  };

  test("because an attempt failed in between is given again, four times at most", async () => {
    const cluster = await promised();
    for (let time = 0; time < 4; time += 1) {
      await clear(cluster);
      expect(await cluster.promiseOf("p")).toBe("node-a");
    }
    await clear(cluster);
    expect(await cluster.promiseOf("p")).toBeUndefined();
    await cluster.fixture.stop();
  });

  test("is taken back at once when others have taken the room: another machine must be found", async () => {
    const cluster = await promised();
    await cluster.takeRoom();
    expect(await cluster.promiseOf("p")).toBeUndefined();
    await cluster.fixture.stop();
  });

  test("because others have taken the room is not given again", async () => {
    const cluster = await promised();
    await clear(cluster);
    expect(await cluster.promiseOf("p")).toBe("node-a");
    await cluster.takeRoom();
    await clear(cluster);
    expect(await cluster.promiseOf("p")).toBeUndefined();
    await cluster.fixture.stop();
  });

  test("is known as our own, and taken back, by the process that follows", async () => {
    const before = await promised();
    await before.fixture.stop();
    const after = await nominating({ after: before.fixture });
    await after.fixture.advance(29_000);
    expect(await after.promiseOf("p")).toBe("node-a");
    await after.fixture.advance(3_000);
    expect(await after.promiseOf("p")).toBeUndefined();
    await after.fixture.stop();
  });

  test("is left alone when it is another's, as of preemption", async () => {
    const cluster = await nominating();
    const created = await cluster.fixture.create(podType, pod("theirs"));
    const status = { ...unschedulable.status, nominatedNodeName: "node-a" };
    await cluster.fixture.patch(podType, created, { status }, "status");
    await cluster.fixture.advance(120_000);
    expect(await cluster.promiseOf("theirs")).toBe("node-a");
    await cluster.fixture.stop();
  });
});

describe("planned pods", () => {
  const owned = (name: string, owner: string): Pod => {
    const reference = { apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: owner, controller: true };
    return pod(name, {}, { uid: name, ownerReferences: [reference] });
  };
  const registry = (pods: readonly Pod[]) => {
    let tell: ((delta: Delta<Pod>) => void) | undefined;
    const caches = {
      pods: {
        store: { get: (key: string) => pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key) },
        subscribe: (handler: (delta: Delta<Pod>) => void) => {
          tell = handler;
          return () => undefined;
        },
      },
    } as unknown as Parameters<typeof createPlannedPods>[0];
    const planned = createPlannedPods(caches, (node) => [node, node.replace("node-", "")]);
    const bind = (bound: Pod, nodeName: string): void =>
      tell?.({ type: "updated", previous: bound, object: { ...bound, spec: { ...bound.spec, nodeName } } });
    const on = (machine: string) => planned.on([machine]).map(({ metadata }) => metadata.name);
    return { planned, bind, on };
  };

  test("of one controller change places when the scheduler takes one for another", () => {
    const [p, q, stranger] = [owned("p", "web"), owned("q", "web"), owned("s", "other")] as const;
    const { planned, bind, on } = registry([p, q, stranger]);
    planned.expect([stranger, p], "a");
    planned.expect([q], "b");
    bind(q, "node-a");
    expect([on("a"), on("b")]).toEqual([["s"], ["p"]]);
  });

  test("of different controllers do not", () => {
    const [p, q] = [owned("p", "web"), owned("q", "other")] as const;
    const { planned, bind, on } = registry([p, q]);
    planned.expect([p], "a");
    planned.expect([q], "b");
    bind(q, "node-a");
    expect([on("a"), on("b")]).toEqual([["p"], []]);
  });
});
