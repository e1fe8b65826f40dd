/**
 * Public manifests on the real control plane and on the embedded cluster: the same pods must run, on machines that cost
 * the same. The controller is started when all pods wait, so that both clusters put one and the same question to it.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, it } from "vitest";
import {
  daemonSetType,
  deploymentType,
  nodePoolType,
  type Pod,
  podType,
  statefulSetType,
} from "../../src/api/index.ts";
import { isRunning, untilAllReplicas, untilAllRun, untilAllWait } from "./cluster-waits.ts";
import { openEmbeddedCluster, openRealCluster, type TestCluster } from "./test-cluster.ts";

const folder = process.env.WORKLOADS_DIR ?? fileURLToPath(new URL("../../../shared/data/workloads", import.meta.url));
const isThere = existsSync(folder);
if (!isThere && process.env.CI === "true") throw new Error(`WORKLOADS_DIR: there is no ${folder}`);

const sample = (name: string): string => fileURLToPath(new URL(`../../samples/${name}.yaml`, import.meta.url));

interface Outcome {
  /** Running pods by `namespace/owner`. */
  readonly pods: Readonly<Record<string, number>>;
  /** Types of the machines that run, in order. */
  readonly machines: readonly string[];
  readonly pricePerHour: number;
  /** What kubectl apply was refused. */
  readonly refused: string;
}

/** Applies, lets the controller begin once the pods wait, and tells how it came out. */
async function outcomeOn(cluster: TestCluster, place: string): Promise<Outcome> {
  try {
    const pools = await cluster.kubectl("apply", "-f", sample("storage"), "-f", sample("pools"));
    expect(pools).toMatchObject({ code: 0 });
    // On a slow machine nodes would be consolidated before all pods run, on one cluster and not on the other.
    const never = { type: "merge", body: { spec: { disruption: { consolidateAfter: "Never" } } } } as const;
    for (const { metadata } of await cluster.list(nodePoolType)) {
      await cluster.kube.patch(nodePoolType, { name: metadata.name ?? "" }, never);
    }
    // Namespaces stand in files of their own, which may come later than what is in them: a second time makes up for it.
    await cluster.kubectl("apply", "-R", "-f", place);
    const { stderr } = await cluster.kubectl("apply", "-R", "-f", place);
    await createServiceAccounts(cluster);
    const waiting = await untilAllWait(cluster, 240);
    await cluster.startOperator();
    await untilAllReplicas(cluster, 300);
    await untilAllRun(cluster, waiting, 300);
    const pods = (await cluster.list(podType)).filter(isRunning);
    const { pricePerHour } = cluster.account.bill();
    const machines = cluster.account.machines.list().map(({ instanceType }) => instanceType);
    return { pods: countByOwner(pods), machines, pricePerHour, refused: stderr };
  } finally {
    await cluster.stop();
  }
}

/** Waits for both even when one fails: each has to be stopped before the next case begins. */
async function bothOf<T>(first: Promise<T>, second: Promise<T>): Promise<readonly [T, T]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

/** Some folders leave out the service accounts that their pods name; a real API server takes no pod without. */
async function createServiceAccounts(cluster: TestCluster): Promise<void> {
  const workloads = [
    ...(await cluster.list(deploymentType)),
    ...(await cluster.list(daemonSetType)),
    ...(await cluster.list(statefulSetType)),
  ];
  for (const { metadata, spec } of workloads) {
    const { serviceAccountName: name } = spec.template.spec as { readonly serviceAccountName?: string };
    if (name !== undefined) await cluster.kubectl("create", "serviceaccount", name, "-n", metadata.namespace ?? "");
  }
}

function countByOwner(pods: readonly Pod[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { metadata } of pods) {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    // The hash of a ReplicaSet is each server's own.
    const name = owner?.kind === "ReplicaSet" ? owner.name.replace(/-[a-z0-9]+$/, "") : (owner?.name ?? metadata.name);
    const key = `${metadata.namespace}/${name}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

// The manifests are other people's data and not part of the project: where they are absent there is nothing to run.
describe.skipIf(!isThere)("public manifests on a real control plane and on the embedded cluster", () => {
  it.each(["online-boutique", "kube-prometheus", "cockroachdb", "vllm"])(
    "%s runs the same pods at the same price on both",
    async (name) => {
      const place = `${folder}/${name}`;
      const binaries = inject("binaries");
      const [embedded, real] = await bothOf(
        openEmbeddedCluster(binaries).then((cluster) => outcomeOn(cluster, place)),
        openRealCluster(binaries).then((cluster) => outcomeOn(cluster, place)),
      );
      expect(real.refused).toEqual(embedded.refused);
      expect(real.pods).toEqual(embedded.pods);
      expect(real.machines.toSorted()).toEqual(embedded.machines.toSorted());
      expect(real.pricePerHour).toBeCloseTo(embedded.pricePerHour, 9);
      expect(real.pricePerHour).toBeGreaterThan(0);
    },
  );
});
