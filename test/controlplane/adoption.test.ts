/**
 * From Karpenter to this controller and back, step by step as docs/operate.md has it, on objects as Karpenter 1.14 leaves them:
 * beside it first, then in its place, then away again. Nothing drifts, nothing is launched or terminated, and no annotation of
 * an object changes that nothing was done to.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  ec2NodeClassType,
  isConditionTrue,
  type KubeObject,
  type Lease,
  leaseType,
  nodeClaimType,
  nodePoolType,
  nodeType,
  podType,
  type ResourceType,
} from "../../src/api/index.ts";
import { type ApiProxy, isWrite, startApiProxy } from "./api-proxy.ts";
import { createSmallMachines, scaleWeb, untilOnePodEach } from "./small-machines.ts";
import { createSurroundings } from "./surroundings.ts";
import { openRealCluster, type StartedOperator, type TestCluster } from "./test-cluster.ts";

const patienceSeconds = 240;
const leaseName = { namespace: "kube-system", name: "karpenter-leader-election" };
const karpenter = "karpenter-6d5c7f9b8-x2x4k_8a4c1f0e-3a53-4a55-9d9e-0d3f6f3f7f11";
const kinds: readonly ResourceType[] = [nodePoolType, ec2NodeClassType, nodeClaimType, nodeType];

const running: { cluster?: TestCluster; proxy?: ApiProxy; operator?: StartedOperator } = {};
const cluster = (): TestCluster => {
  if (running.cluster === undefined) throw new Error("the cluster did not start");
  return running.cluster;
};
const sleep = (milliseconds: number): Promise<void> => cluster().around.clock.sleep(milliseconds);

/** The lease as the other controller holds it: renewed, and without a mark of ours. */
async function holdLease(holderIdentity: string): Promise<void> {
  const { kube, around } = cluster();
  const time = new Date(around.clock.now()).toISOString().replace("Z", "000Z") as NonNullable<
    Lease["spec"]
  >["renewTime"];
  const current = await kube.get(leaseType, leaseName);
  const { annotations: _, ...metadata } = current.metadata;
  const spec = { holderIdentity, leaseDurationSeconds: 15, acquireTime: time, renewTime: time, leaseTransitions: 1 };
  await kube.update(leaseType, { ...current, metadata, spec } as Lease);
}

/** What makes an object the one that it was: everything but what kubelets report and conditions tell. */
async function picture(): Promise<Readonly<Record<string, unknown>>> {
  const objects: (readonly [string, unknown])[] = [];
  for (const type of kinds) {
    for (const object of await cluster().list<KubeObject>(type)) {
      const { name, uid, annotations, labels, finalizers, ownerReferences } = object.metadata;
      const { spec } = object as KubeObject & { readonly spec?: unknown };
      objects.push([`${type.kind} ${name}`, { uid, annotations, labels, finalizers, ownerReferences, spec }]);
    }
  }
  const machines = cluster()
    .account.machines.list()
    .map(({ providerId, state }) => `${providerId} ${state}`);
  return Object.fromEntries([...objects, ["machines", machines.toSorted()]]);
}

/** Keys of our own domain on objects that are Karpenter's too. */
async function ownMarks(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const type of kinds) {
    for (const { metadata } of await cluster().list<KubeObject>(type)) {
      const keys = [
        ...Object.keys(metadata.annotations ?? {}),
        ...Object.keys(metadata.labels ?? {}),
        ...(metadata.finalizers ?? []),
      ];
      found.push(
        ...keys.filter((key) => key.includes("karpenter-ts")).map((key) => `${type.kind} ${metadata.name}: ${key}`),
      );
    }
  }
  return found;
}

beforeAll(async () => {
  running.cluster = await openRealCluster(inject("binaries"));
  running.proxy = await startApiProxy(running.cluster.controlPlane?.kubeconfig ?? "");
  // What Karpenter makes of a pool and three pods; hashes and their versions are its own (spec: api 8).
  await createSmallMachines(running.cluster);
  const past = await running.cluster.startOperator();
  await scaleWeb(running.cluster, 3);
  await untilOnePodEach(running.cluster, 3, patienceSeconds);
  await past.end();
  await holdLease(karpenter);
});
afterAll(async () => {
  await running.cluster?.stop();
  await running.proxy?.close();
});

describe("the way from Karpenter, and back", () => {
  it("begins with objects as Karpenter 1.14 leaves them", async () => {
    expect(await ownMarks()).toEqual([]);
    const [claim] = await cluster().list(nodeClaimType);
    expect(claim?.metadata.annotations).toMatchObject({
      "karpenter.sh/nodepool-hash-version": "v3",
      "karpenter.k8s.aws/ec2nodeclass-hash-version": "v6",
    });
    expect(claim?.metadata.finalizers).toEqual(["karpenter.sh/termination"]);
  });

  it("beside a Karpenter that runs, it tells what it would do, writes nothing, and sees the other at work", async () => {
    const { proxy } = running;
    if (proxy === undefined) throw new Error("the proxy did not start");
    const before = await picture();
    const around = createSurroundings();
    const start = { kubeconfig: proxy.kubeconfig, around, options: { mode: "observe" } } as const;
    const observer = await cluster().startOperator(start);
    await scaleWeb(cluster(), 5);
    await cluster().until(patienceSeconds, async () => {
      await holdLease(karpenter);
      const launches = observer.decisions.list().filter(({ kind }) => kind === "launch").length;
      if (launches < 2) return `${launches} launches told of`;
      const warned = around.log.lines.some(({ message }) =>
        message.startsWith("another controller that launches nodes"),
      );
      return warned ? undefined : "the other controller was not seen";
    });
    const exposed = await around.metrics.expose();
    expect(exposed).toMatch(/^karpenter_cluster_state_node_count 3$/m);
    await scaleWeb(cluster(), 3);
    await cluster().until(patienceSeconds, async () =>
      (await cluster().list(podType)).length === 3 ? undefined : "pods are still going",
    );
    await observer.end();
    expect(proxy.calls.filter(isWrite)).toEqual([]);
    expect(await picture()).toEqual(before);
  });

  it("in the place of Karpenter, it leaves everything as it is and goes on from there", async () => {
    await holdLease("");
    const before = await picture();
    running.operator = await cluster().startOperator({ around: createSurroundings() });
    // Longer than any of its loops takes to come round.
    await sleep(20_000);
    expect(await picture()).toEqual(before);
    const claims = await cluster().list(nodeClaimType);
    expect(claims.filter((claim) => isConditionTrue(claim, "Drifted"))).toEqual([]);
    await scaleWeb(cluster(), 4);
    await untilOnePodEach(cluster(), 4, patienceSeconds);
    const after = await picture();
    const old = Object.keys(before).filter((key) => key !== "machines");
    expect(Object.fromEntries(old.map((key) => [key, after[key]]))).toEqual(
      Object.fromEntries(old.map((key) => [key, before[key]])),
    );
  });

  it("and back: the lease is free for Karpenter, and nothing of ours is left on what is its own", async () => {
    const before = await picture();
    await running.operator?.end();
    expect((await cluster().kube.get(leaseType, leaseName)).spec?.holderIdentity).toBe("");
    await holdLease(karpenter);
    await sleep(5_000);
    expect(await picture()).toEqual(before);
    expect(await ownMarks()).toEqual([]);
  });
});
