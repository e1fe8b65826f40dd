/** Clusters that serve the kinds of one era alone, and one that serves both for long (spec: v1alpha5 5.6 step 0, 5.7). */
import { expect, test } from "vitest";
import {
  customResourceDefinitionType,
  deploymentType,
  type KubeObject,
  labels,
  nodeClaimType,
  nodePoolType,
} from "../../src/api/index.ts";
import { type EraCluster, eraCluster, provisioner, template, typesOnly } from "./era-cluster.ts";

const runs = (cluster: EraCluster, pods: number) => async () => (await cluster.running()).length === pods;

async function withoutKinds(cluster: EraCluster, ...names: readonly string[]): Promise<void> {
  for (const name of names) await cluster.kube.delete<KubeObject>(customResourceDefinitionType, { name });
  await cluster.clock.advance(1_000);
  await cluster.restartOperator();
  await cluster.clock.advance(60_000);
}

test("[R6] invariant 1: a cluster that serves v1alpha5 alone needs no CRD of today", async () => {
  const cluster = await eraCluster();
  await withoutKinds(cluster, "nodepools.karpenter.sh", "nodeclaims.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws");
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 120)).toBe(true);
  expect(await cluster.machines()).toHaveLength(1);
  await cluster.stop();
});

test("invariant 1, the reverse: a cluster that serves v1 alone needs no CRD of the era", async () => {
  const cluster = await eraCluster({ keepPools: true });
  await withoutKinds(
    cluster,
    "provisioners.karpenter.sh",
    "machines.karpenter.sh",
    "awsnodetemplates.karpenter.k8s.aws",
  );
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 120)).toBe(true);
  expect(await cluster.list(nodeClaimType)).toHaveLength(1);
  await cluster.stop();
});

test("5.6 step 5b: where Machines are not served, a Provisioner's capacity is a NodeClaim that names its owner", async () => {
  const cluster = await eraCluster();
  await withoutKinds(cluster, "machines.karpenter.sh");
  await cluster.apply(template(), provisioner("general", { ...typesOnly("m5.large"), ttlSecondsAfterEmpty: 30 }));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 120)).toBe(true);
  const [claim] = await cluster.list(nodeClaimType);
  expect(claim).toMatchObject({
    metadata: {
      labels: { [labels.provisionerName]: "general" },
      annotations: { "compatibility.karpenter.sh/owner": "Provisioner/general" },
    },
    spec: { nodeClassRef: { kind: "AWSNodeTemplate", name: "default" }, expireAfter: "Never" },
  });
  expect(claim?.metadata.labels).not.toHaveProperty([labels.nodePool]);
  await cluster.kube.delete(deploymentType, { name: "web", namespace: "default" });
  expect(await cluster.until(async () => (await cluster.nodes()).length === 0, 200)).toBe(true);
  await cluster.stop();
});

test("two eras side by side: through hours of coming and going no node changes its owner, and no object leaves its era", async () => {
  const cluster = await eraCluster({ keepPools: true });
  const emptied = { ttlSecondsAfterEmpty: 60 };
  await cluster.apply(
    template(),
    provisioner("default", { ...typesOnly("m5.large"), ...emptied, labels: { group: "a" } }),
    provisioner("second", { ...typesOnly("c5.large"), consolidation: { enabled: true }, labels: { group: "b" } }),
  );
  await cluster.run("old-a", 4, { nodeSelector: { group: "a" } });
  await cluster.run("old-b", 4, { nodeSelector: { group: "b" } });
  await cluster.run("new", 4, { nodeSelector: { [labels.nodePool]: "default" } });
  const owners = new Map<string, string>();
  for (let round = 0; round < 6; round += 1) {
    for (const name of ["old-a", "old-b", "new"]) {
      const replicas = (round * 3 + name.length) % 7;
      await cluster.kube.patch(
        deploymentType,
        { name, namespace: "default" },
        { type: "merge", body: { spec: { replicas } } },
      );
    }
    await cluster.clock.advance(600_000);
    for (const { metadata } of await cluster.nodes()) {
      const own = [labels.nodePool, labels.provisionerName].flatMap((key) => {
        const value = metadata.labels?.[key];
        return value === undefined ? [] : [`${key}=${value}`];
      });
      expect(own).toHaveLength(1);
      expect(owners.get(metadata.uid ?? "") ?? own[0]).toBe(own[0]);
      owners.set(metadata.uid ?? "", own[0] ?? "");
    }
  }
  expect(new Set(owners.values()).size).toBe(3);
  const claims = await cluster.list(nodeClaimType);
  expect(claims.filter(({ metadata }) => metadata.labels?.[labels.provisionerName] !== undefined)).toEqual([]);
  const machines = await cluster.machines();
  expect(machines.filter(({ metadata }) => metadata.labels?.[labels.nodePool] !== undefined)).toEqual([]);
  expect((await cluster.list(nodePoolType)).map(({ metadata }) => metadata.name)).toEqual(["default"]);
  await cluster.stop();
});

test("a controller that dies at any call of a launch finds the Machine again: one instance, none orphaned", async () => {
  const faults: string[] = [];
  for (let call = 1; call <= 11; call += 1) {
    const cluster = await eraCluster({ families: ["m5"] });
    await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
    cluster.arm(call);
    await cluster.run("web", 1);
    if (!(await cluster.until(runs(cluster, 1), 180))) faults.push(`cut at call ${call}: the pod does not run`);
    await cluster.clock.advance(150_000);
    const machines = (await cluster.machines()).map(({ status }) => status?.providerID);
    const nodes = (await cluster.nodes()).map(({ spec }) => spec.providerID);
    if (machines.length !== 1 || nodes.length !== 1 || machines[0] !== nodes[0] || cluster.everLaunched.size !== 1) {
      faults.push(
        `cut at call ${call} (${cluster.calls.at(-1)}): ${machines.length} machines, ${nodes.length} nodes, ${cluster.everLaunched.size} launched`,
      );
    }
    await cluster.stop();
  }
  expect(faults).toEqual([]);
});
