import { describe, expect, test } from "vitest";
import { node, nodeClaim, pod } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture, overClient } from "../../../test/controllers/cluster-fixture.ts";
import { nodeClaimType, nodeType, type Pod, podType } from "../../api/index.ts";
import { type EpochMillis, epochMillisOf } from "../../core/index.ts";
import { KubeFault, type KubeFaultReason } from "../../kube/index.ts";
import { createEvictionQueue, type EvictionQueue } from "./eviction-queue.ts";

interface Calls {
  readonly evictions: string[];
  readonly deletes: { readonly name: string; readonly uid: string | undefined; readonly grace: number | undefined }[];
}

interface QueueFixture extends Calls {
  readonly fixture: ClusterFixture;
  readonly queue: EvictionQueue;
  readonly pod: Pod;
  readonly add: (deadline?: EpochMillis) => void;
  readonly value: (name: string, labels: Readonly<Record<string, string>>) => Promise<number | undefined>;
}

interface Options {
  /** What the eviction call answers; undefined lets it through. */
  readonly refuse?: () => KubeFault | undefined;
  readonly reason?: string;
  readonly spec?: Partial<Pod["spec"]>;
  readonly metadata?: Pod["metadata"];
}

async function queueFixture(options: Options = {}): Promise<QueueFixture> {
  const calls: Calls = { evictions: [], deletes: [] };
  const fixture = await clusterFixture({
    decorate: (kube) =>
      overClient(kube, {
        createSubresource: (type, name, subresource, body, call) => {
          calls.evictions.push(name.name);
          const fault = options.refuse?.();
          return fault === undefined
            ? kube.createSubresource(type, name, subresource, body, call)
            : Promise.reject(fault);
        },
        delete: (type, name, call) => {
          calls.deletes.push({ name: name.name, uid: call?.uid, grace: call?.gracePeriodSeconds });
          return kube.delete(type, name, call);
        },
      }),
  });
  const claim = await fixture.create(nodeClaimType, nodeClaim("c"));
  const { reason } = options;
  const condition = {
    type: "DisruptionReason",
    status: "True",
    reason,
    message: reason,
    lastTransitionTime: "2026-11-02T10:00:00Z",
  };
  const conditions = reason === undefined ? [] : [condition];
  await fixture.patch(nodeClaimType, claim, { status: { providerID: "fake:///z/i-1", conditions } }, "status");
  await fixture.create(nodeType, node("n", "fake:///z/i-1"));
  const spec = { nodeName: "n", terminationGracePeriodSeconds: 30, ...options.spec };
  const created = await fixture.create(podType, pod("a", spec, options.metadata ?? {}));
  const queue = createEvictionQueue(fixture);
  await fixture.run(queue.reconciler);
  return {
    ...calls,
    fixture,
    queue,
    pod: created,
    add: (deadline) => queue.add([created], deadline),
    value: (name, labels) => fixture.metrics.value(name, labels),
  };
}

const fault =
  (reason: KubeFaultReason, code: number, message = "refused") =>
  (): KubeFault =>
    new KubeFault(reason, message, { code });

const inSeconds = ({ fixture }: QueueFixture, seconds: number): EpochMillis =>
  epochMillisOf(fixture.clock.now() + seconds * 1_000);

describe("evictions", () => {
  test.each([
    ["not found", fault("NotFound", 404), "404"],
    ["another UID", fault("Conflict", 409), "409"],
  ])("[lifecycle Q1] %s: done, without an event", async (_title, refuse, code) => {
    const queue = await queueFixture({ refuse });
    queue.add();
    await queue.fixture.advance(30_000);
    expect(queue.evictions).toEqual(["a"]);
    expect(queue.fixture.published).toEqual([]);
    expect(await queue.value("karpenter_pods_eviction_requests_total", { code })).toBe(1);
    await queue.fixture.stop();
  });

  test("[lifecycle Q2] evicted: event and count", async () => {
    const queue = await queueFixture();
    queue.add();
    await queue.fixture.advance(5_000);
    expect(queue.fixture.published.map(({ reason }) => reason)).toEqual(["Evicted"]);
    expect(await queue.value("karpenter_pods_drained_total", { reason: "Forceful Termination" })).toBe(1);
    expect(await queue.value("karpenter_pods_eviction_requests_total", { code: "200" })).toBe(1);
    await queue.fixture.stop();
  });

  test.each([
    ["[lifecycle Q3] a budget that allows none", fault("TooManyRequests", 429)],
    [
      "[lifecycle Q4] several budgets",
      fault(
        "InternalError",
        500,
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
      ),
    ],
  ])("%s: tried again, with an event on the node", async (_title, refuse) => {
    const queue = await queueFixture({ refuse });
    queue.add();
    await queue.fixture.advance(30_000);
    expect(queue.evictions.length).toBeGreaterThan(2);
    const [event] = queue.fixture.published;
    expect([event?.reason, event?.object.kind]).toEqual(["FailedDraining", "Node"]);
    expect(await queue.value("karpenter_pods_drained_total", { reason: "Forceful Termination" })).toBeUndefined();
    await queue.fixture.stop();
  });

  test("[lifecycle Q5] adding while evictions run loses nothing", async () => {
    const queue = await queueFixture();
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, index) => queue.fixture.create(podType, pod(`p-${index}`, { nodeName: "n" }))),
    );
    await queue.fixture.advance(0);
    for (const other of others) {
      queue.queue.add([other], undefined);
      queue.queue.add([other], undefined);
    }
    await queue.fixture.advance(5_000);
    expect(queue.evictions.toSorted()).toEqual(others.map(({ metadata }) => metadata.name ?? "").toSorted());
    await queue.fixture.stop();
  });

  test("[lifecycle Q6] the reason of the disruption is the reason that is counted", async () => {
    const queue = await queueFixture({ reason: "Drifted" });
    queue.add();
    await queue.fixture.advance(5_000);
    expect(await queue.value("karpenter_pods_drained_total", { reason: "Drifted" })).toBe(1);
    expect(queue.fixture.published[0]?.message).toBe("Evicted pod: Drifted");
    await queue.fixture.stop();
  });

  test("[lifecycle Q6] without a command it is Forceful Termination", async () => {
    const queue = await queueFixture();
    queue.add();
    await queue.fixture.advance(5_000);
    expect(await queue.value("karpenter_pods_drained_total", { reason: "Forceful Termination" })).toBe(1);
    await queue.fixture.stop();
  });

  test("[lifecycle Q12] a pod that is gone before its turn: no call", async () => {
    const queue = await queueFixture();
    await queue.fixture.kube.delete(podType, { name: "a", namespace: "default" }, { gracePeriodSeconds: 0 });
    queue.deletes.length = 0;
    await queue.fixture.advance(0);
    queue.add();
    await queue.fixture.advance(5_000);
    expect([queue.evictions, queue.deletes]).toEqual([[], []]);
    await queue.fixture.stop();
  });

  test("[lifecycle T18] a pod of the same name that came after is left alone", async () => {
    const queue = await queueFixture();
    await queue.fixture.kube.delete(podType, { name: "a", namespace: "default" }, { gracePeriodSeconds: 0 });
    await queue.fixture.create(podType, pod("a", { nodeName: "n" }));
    await queue.fixture.advance(0);
    queue.add();
    await queue.fixture.advance(5_000);
    expect(queue.evictions).toEqual([]);
    await queue.fixture.stop();
  });

  test("a pod with do-not-disrupt is asked about again, and evicted once that is off", async () => {
    const annotations = { "karpenter.sh/do-not-disrupt": "true" };
    const queue = await queueFixture({ metadata: { annotations } });
    queue.add();
    await queue.fixture.advance(20_000);
    expect(queue.evictions).toEqual([]);
    await queue.fixture.patch(podType, queue.pod, { metadata: { annotations: null } });
    await queue.fixture.advance(20_000);
    expect(queue.evictions).toEqual(["a"]);
    await queue.fixture.stop();
  });
});

describe("forced deletes", () => {
  test("[lifecycle Q7] due: a delete of this very pod, whatever budgets say; [lifecycle Q13] counted as drained, not as an eviction call", async () => {
    const queue = await queueFixture({ refuse: fault("TooManyRequests", 429) });
    queue.add(inSeconds(queue, 20));
    await queue.fixture.advance(1_000);
    expect(queue.evictions).toEqual([]);
    expect(queue.deletes).toEqual([{ name: "a", uid: queue.pod.metadata.uid, grace: 20 }]);
    // A drained pod, and no eviction call.
    expect(await queue.value("karpenter_pods_drained_total", { reason: "Forceful Termination" })).toBe(1);
    expect(await queue.value("karpenter_pods_eviction_requests_total", { code: "200" })).toBeUndefined();
    await queue.fixture.stop();
  });

  test("[lifecycle Q8] a queued eviction becomes a delete when a deadline falls due", async () => {
    const queue = await queueFixture({ refuse: fault("TooManyRequests", 429) });
    queue.add();
    await queue.fixture.advance(2_000);
    queue.add(inSeconds(queue, 10));
    await queue.fixture.advance(1_000);
    expect(queue.deletes.length).toBe(1);
    await queue.fixture.stop();
  });

  test("[lifecycle Q9] a deadline may tighten and never loosens", async () => {
    const queue = await queueFixture({ refuse: fault("TooManyRequests", 429) });
    queue.add(inSeconds(queue, 60));
    queue.add(inSeconds(queue, 600));
    queue.add();
    await queue.fixture.advance(29_000);
    expect(queue.deletes).toEqual([]);
    await queue.fixture.advance(15_000);
    expect(queue.deletes.length).toBe(1);
    await queue.fixture.stop();
  });

  test("[lifecycle Q11] past the deadline the grace is one second, never none", async () => {
    const queue = await queueFixture();
    queue.add(inSeconds(queue, -60));
    await queue.fixture.advance(1_000);
    expect(queue.deletes.map(({ grace }) => grace)).toEqual([1]);
    await queue.fixture.stop();
  });

  test("[lifecycle Q10] a delete that finds no pod is done", async () => {
    const queue = await queueFixture();
    const stale = queue.pod;
    // Gone from the server, still in the cache: the delete itself finds out.
    queue.queue.add([stale], inSeconds(queue, -60));
    await queue.fixture.kube.delete(podType, { name: "a", namespace: "default" }, { gracePeriodSeconds: 0 });
    queue.deletes.length = 0;
    await queue.fixture.advance(60_000);
    expect(queue.deletes.length).toBeLessThanOrEqual(1);
    expect(queue.fixture.log.lines.filter(({ level }) => level === "error")).toEqual([]);
    await queue.fixture.stop();
  });
});
