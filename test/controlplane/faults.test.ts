/**
 * What breaks in a real installation, one after the other, on one real control plane and a controller that goes on all the
 * time: after each fault every pod runs, and claims, nodes and machines stand for each other. The disk of its decision log is
 * full throughout.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  nodeClaimType,
  nodeType,
  podDisruptionBudgetType,
  podType,
  type PodDisruptionBudget,
} from "../../src/api/index.ts";
import { createSeededRandom } from "../../src/platform/index.ts";
import { type ApiProxy, isOfLease, isWrite, type ProxiedCall, startApiProxy } from "./api-proxy.ts";
import { isRunning, untilNothingIsLeft } from "./cluster-waits.ts";
import { createSmallMachines, scaleWeb, untilOnePodEach } from "./small-machines.ts";
import { createSurroundings, type Surroundings } from "./surroundings.ts";
import { openRealCluster, type OperatorStart, type StartedOperator, type TestCluster } from "./test-cluster.ts";

/** For what hangs; a busy machine takes several times as long as a quiet one. */
const patienceSeconds = 240;
const random = createSeededRandom(9);

interface Rig {
  readonly cluster: TestCluster;
  readonly proxy: ApiProxy;
  readonly around: Surroundings;
  readonly clock: { offsetMilliseconds: number };
  operator: StartedOperator;
}
const running: { rig?: Rig; cluster?: TestCluster; proxy?: ApiProxy } = {};
const rig = (): Rig => {
  if (running.rig === undefined) throw new Error("the cluster did not start");
  return running.rig;
};

/** A wall clock that can be set, as one is by whoever keeps the time of a machine; the monotonic one cannot. */
function jumpingSurroundings(clock: Rig["clock"]): Surroundings {
  const around = createSurroundings();
  const base = around.clock;
  return {
    ...around,
    clock: { ...base, now: () => (base.now() + clock.offsetMilliseconds) as ReturnType<typeof base.now> },
  };
}

const startOf = ({ proxy, around }: Pick<Rig, "proxy" | "around">): OperatorStart => ({
  kubeconfig: proxy.kubeconfig,
  around,
  options: { disableLeaderElection: true, decisionLogPath: "/dev/full" },
});

const sleep = (milliseconds: number): Promise<void> => rig().cluster.around.clock.sleep(milliseconds);
const settled = (pods: number): Promise<void> => untilOnePodEach(rig().cluster, pods, patienceSeconds);
const scale = (pods: number): Promise<unknown> => scaleWeb(rig().cluster, pods);
const apart = (milliseconds: number): number => milliseconds * (0.5 + random.next());

beforeAll(async () => {
  const cluster = await openRealCluster(inject("binaries"));
  running.cluster = cluster;
  const proxy = await startApiProxy(cluster.controlPlane?.kubeconfig ?? "");
  running.proxy = proxy;
  const clock = { offsetMilliseconds: 0 };
  const around = jumpingSurroundings(clock);
  await createSmallMachines(cluster);
  const operator = await cluster.startOperator(startOf({ proxy, around }));
  running.rig = { cluster, proxy, around, clock, operator };
  await scale(2);
  await settled(2);
});
afterAll(async () => {
  await running.cluster?.stop();
  await running.proxy?.close();
});

/** What the controller believes, beside what there is. */
async function expectPictureOfTheCluster(): Promise<void> {
  const { cluster, operator } = rig();
  await cluster.until(patienceSeconds, async () => {
    const { nodes } = operator.snapshot();
    const believed = nodes.map(({ node }) => node?.metadata.name ?? "none").toSorted();
    const there = (await cluster.list(nodeType)).map(({ metadata }) => metadata.name ?? "").toSorted();
    return believed.join() === there.join()
      ? undefined
      : `believes in [${believed.join()}], there are [${there.join()}]`;
  });
}

describe("a controller on a real control plane, while", () => {
  it("[ops 9.2.27] watches are cut at random under load: its picture equals the cluster, and nothing is done twice", async () => {
    const { proxy } = rig();
    let cut = 0;
    for (let pods = 3; pods <= 6; pods += 1) {
      await scale(pods);
      for (let times = 0; times < 4; times += 1) {
        await sleep(apart(400));
        cut += proxy.cutWatches("cut");
      }
    }
    expect(cut).toBeGreaterThan(40);
    await settled(6);
    await expectPictureOfTheCluster();
  });

  it("[ops 9.2.28] every watch is told that it is too old, for five seconds: lists stay few", async () => {
    const { proxy } = rig();
    const from = proxy.calls.length;
    proxy.setFault((call) => (call.isWatch ? { kind: "answer", code: 410, reason: "Expired" } : undefined));
    await scale(8);
    for (let times = 0; times < 10; times += 1) {
      await sleep(500);
      proxy.cutWatches("expire");
    }
    const lists = proxy.calls.slice(from).filter(({ method, isWatch }) => method === "GET" && !isWatch);
    proxy.setFault(undefined);
    await settled(8);
    await expectPictureOfTheCluster();
    expect(mostOf(lists.map(({ path }) => path))).toBeLessThan(25);
  });

  it("[ops 9.2.31] the first try of each write is a conflict", async () => {
    const { proxy } = rig();
    const seen = new Set<string>();
    // Deletions name the object by its UID alone: a conflict there means that it is another one, and is none to try again.
    const isUpdate = ({ method }: ProxiedCall): boolean => method === "PUT" || method === "PATCH";
    proxy.setFault((call) => {
      const key = `${call.method} ${call.path}`;
      if (!isUpdate(call) || seen.has(key)) return undefined;
      seen.add(key);
      return { kind: "answer", code: 409, reason: "Conflict" };
    });
    await scale(10);
    await settled(10);
    proxy.setFault(undefined);
    // Two machines came: at the least their claims, the status of these and their nodes were written. How often a pod is
    // promised one, and what is folded into one write, hangs on chance.
    expect(seen.size).toBeGreaterThanOrEqual(6);
  });

  it("every fourth write is taken and its answer lost", async () => {
    const { proxy } = rig();
    let writes = 0;
    let lost = 0;
    proxy.setFault((call) => {
      if (!isWrite(call)) return undefined;
      writes += 1;
      if (writes % 4 !== 0) return undefined;
      lost += 1;
      return { kind: "lose" };
    });
    await scale(12);
    await settled(12);
    proxy.setFault(undefined);
    // Two machines came, each by several writes.
    expect(lost).toBeGreaterThanOrEqual(2);
  });

  it("[ops 9.2.32] the server answers 429 for a minute: it is not asked more often than the limits allow, and all is well after", async () => {
    const { proxy } = rig();
    const from = proxy.calls.length;
    proxy.setFault((call) =>
      isOfLease(call) ? undefined : { kind: "answer", code: 429, reason: "TooManyRequests", retryAfterSeconds: 1 },
    );
    proxy.cutWatches("cut");
    await scale(14);
    await sleep(60_000);
    proxy.setFault(undefined);
    await settled(14);
    const asked = proxy.calls.slice(from).filter(({ isWatch }) => !isWatch);
    // 200 a second and 300 at once.
    expect(mostWithin(asked, 1_000)).toBeLessThanOrEqual(500);
    expect(mostWithin(asked, 10_000)).toBeLessThanOrEqual(2_300);
  });

  it("the API server dies and comes back", async () => {
    const { cluster } = rig();
    await scale(16);
    await cluster.controlPlane?.restart("kube-apiserver");
    await settled(16);
    await expectPictureOfTheCluster();
  });

  it("etcd stands still", async () => {
    const { cluster } = rig();
    await scale(18);
    await cluster.controlPlane?.stall("etcd", 6_000);
    await sleep(1_000);
    await cluster.controlPlane?.stall("etcd", 6_000);
    await settled(18);
  });

  it("the clock jumps, an hour ahead and two back: no machine comes or goes for it, and new pods still get theirs", async () => {
    const { cluster, clock } = rig();
    const before = cluster.account.machines.list().map(({ providerId }) => providerId);
    for (const hours of [1, -1]) {
      clock.offsetMilliseconds = hours * 3_600_000;
      await sleep(5_000);
    }
    expect(cluster.account.machines.list().map(({ providerId }) => providerId)).toEqual(before);
    await scale(20);
    await settled(20);
    clock.offsetMilliseconds = 0;
  });

  it("[ops 9.2.34] it is asked to stop in the middle of a launch: what was launched is taken over, and nothing is orphaned", async () => {
    const { cluster, proxy, around, operator } = rig();
    cluster.account.faults.latency(1_500);
    await scale(23);
    await cluster.until(patienceSeconds, async () =>
      (await cluster.list(nodeClaimType)).length > 20 ? undefined : "no claim yet",
    );
    await sleep(700);
    await operator.end();
    cluster.account.faults.latency(0);
    rig().operator = await cluster.startOperator(startOf({ proxy, around }));
    await settled(23);
  });

  it("the disk of the decision log is full, which costs lines and nothing else", async () => {
    const { around } = rig();
    expect(await around.metrics.value("karpenter_decision_log_lost_lines_total")).toBeGreaterThan(10);
    const complaints = around.log.lines.filter(({ message }) =>
      message.startsWith("could not write to the decision log"),
    );
    expect(complaints.length).toBeGreaterThan(0);
    expect(complaints.length).toBeLessThan(20);
  });

  it("a follower takes over in the middle of a drain that a budget holds: no pod is evicted against it, and the drain ends", async () => {
    const { cluster, operator } = rig();
    await operator.end();
    const options = { disableLeaderElection: false };
    const first = await cluster.startOperator({ options, identity: "first" });
    rig().operator = await cluster.startOperator({
      options,
      identity: "second",
      around: createSurroundings(),
      waits: false,
    });
    await cluster.kube.create(podDisruptionBudgetType, budget(0));
    await cluster.until(patienceSeconds, async () => {
      const [held] = await cluster.list(podDisruptionBudgetType);
      return held?.status?.expectedPods === 23 ? undefined : "the budget has not counted its pods";
    });
    const [claim] = await cluster.list(nodeClaimType);
    const pods = (await cluster.list(podType)).map(({ metadata }) => metadata.uid ?? "").toSorted();
    await cluster.kube.delete(nodeClaimType, { name: claim?.metadata.name ?? "" });
    await cluster.until(patienceSeconds, async () => {
      const nodes = await cluster.list(nodeType);
      const isDraining = nodes.some(({ spec }) => spec.taints?.some(({ key }) => key === "karpenter.sh/disrupted"));
      return isDraining ? undefined : "no node is drained yet";
    });
    await sleep(2_000);
    await first.end();
    await rig().operator.running;
    await sleep(3_000);
    expect((await cluster.list(podType)).map(({ metadata }) => metadata.uid ?? "").toSorted()).toEqual(pods);
    expect((await cluster.list(podType)).filter(isRunning)).toHaveLength(23);
    await cluster.kube.patch(podDisruptionBudgetType, budgetName, {
      type: "merge",
      body: { spec: { maxUnavailable: 1 } },
    });
    await cluster.until(patienceSeconds, async () => {
      const claims = await cluster.list(nodeClaimType);
      return claims.every(({ metadata }) => metadata.name !== claim?.metadata.name)
        ? undefined
        : "the claim is still there";
    });
    await settled(23);
  });

  it("everything goes at last, and nothing is left", async () => {
    const { cluster } = rig();
    await cluster.kube.delete(podDisruptionBudgetType, budgetName);
    await scale(0);
    await untilNothingIsLeft(cluster, patienceSeconds);
  });
});

const budgetName = { name: "web", namespace: "default" };
const budget = (maxUnavailable: number): PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: budgetName,
  spec: { maxUnavailable, selector: { matchLabels: { app: "web" } } },
});

/** How often the most frequent of them is there. */
function mostOf(texts: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** The most calls that came within a time. */
function mostWithin(calls: readonly ProxiedCall[], milliseconds: number): number {
  let most = 0;
  let first = 0;
  for (const [index, { at }] of calls.entries()) {
    while ((calls[first]?.at ?? at) < at - milliseconds) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
