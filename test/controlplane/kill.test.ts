/**
 * A controller that is killed again and again, at any moment, under load: what is there afterwards fits together. For a minute,
 * or for FAULT_SECONDS; each kill is drawn from FAULT_SEED.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { parseAllDocuments } from "yaml";
import {
  type Deployment,
  deploymentType,
  type KWOKNodeClass,
  kwokNodeClassType,
  nodeClaimType,
  type NodePool,
  nodePoolType,
  nodeType,
} from "../../src/api/index.ts";
import { createSeededRandom } from "../../src/platform/index.ts";
import { faultsOf, type KwokCluster, openKwokCluster, type Replica } from "./kwok-cluster.ts";
import { installDefinitions } from "./test-cluster.ts";

const seconds = Number(process.env["FAULT_SECONDS"] ?? 60);
const seed = process.env["FAULT_SEED"] ?? "1";
const poolFile = fileURLToPath(new URL("workloads/pool.yaml", import.meta.url));
const running: { cluster?: KwokCluster } = {};

const web = (replicas: number): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "3", memory: "1Gi" } } }],
        terminationGracePeriodSeconds: 0,
      },
    },
  },
});

beforeAll(async () => {
  const cluster = await openKwokCluster(inject("binaries"));
  running.cluster = cluster;
  await installDefinitions(cluster.kube, cluster.around, ["NodePool", "NodeClaim", "NodeOverlay", "KWOKNodeClass"]);
  for (const document of parseAllDocuments(await readFile(poolFile, "utf8"))) {
    const object = document.toJS() as NodePool | KWOKNodeClass;
    if (object.kind === "NodePool") await cluster.kube.create(nodePoolType, emptiesAtOnce(object as NodePool));
    else await cluster.kube.create(kwokNodeClassType, object as KWOKNodeClass);
  }
  await cluster.kube.create(deploymentType, web(0));
});
afterAll(() => running.cluster?.stop());

/** Machines that come and go all the time give each kill something to hit. */
const emptiesAtOnce = (pool: NodePool): NodePool => ({
  ...pool,
  spec: {
    ...pool.spec,
    disruption: { consolidateAfter: "1s", consolidationPolicy: "WhenEmpty", budgets: [{ nodes: "100%" }] },
  },
});

it(
  `SIGKILL at random for ${seconds} s (seed ${seed}): no claim without its node, no node without its claim, no pod without its place`,
  async () => {
    const { cluster } = running;
    if (cluster === undefined) throw new Error("the control plane did not start");
    const { kube, around } = cluster;
    const random = createSeededRandom(seed);
    const scale = (replicas: number): Promise<unknown> =>
      kube.patch(
        deploymentType,
        { name: "web", namespace: "default" },
        { type: "merge", body: { spec: { replicas } } },
      );
    let lives = 0;
    const live = (): Promise<Replica> => {
      lives += 1;
      // Without a lease: waiting for the end of a dead holder's would be most of the time.
      return cluster.startReplica(`killed-${lives % 4}`, "--disable-leader-election", "true");
    };
    let replica = await live();
    const end = around.clock.monotonic() + seconds * 1_000;
    while (around.clock.monotonic() < end) {
      await scale(Math.floor(random.next() * 25));
      await around.clock.sleep(500 + random.next() * 3_000);
      if (random.next() < 0.5) continue;
      replica.program.kill("SIGKILL");
      await replica.program.ended;
      await replica.proxy.close();
      replica = await live();
    }
    await scale(12);
    await cluster.until("12 pods on nodes of their claims", 240, async () =>
      (await faultsOf(kube, { app: "web", pods: 12 })).length === 0 ? true : undefined,
    );
    expect(lives).toBeGreaterThan(3);
    const { items: nodes } = await kube.list(nodeType);
    const { items: claims } = await kube.list(nodeClaimType);
    const providerIds = nodes.map(({ spec }) => spec.providerID ?? "none");
    expect(new Set(providerIds).size).toBe(nodes.length);
    expect(claims.map(({ status }) => status?.providerID ?? "none").toSorted()).toEqual(providerIds.toSorted());
    await scale(0);
    await cluster.until("an empty cluster", 240, async () => {
      const left = (await kube.list(nodeType)).items.length + (await kube.list(nodeClaimType)).items.length;
      return left === 0 ? true : undefined;
    });
  },
  600_000 + seconds * 1_000,
);
