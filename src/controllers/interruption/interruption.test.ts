import { describe, expect, test } from "vitest";
import { nodePool, pod } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture, overClient } from "../../../test/controllers/cluster-fixture.ts";
import { initializedNode } from "../../../test/controllers/disruption-fixture.ts";
import { getCondition, type NodeClaim, nodeClaimType, nodePoolType, nodeType, podType } from "../../api/index.ts";
import { epochMillisOf } from "../../core/index.ts";
import {
  type InterruptionKind,
  type InterruptionMessage,
  type InterruptionSource,
  ProviderFault,
} from "../../provider/index.ts";
import { createNodeClaimLifecycle } from "../nodeclaim-lifecycle/index.ts";
import { createClaimDisruptionConditions } from "../nodeclaim-disruption/index.ts";
import { createEvictionQueue, createNodeTermination } from "../node-termination/index.ts";
import { createInterruption } from "./interruption.ts";

const timestampKey = "karpenter.sh/nodeclaim-termination-timestamp";

interface FakeSource extends InterruptionSource {
  /** What the queue holds: messages that were not settled come again after twenty seconds. */
  readonly queue: InterruptionMessage[];
  readonly noted: string[];
  fault?: Error;
}

function fakeSource(): FakeSource {
  const source: FakeSource = {
    name: "interruption",
    pauseMilliseconds: 20_000,
    queue: [],
    noted: [],
    receive: async () => {
      if (source.fault !== undefined) throw source.fault;
      return [...source.queue];
    },
    settle: async (message) => void source.queue.splice(source.queue.indexOf(message), 1),
    noteAffected: ({ kind }, { key }) => void source.noted.push(`${kind} ${key.name}`),
  };
  return source;
}

interface Rig {
  readonly fixture: ClusterFixture;
  readonly source: FakeSource;
}

async function rig(names: readonly string[] = ["a"], options: Parameters<typeof clusterFixture>[0] = {}): Promise<Rig> {
  const fixture = await clusterFixture(options);
  const source = fakeSource();
  for (const name of names) await initializedNode(fixture, name, { held: true });
  return { fixture, source };
}

const message = ({ fixture }: Rig, kind: InterruptionKind, ...names: readonly string[]): InterruptionMessage => ({
  kind,
  instanceIds: names.map((name) => `i-${name}`),
  time: epochMillisOf(fixture.clock.now()),
});

const run = async ({ fixture, source }: Rig): Promise<void> => {
  await fixture.run(createInterruption(fixture, source));
  await fixture.advance(1_000);
};

const claimOf = (fixture: ClusterFixture, name = "a"): Promise<NodeClaim | undefined> =>
  fixture.get(nodeClaimType, name);
const isDeleted = async (fixture: ClusterFixture, name = "a"): Promise<boolean> =>
  (await claimOf(fixture, name))?.metadata.deletionTimestamp !== undefined;
const deadline = async (fixture: ClusterFixture, name = "a"): Promise<string | undefined> =>
  (await claimOf(fixture, name))?.metadata.annotations?.[timestampKey];
const told = (fixture: ClusterFixture): readonly string[] =>
  fixture.published.map(({ object, reason }) => `${object.kind} ${reason}`);
const disrupted = (reason: string) => ({
  reason,
  nodepool: "default",
  capacity_type: "on-demand",
  consolidation_policy: "",
  termination_mode: "graceful",
});

describe("interruption", () => {
  test.each([
    ["spot_interrupted", "SpotInterrupted"],
    ["capacity_reservation_interrupted", "CapacityReservationInstanceInterrupted"],
    ["scheduled_change", "InstanceUnhealthy"],
    ["instance_stopped", "InstanceStopping"],
    ["instance_terminated", "InstanceTerminating"],
  ] as const)("[lifecycle Y1] %s: told, deleted, counted, and the message settled", async (kind, reason) => {
    const own = await rig();
    const { fixture, source } = own;
    await fixture.create(podType, pod("p", { nodeName: "node-a" }));
    source.queue.push(message(own, kind, "a"));
    await run(own);
    expect(await isDeleted(fixture)).toBe(true);
    expect(source.queue).toEqual([]);
    expect(source.noted).toEqual([`${kind} a`]);
    expect(told(fixture)).toEqual([
      `NodeClaim ${reason}`,
      `Node ${reason}`,
      "NodeClaim TerminatingOnInterruption",
      "Node TerminatingOnInterruption",
    ]);
    expect(await fixture.metrics.value("karpenter_nodeclaims_disrupted_total", disrupted(kind))).toBe(1);
    expect(await fixture.metrics.value("karpenter_pods_disruption_initiated_total", disrupted(kind))).toBe(1);
    await fixture.stop();
  });

  test("[lifecycle Y2] a hundred messages for a hundred machines in one pass", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `n${index}`);
    const own = await rig(names);
    own.source.queue.push(...names.map((name) => message(own, "spot_interrupted", name)));
    await run(own);
    const left = (await own.fixture.kube.list(nodeClaimType)).items;
    expect(left.filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual([]);
    expect(own.source.queue).toEqual([]);
    await own.fixture.stop();
  });

  test("machines of nobody are settled and nothing else happens", async () => {
    const own = await rig();
    own.source.queue.push(message(own, "instance_terminated", "stranger"));
    await run(own);
    expect([own.source.queue, own.fixture.published, await isDeleted(own.fixture)]).toEqual([[], [], false]);
    await own.fixture.stop();
  });

  test.each(["instance_status", "system_status"] as const)(
    "[lifecycle Y6] %s: its drain ends now; the next look changes nothing",
    async (kind) => {
      const own = await rig();
      own.source.queue.push(message(own, kind, "a"));
      await run(own);
      expect(await isDeleted(own.fixture)).toBe(true);
      expect(await deadline(own.fixture)).toBe("2026-11-02T10:00:00Z");
      own.source.queue.push(message(own, kind, "a"));
      await own.fixture.advance(60_000);
      expect(await deadline(own.fixture)).toBe("2026-11-02T10:00:00Z");
      await own.fixture.stop();
    },
  );

  test("[lifecycle Y7] a scheduled event has time; together with a failing check it has none", async () => {
    const own = await rig(["a", "b"]);
    own.source.queue.push(message(own, "event_status", "a", "b"), message(own, "system_status", "b"));
    await run(own);
    expect([await isDeleted(own.fixture, "a"), await isDeleted(own.fixture, "b")]).toEqual([true, true]);
    expect(await deadline(own.fixture, "a")).toBeUndefined();
    expect(await deadline(own.fixture, "b")).toBe("2026-11-02T10:00:00Z");
    await own.fixture.stop();
  });

  test("[lifecycle Y9] a source that cannot be reached surfaces, and is asked again", async () => {
    const own = await rig();
    own.source.fault = new ProviderFault("AccessDenied", "no permission to receive messages");
    await run(own);
    expect(own.fixture.log.lines.filter(({ level }) => level === "error").length).toBeGreaterThan(0);
    delete own.source.fault;
    own.source.queue.push(message(own, "spot_interrupted", "a"));
    await own.fixture.advance(60_000);
    expect(await isDeleted(own.fixture)).toBe(true);
    await own.fixture.stop();
  });

  test("[lifecycle Y10] a claim that is going already: told and noted, not deleted or counted again", async () => {
    const own = await rig();
    await own.fixture.kube.delete(nodeClaimType, { name: "a" });
    own.source.queue.push(message(own, "spot_interrupted", "a"));
    await run(own);
    expect(told(own.fixture)).toEqual(["NodeClaim SpotInterrupted", "Node SpotInterrupted"]);
    expect(own.source.noted).toEqual(["spot_interrupted a"]);
    expect(own.source.queue).toEqual([]);
    const count = await own.fixture.metrics.value(
      "karpenter_nodeclaims_disrupted_total",
      disrupted("spot_interrupted"),
    );
    expect(count).toBeUndefined();
    await own.fixture.stop();
  });

  test("a message that cannot be answered comes again, and holds up no other", async () => {
    let refusals = 1;
    const own = await rig(["a", "b"], {
      decorate: (kube) =>
        overClient(kube, {
          delete: (type, name, options) => {
            if (name.name !== "a" || refusals === 0) return kube.delete(type, name, options);
            refusals -= 1;
            return Promise.reject(new Error("the connection broke"));
          },
        }),
    });
    own.source.queue.push(message(own, "spot_interrupted", "a"), message(own, "spot_interrupted", "b"));
    await run(own);
    expect([await isDeleted(own.fixture, "a"), await isDeleted(own.fixture, "b")]).toEqual([false, true]);
    await own.fixture.advance(21_000);
    expect([await isDeleted(own.fixture, "a"), own.source.queue]).toEqual([true, []]);
    await own.fixture.stop();
  });
});

describe("the two minutes of a notice", () => {
  test("[lifecycle 8.23] [lifecycle O21] a pod that its budget holds gets its whole grace before the machine is taken", async () => {
    const own = await rig();
    const { fixture, source } = own;
    await fixture.create(
      podType,
      pod(
        "p",
        { nodeName: "node-a", terminationGracePeriodSeconds: 30 },
        { annotations: { "karpenter.sh/do-not-disrupt": "true" } },
      ),
    );
    const node = (await fixture.get(nodeType, "node-a"))!;
    await fixture.patch(nodeType, node, { metadata: { finalizers: ["karpenter.sh/termination"] } });
    const evictions = createEvictionQueue(fixture);
    const outcomes = { recordSuccess: async () => undefined, recordFailure: async () => undefined };
    source.queue.push(message(own, "spot_interrupted", "a"));
    await fixture.run(
      createInterruption(fixture, source),
      createNodeClaimLifecycle({ ...fixture, outcomes }),
      createNodeTermination({ ...fixture, evictions }),
      evictions.reconciler,
    );
    const podOf = () => fixture.get(podType, "p", "default");
    await fixture.advance(80_000);
    expect((await podOf())?.metadata.deletionTimestamp).toBeUndefined();
    await fixture.advance(15_000);
    const leaving = (await podOf())?.metadata;
    expect(leaving?.deletionGracePeriodSeconds).toBeGreaterThanOrEqual(25);
    expect(Date.parse(leaving?.deletionTimestamp ?? "")).toBeLessThanOrEqual(Date.parse("2026-11-02T10:02:00Z"));
    await fixture.stop();
  });

  test("[lifecycle O21] a drain that is under way is shortened, one that ends sooner is not", async () => {
    const own = await rig(["long", "short"]);
    const annotate = async (name: string, time: string): Promise<void> => {
      const claim = (await claimOf(own.fixture, name))!;
      await own.fixture.patch(nodeClaimType, claim, { metadata: { annotations: { [timestampKey]: time } } });
      await own.fixture.kube.delete(nodeClaimType, { name });
    };
    await annotate("long", "2026-11-02T12:00:00Z");
    await annotate("short", "2026-11-02T10:01:00Z");
    own.source.queue.push(message(own, "spot_interrupted", "long", "short"));
    await run(own);
    expect(await deadline(own.fixture, "long")).toBe("2026-11-02T10:02:00Z");
    expect(await deadline(own.fixture, "short")).toBe("2026-11-02T10:01:00Z");
    await own.fixture.stop();
  });
});

describe("a rebalance recommendation", () => {
  const withPool = async (annotations: Readonly<Record<string, string>>): Promise<Rig> => {
    const own = await rig();
    const pool = nodePool("default");
    await own.fixture.create(nodePoolType, { ...pool, metadata: { ...pool.metadata, annotations } });
    own.source.queue.push(message(own, "rebalance_recommendation", "a"));
    await own.fixture.run(createInterruption(own.fixture, own.source), createClaimDisruptionConditions(own.fixture));
    await own.fixture.advance(2_000);
    return own;
  };

  test("[lifecycle Y1] alone is told and settled", async () => {
    const { fixture, source } = await withPool({});
    expect(told(fixture)).toEqual(["NodeClaim SpotRebalanceRecommendation", "Node SpotRebalanceRecommendation"]);
    expect(await isDeleted(fixture)).toBe(false);
    expect(getCondition((await claimOf(fixture))!, "Drifted")).toBeUndefined();
    expect(source.queue).toEqual([]);
    await fixture.stop();
  });

  test("[lifecycle O21] where the pool asks for it, the claim drifts: its replacement comes before it goes", async () => {
    const { fixture } = await withPool({ "karpenter-ts.dev/on-rebalance": "replace" });
    expect(await isDeleted(fixture)).toBe(false);
    expect(getCondition((await claimOf(fixture))!, "Drifted")).toMatchObject({
      status: "True",
      reason: "SpotRebalanceRecommended",
    });
    await fixture.stop();
  });
});
