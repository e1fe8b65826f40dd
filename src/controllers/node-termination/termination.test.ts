import { describe, expect, test } from "vitest";
import { node, nodeClaim, pod, readyStatus } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture, type FixtureOptions } from "../../../test/controllers/cluster-fixture.ts";
import {
  getCondition,
  type Node,
  type NodeClaim,
  nodeClaimType,
  nodeType,
  persistentVolumeClaimType,
  type Pod,
  podDisruptionBudgetType,
  podType,
  type VolumeAttachment,
  volumeAttachmentType,
} from "../../api/index.ts";
import { createEvictionQueue } from "./eviction-queue.ts";
import { createNodeTermination } from "./termination.ts";

const providerId = "fake:///test-zone-1/i-1";
const managed = { "karpenter.test.sh/testnodeclass": "default", "karpenter.sh/nodepool": "default" };
const finalizers = ["karpenter.sh/termination"];

interface Options extends FixtureOptions {
  readonly claims?: number;
  readonly claim?: NodeClaim["metadata"];
  readonly ready?: boolean;
  readonly nodeLabels?: Readonly<Record<string, string>>;
}

/** Node `n` with its claim and machine, the two reconcilers running. */
async function nodeFixture(options: Options = {}): Promise<ClusterFixture> {
  const fixture = await clusterFixture(options);
  fixture.provider.leak({ providerId });
  for (let index = 0; index < (options.claims ?? 1); index += 1) {
    const claim = await fixture.create(nodeClaimType, nodeClaim(`c${index}`, {}, { finalizers, ...options.claim }));
    await fixture.patch(nodeClaimType, claim, { status: { providerID: providerId } }, "status");
  }
  const labels = options.nodeLabels ?? managed;
  const created = await fixture.create(nodeType, node("n", providerId, { taints: [] }, { labels, finalizers }));
  if (options.ready !== false) await fixture.patch(nodeType, created, readyStatus, "status");
  const evictions = createEvictionQueue(fixture);
  await fixture.run(createNodeTermination({ ...fixture, evictions }), evictions.reconciler);
  return fixture;
}

const boundPod = (name: string, change: Partial<Pod["spec"]> = {}, metadata: Pod["metadata"] = {}): Pod =>
  pod(name, { nodeName: "n", terminationGracePeriodSeconds: 0, ...change }, metadata);

/** A budget counts a pod only once it runs. */
async function runningPod(fixture: ClusterFixture, name: string, change: Partial<Pod["spec"]> = {}): Promise<void> {
  const created = await fixture.create(podType, boundPod(name, change, { labels: { app: "web" } }));
  const ready = { type: "Ready", status: "True", lastTransitionTime: "2026-11-02T10:00:00Z" };
  await fixture.patch(podType, created, { status: { phase: "Running", conditions: [ready] } }, "status");
}

const nodeOf = (fixture: ClusterFixture): Promise<Node | undefined> => fixture.get(nodeType, "n");
const claimOf = (fixture: ClusterFixture): Promise<NodeClaim | undefined> => fixture.get(nodeClaimType, "c0");
const podNames = async (fixture: ClusterFixture): Promise<readonly string[]> => {
  const pods = await fixture.kube.list(podType);
  return pods.items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name ?? "");
};

async function deleteNode(fixture: ClusterFixture, milliseconds: number): Promise<void> {
  await fixture.kube.delete(nodeType, { name: "n" });
  await fixture.advance(milliseconds);
}

describe("the end of a node", () => {
  test("[lifecycle T1] without pods: tainted, the instance ends, the node goes", async () => {
    const fixture = await nodeFixture();
    await deleteNode(fixture, 2_000);
    expect((await nodeOf(fixture))?.spec.taints).toEqual([{ key: "karpenter.sh/disrupted", effect: "NoSchedule" }]);
    await fixture.advance(15_000);
    expect(fixture.provider.instances.size).toBe(0);
    expect(await nodeOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test.each([0, 2])("[lifecycle T2] with %i claims it drains and goes, and no cloud is asked", async (claims) => {
    const fixture = await nodeFixture({ claims });
    await fixture.create(podType, boundPod("a"));
    await deleteNode(fixture, 15_000);
    expect(await nodeOf(fixture)).toBeUndefined();
    expect(await podNames(fixture)).toEqual([]);
    expect(fixture.provider.deletes).toEqual([]);
    await fixture.stop();
  });

  test("[lifecycle T3] its claim is deleted with it", async () => {
    const fixture = await nodeFixture();
    await deleteNode(fixture, 1_000);
    expect((await claimOf(fixture))?.metadata.deletionTimestamp).toBeDefined();
    await fixture.stop();
  });

  test("[lifecycle T4] ten nodes at once all come to their end", async () => {
    const fixture = await nodeFixture({ claims: 0 });
    for (let index = 0; index < 9; index += 1) {
      await fixture.create(
        nodeType,
        node(`n-${index}`, `fake:///z/x-${index}`, { taints: [] }, { labels: managed, finalizers }),
      );
    }
    const nodes = await fixture.kube.list(nodeType);
    await Promise.all(nodes.items.map(({ metadata }) => fixture.kube.delete(nodeType, { name: metadata.name ?? "" })));
    await fixture.advance(20_000);
    expect((await fixture.kube.list(nodeType)).items).toEqual([]);
    await fixture.stop();
  });

  test("[lifecycle T8] a pod that nobody owns is evicted too", async () => {
    const fixture = await nodeFixture();
    await fixture.create(podType, boundPod("orphan"));
    await deleteNode(fixture, 2_000);
    expect(await podNames(fixture)).toEqual([]);
    await fixture.stop();
  });

  test("[lifecycle T14] of two pods one is gone: the node waits for the other", async () => {
    const fixture = await nodeFixture();
    await fixture.create(podType, boundPod("quick"));
    await fixture.create(
      podType,
      boundPod("slow", { terminationGracePeriodSeconds: 50 }, { finalizers: ["example.com/hold"] }),
    );
    await deleteNode(fixture, 20_000);
    expect(await nodeOf(fixture)).toBeDefined();
    const slow = (await fixture.get(podType, "slow", "default")) as Pod;
    await fixture.patch(podType, slow, { metadata: { finalizers: null } });
    await fixture.kube.delete(podType, { name: "slow", namespace: "default" }, { gracePeriodSeconds: 0 });
    await fixture.advance(15_000);
    expect(await nodeOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle T5] load balancers leave it at once", async () => {
    const fixture = await nodeFixture();
    await deleteNode(fixture, 1_000);
    const label = "node.kubernetes.io/exclude-from-external-load-balancers";
    expect((await nodeOf(fixture))?.metadata.labels?.[label]).toBe("karpenter");
    await fixture.stop();
  });

  test.each([
    ["Exists", { key: "karpenter.sh/disrupted", operator: "Exists" }],
    ["Equal", { key: "karpenter.sh/disrupted", operator: "Equal", effect: "NoSchedule" }],
  ] as const)(
    "[lifecycle T6] a pod that tolerates the taint (%s) stays and blocks nothing",
    async (_title, toleration) => {
      const fixture = await nodeFixture();
      await fixture.create(podType, boundPod("a", { tolerations: [toleration] }));
      await deleteNode(fixture, 15_000);
      expect(await nodeOf(fixture)).toBeUndefined();
      expect(
        await fixture.metrics.value("karpenter_pods_drained_total", { reason: "Forceful Termination" }),
      ).toBeUndefined();
      await fixture.stop();
    },
  );

  test("[lifecycle T7] a pod that tolerates only the unschedulable taint is evicted", async () => {
    const fixture = await nodeFixture();
    const toleration = { key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" } as const;
    await fixture.create(podType, boundPod("a", { tolerations: [toleration] }));
    await deleteNode(fixture, 2_000);
    expect(await podNames(fixture)).toEqual([]);
    await fixture.stop();
  });

  test("[lifecycle T9] pods that have ended need nothing", async () => {
    const fixture = await nodeFixture();
    const created = await fixture.create(podType, boundPod("a", { restartPolicy: "Never" }));
    await fixture.patch(podType, created, { status: { phase: "Succeeded" } }, "status");
    await deleteNode(fixture, 15_000);
    expect(await nodeOf(fixture)).toBeUndefined();
    expect(await fixture.metrics.value("karpenter_pods_eviction_requests_total", { code: "200" })).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle T10] a pod behind a budget that allows nothing keeps the node, with events", async () => {
    const fixture = await nodeFixture();
    await blockingBudget(fixture, "web");
    await runningPod(fixture, "a");
    await deleteNode(fixture, 30_000);
    expect(await nodeOf(fixture)).toBeDefined();
    expect(await podNames(fixture)).toEqual(["a"]);
    const draining = fixture.published.filter(({ reason }) => reason === "FailedDraining");
    expect(new Set(draining.map(({ dedupeValues = [] }) => dedupeValues.join("-"))).size).toBe(2);
    expect(draining.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        "Failed to drain node, 1 pod is waiting to be evicted: default/a",
        expect.stringMatching(/evicting pod default\/a: Cannot evict pod .* The disruption budget \S+ /),
      ]),
    );
    expect(await fixture.metrics.value("karpenter_pods_eviction_requests_total", { code: "429" })).toBeGreaterThan(3);
    await fixture.stop();
  });

  test("waiting pods are named, first those that nobody may evict, and five at most", async () => {
    const fixture = await nodeFixture();
    const slow = { terminationGracePeriodSeconds: 600 } as const;
    for (const name of ["a", "b", "c", "d", "e"]) await fixture.create(podType, boundPod(name, slow));
    await fixture.create(
      podType,
      boundPod("guarded", slow, { annotations: { "karpenter.sh/do-not-disrupt": "true" } }),
    );
    await deleteNode(fixture, 5_000);
    expect(fixture.published.find(({ reason }) => reason === "FailedDraining")?.message).toBe(
      "Failed to drain node, 6 pods are waiting to be evicted: default/guarded (karpenter.sh/do-not-disrupt), default/a, default/b, default/c, default/d and 1 more",
    );
    await fixture.stop();
  });

  test("[lifecycle T11] ordinary pods, daemons, critical pods, critical daemons, each after the other; [lifecycle T12] a terminating pod holds the next back", async () => {
    const fixture = await nodeFixture();
    const daemon = { ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d-1" }] };
    const slow = { terminationGracePeriodSeconds: 10 } as const;
    await fixture.create(podType, boundPod("ordinary", slow));
    await fixture.create(podType, boundPod("daemon", slow, daemon));
    await fixture.create(podType, boundPod("critical", { ...slow, priorityClassName: "system-cluster-critical" }));
    await fixture.create(
      podType,
      boundPod("critical-daemon", { ...slow, priorityClassName: "system-node-critical" }, daemon),
    );
    await deleteNode(fixture, 3_000);
    expect(await podNames(fixture)).toEqual(["critical", "critical-daemon", "daemon"]);
    // A pod that is still terminating holds the next tier back.
    await fixture.advance(5_000);
    expect(await podNames(fixture)).toEqual(["critical", "critical-daemon", "daemon"]);
    for (const [gone, left] of [
      ["ordinary", ["critical", "critical-daemon"]],
      ["daemon", ["critical-daemon"]],
      ["critical", []],
    ] as const) {
      await fixture.kube.delete(podType, { name: gone, namespace: "default" }, { gracePeriodSeconds: 0 });
      await fixture.advance(3_000);
      expect(await podNames(fixture)).toEqual(left);
    }
    await fixture.stop();
  });

  test("[lifecycle T13] a static pod is neither evicted nor waited for", async () => {
    const fixture = await nodeFixture();
    await fixture.create(
      podType,
      boundPod("static", {}, { ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n", uid: "u" }] }),
    );
    await deleteNode(fixture, 15_000);
    expect(await nodeOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle T15] not ready and its instance gone: the node goes at once, pods or not", async () => {
    const fixture = await nodeFixture({ ready: false });
    fixture.provider.vanish(providerId);
    await fixture.create(podType, boundPod("a"));
    await deleteNode(fixture, 1_000);
    expect(await nodeOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle T16] ready and its instance gone: it is drained", async () => {
    const fixture = await nodeFixture();
    fixture.provider.vanish(providerId);
    await blockingBudget(fixture, "web");
    await runningPod(fixture, "a");
    await deleteNode(fixture, 20_000);
    expect(await nodeOf(fixture)).toBeDefined();
    await fixture.stop();
  });

  test("[lifecycle T17] a pod that hangs a minute past its grace is ignored", async () => {
    const fixture = await nodeFixture();
    const hanging = boundPod("a", { terminationGracePeriodSeconds: 5 }, { finalizers: ["example.com/hang"] });
    await fixture.create(podType, hanging);
    await deleteNode(fixture, 60_000);
    expect(await nodeOf(fixture)).toBeDefined();
    await fixture.advance(20_000);
    expect(await nodeOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle T23] even with nothing to drain, five seconds pass", async () => {
    const fixture = await nodeFixture();
    await deleteNode(fixture, 4_000);
    expect(getCondition((await claimOf(fixture)) as NodeClaim, "Drained")).toMatchObject({
      status: "Unknown",
      reason: "Draining",
    });
    await fixture.advance(3_000);
    expect(getCondition((await claimOf(fixture)) as NodeClaim, "Drained")).toMatchObject({ status: "True" });
    await fixture.stop();
  });

  test("[lifecycle T27] what ended is counted once", async () => {
    const fixture = await nodeFixture();
    await deleteNode(fixture, 30_000);
    const own = { nodepool: "default" };
    expect(await fixture.metrics.value("karpenter_nodes_terminated_total", { ...own, zone: "" })).toBe(1);
    expect(await fixture.metrics.value("karpenter_nodes_drained_total", own)).toBe(1);
    expect(await fixture.metrics.value("karpenter_nodes_termination_duration_seconds_count", own)).toBe(1);
    expect(await fixture.metrics.value("karpenter_nodes_lifetime_duration_seconds_count", own)).toBe(1);
    await fixture.stop();
  });

  test("[lifecycle T28] a node of nobody's is untouched", async () => {
    const fixture = await nodeFixture({ nodeLabels: {} });
    await deleteNode(fixture, 30_000);
    expect((await nodeOf(fixture))?.metadata.finalizers).toEqual(finalizers);
    expect((await nodeOf(fixture))?.spec.taints ?? []).toEqual([]);
    await fixture.stop();
  });

  test("[lifecycle T29] not ready, and the cloud does not say: nothing happens in this pass", async () => {
    const fixture = await nodeFixture({ ready: false });
    fixture.provider.onGet = () => {
      throw new Error("cloud is down");
    };
    await deleteNode(fixture, 10_000);
    expect((await nodeOf(fixture))?.spec.taints ?? []).toEqual([]);
    expect(fixture.provider.deletes).toEqual([]);
    await fixture.stop();
  });
});

async function blockingBudget(fixture: ClusterFixture, app: string): Promise<void> {
  await fixture.create(podDisruptionBudgetType, {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: `budget-${app}`, namespace: "default" },
    spec: { maxUnavailable: 0, selector: { matchLabels: { app } } },
  });
}

const deadlineKey = "karpenter.sh/nodeclaim-termination-timestamp";
/** The fixture starts at a known moment, so that a deadline can be written before it runs. */
const startedAt = Date.parse("2026-11-02T10:00:00Z");
const deadline = (seconds: number): NodeClaim["metadata"] => ({
  annotations: { [deadlineKey]: new Date(startedAt + seconds * 1_000).toISOString().replace(/\.\d+Z$/, "Z") },
});

describe("terminationGracePeriod", () => {
  test("[lifecycle T19] a pod whose grace fills the period is deleted at once, with what is left", async () => {
    const fixture = await nodeFixture({ claim: deadline(300) });
    await blockingBudget(fixture, "web");
    await runningPod(fixture, "a", { terminationGracePeriodSeconds: 300 });
    await deleteNode(fixture, 2_000);
    const victim = (await fixture.get(podType, "a", "default")) as Pod;
    expect(victim.metadata.deletionGracePeriodSeconds).toBeGreaterThan(290);
    expect(victim.metadata.deletionGracePeriodSeconds).toBeLessThanOrEqual(300);
    await fixture.stop();
  });

  test("[lifecycle T20] a pod is forced only from its own grace before the deadline", async () => {
    const fixture = await nodeFixture({ claim: deadline(300) });
    await blockingBudget(fixture, "web");
    await runningPod(fixture, "a", { terminationGracePeriodSeconds: 60 });
    await deleteNode(fixture, 239_000);
    expect(await podNames(fixture)).toEqual(["a"]);
    await fixture.advance(15_000);
    expect(await podNames(fixture)).toEqual([]);
    expect(fixture.published.map(({ reason }) => reason)).toContain("Disrupted");
    await fixture.stop();
  });

  test("[lifecycle T21] a critical pod past its own deadline does not wait for its tier", async () => {
    const fixture = await nodeFixture({ claim: deadline(300) });
    await blockingBudget(fixture, "web");
    await runningPod(fixture, "ordinary", { terminationGracePeriodSeconds: 5 });
    const critical = { terminationGracePeriodSeconds: 300, priorityClassName: "system-cluster-critical" } as const;
    await fixture.create(podType, boundPod("critical", critical));
    await deleteNode(fixture, 3_000);
    expect(await podNames(fixture)).toEqual(["ordinary"]);
    await fixture.stop();
  });

  test("[lifecycle T22] a pod that ends too late is deleted again with less grace", async () => {
    const fixture = await nodeFixture({ claim: deadline(60) });
    await fixture.create(podType, boundPod("a", { terminationGracePeriodSeconds: 600 }));
    await fixture.kube.delete(podType, { name: "a", namespace: "default" }, { gracePeriodSeconds: 600 });
    await deleteNode(fixture, 2_000);
    const { metadata } = (await fixture.get(podType, "a", "default")) as Pod;
    expect(Date.parse(metadata.deletionTimestamp ?? "")).toBeLessThanOrEqual(startedAt + 60_000);
    await fixture.stop();
  });

  test("[lifecycle T30] past the deadline a hanging pod is deleted again and again, and ignored a minute later", async () => {
    const fixture = await nodeFixture({ claim: deadline(-10) });
    await fixture.create(
      podType,
      boundPod("a", { terminationGracePeriodSeconds: 30 }, { finalizers: ["example.com/hang"] }),
    );
    await deleteNode(fixture, 10_000);
    const drained = await fixture.metrics.value("karpenter_pods_drained_total", { reason: "Forceful Termination" });
    expect(drained).toBeGreaterThan(1);
    expect(await fixture.metrics.value("karpenter_pods_eviction_requests_total", { code: "200" })).toBeUndefined();
    expect(await nodeOf(fixture)).toBeDefined();
    await fixture.stop();
  });

  test("a deadline that is no time is an error, and nothing is drained", async () => {
    const fixture = await nodeFixture({ claim: { annotations: { [deadlineKey]: "soon" } } });
    await fixture.create(podType, boundPod("a"));
    await deleteNode(fixture, 5_000);
    expect(await podNames(fixture)).toEqual(["a"]);
    expect(
      fixture.log.lines.some(({ level, fields }) => level === "error" && String(fields["error"]).includes('"soon"')),
    ).toBe(true);
    await fixture.stop();
  });
});

const attachment = (name: string, persistentVolumeName: string): VolumeAttachment => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "VolumeAttachment",
  metadata: { name },
  spec: { attacher: "ebs.csi.aws.com", nodeName: "n", source: { persistentVolumeName } },
});

async function volumeClaim(fixture: ClusterFixture, name: string, volumeName: string): Promise<void> {
  await fixture.create(persistentVolumeClaimType, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default" },
    spec: { volumeName, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
}

const usingClaim = (claimName: string): Partial<Pod["spec"]> => ({
  volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
});

describe("volumes", () => {
  test("[lifecycle T24] the attachment of an evicted pod's volume is waited for", async () => {
    const fixture = await nodeFixture();
    await volumeClaim(fixture, "data", "pv-1");
    await fixture.create(podType, boundPod("a", usingClaim("data")));
    await fixture.create(volumeAttachmentType, attachment("va-1", "pv-1"));
    await deleteNode(fixture, 30_000);
    expect(getCondition((await claimOf(fixture)) as NodeClaim, "VolumesDetached")).toMatchObject({
      status: "Unknown",
      reason: "AwaitingVolumeDetachment",
    });
    expect(fixture.published.map(({ reason }) => reason)).toContain("AwaitingVolumeDetachment");
    await fixture.kube.delete(volumeAttachmentType, { name: "va-1" });
    await fixture.advance(15_000);
    expect(await nodeOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle T25] the attachment of a pod that stays is not", async () => {
    const fixture = await nodeFixture();
    await volumeClaim(fixture, "data", "pv-1");
    const staying = { tolerations: [{ key: "karpenter.sh/disrupted", operator: "Exists" }] } as const;
    await fixture.create(podType, boundPod("a", { ...usingClaim("data"), ...staying }));
    await fixture.create(volumeAttachmentType, attachment("va-1", "pv-1"));
    await deleteNode(fixture, 15_000);
    expect(await nodeOf(fixture)).toBeUndefined();
    await fixture.stop();
  });

  test("[lifecycle T26] once the deadline is past, volumes are given up", async () => {
    const fixture = await nodeFixture({ claim: deadline(20) });
    await fixture.create(volumeAttachmentType, attachment("va-1", "pv-1"));
    await deleteNode(fixture, 15_000);
    expect(await nodeOf(fixture)).toBeDefined();
    fixture.provider.terminationMilliseconds = 60_000;
    await fixture.advance(10_000);
    expect(getCondition((await claimOf(fixture)) as NodeClaim, "VolumesDetached")).toMatchObject({
      status: "False",
      reason: "TerminationGracePeriodElapsed",
    });
    expect(fixture.provider.deletes.length).toBeGreaterThan(0);
    await fixture.stop();
  });

  test("[lifecycle T31] volumes of ended pods are waited for, generic ephemeral ones of staying pods are not", async () => {
    const fixture = await nodeFixture();
    await volumeClaim(fixture, "data", "pv-1");
    await volumeClaim(fixture, "stays-scratch", "pv-2");
    const ended = await fixture.create(podType, boundPod("ended", { ...usingClaim("data"), restartPolicy: "Never" }));
    await fixture.patch(podType, ended, { status: { phase: "Succeeded" } }, "status");
    const scratch = { volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate: { spec: {} } } }] } as const;
    const toleration = { key: "karpenter.sh/disrupted", operator: "Exists" } as const;
    await fixture.create(podType, boundPod("stays", { ...scratch, tolerations: [toleration] }));
    await fixture.create(volumeAttachmentType, attachment("va-1", "pv-1"));
    await fixture.create(volumeAttachmentType, attachment("va-2", "pv-2"));
    await deleteNode(fixture, 15_000);
    const waiting = fixture.published.filter(({ reason }) => reason === "AwaitingVolumeDetachment");
    expect(waiting[0]?.message).toContain("(va-1)");
    await fixture.stop();
  });
});
