import { describe, expect, test } from "vitest";
import { node, pod, readyStatus } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { type Deployment, deploymentType, nodeType, podType, replicaSetType } from "../../api/index.ts";
import { createEvictionQueue } from "./eviction-queue.ts";

const template = {
  metadata: { labels: { app: "web" }, annotations: { "karpenter-ts.dev/surge": "true" } },
  spec: { containers: [{ name: "app", image: "app:1" }] },
};

/** A pod of a Deployment on a node that is to be drained; nobody plays the Deployment's controller. */
async function owned(change: Partial<Deployment["spec"]> = {}, annotations = template.metadata.annotations as object) {
  const fixture = await clusterFixture();
  await fixture.patch(nodeType, await fixture.create(nodeType, node("n", "fake:///z/i-1")), readyStatus, "status");
  const selector = { matchLabels: { app: "web" } };
  const deployment = await fixture.create(deploymentType, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: { replicas: 1, selector, template, ...change },
  });
  const owner = (kind: string, name: string, uid = "") => ({
    apiVersion: "apps/v1",
    kind,
    name,
    uid,
    controller: true,
  });
  const set = await fixture.create(replicaSetType, {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: "web-1",
      namespace: "default",
      ownerReferences: [owner("Deployment", "web", deployment.metadata.uid)],
    },
    spec: { replicas: 1, selector, template },
  });
  const evictions = createEvictionQueue(fixture);
  await fixture.run(evictions.reconciler);
  const created = await fixture.create(
    podType,
    pod(
      "web-1-a",
      { nodeName: "n", terminationGracePeriodSeconds: 0 },
      { annotations: { ...annotations }, ownerReferences: [owner("ReplicaSet", "web-1", set.metadata.uid)] },
    ),
  );
  await fixture.advance(0);
  evictions.add([created], undefined);
  await fixture.advance(20_000);
  return { fixture, uid: created.metadata.uid ?? "" };
}

const exists = async (fixture: ClusterFixture): Promise<boolean> =>
  (await fixture.get(podType, "web-1-a", "default")) !== undefined;
const surgedFor = async (fixture: ClusterFixture): Promise<string | undefined> =>
  (await fixture.get(deploymentType, "web", "default"))?.spec.template.metadata?.annotations?.[
    "karpenter-ts.dev/surged-for"
  ];
const told = (fixture: ClusterFixture): readonly string[] =>
  fixture.published.filter(({ reason }) => reason === "Surge").map(({ message }) => message);

describe("surge: a replacement before the eviction, by annotation", () => {
  test("a single replica is rolled out, and not evicted while its replacement comes", async () => {
    const { fixture, uid } = await owned();
    expect(await surgedFor(fixture)).toBe(uid);
    expect(await exists(fixture)).toBe(true);
    expect(told(fixture)).toEqual([
      "Its node goes: a pod that takes its place comes up first, by a rollout of Deployment web",
    ]);
    await fixture.stop();
  });

  test("one whose replacement is not ready in five minutes is evicted all the same", async () => {
    const { fixture } = await owned();
    await fixture.advance(6 * 60_000);
    expect(await exists(fixture)).toBe(false);
    expect(told(fixture).at(-1)).toBe("Its node goes: its replacement was not ready after 5 minutes, it is evicted");
    await fixture.stop();
  });

  test.each<[string, Partial<Deployment["spec"]>, string]>([
    ["has two replicas", { replicas: 2 }, "its Deployment has 2 replicas, not 1"],
    ["recreates", { strategy: { type: "Recreate" } }, "its Deployment is of strategy Recreate"],
    [
      "allows no surge",
      { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
      "its Deployment allows no surge",
    ],
    ["is paused", { paused: true }, "its Deployment is paused"],
  ])("where the Deployment %s it is evicted at once, and says why", async (_case, change, cause) => {
    const { fixture } = await owned(change);
    expect(await exists(fixture)).toBe(false);
    expect(await surgedFor(fixture)).toBeUndefined();
    expect(told(fixture)).toEqual([`Its node goes: it is evicted, ${cause}`]);
    await fixture.stop();
  });

  test("without the annotation everything is as upstream", async () => {
    const { fixture } = await owned({}, {});
    expect(await exists(fixture)).toBe(false);
    expect(await surgedFor(fixture)).toBeUndefined();
    expect(told(fixture)).toEqual([]);
    await fixture.stop();
  });
});
