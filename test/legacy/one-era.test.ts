/** Clusters that serve the kinds of one era alone, and one that serves both for long (spec: v1alpha5 5.6 step 0, 5.7). */
import { expect, test } from "vitest";
import {
  customResourceDefinitionType,
  deploymentType,
  type KubeObject,
  labels,
  nodeClaimType,
  resourceType,
} from "../../src/api/index.ts";
import { type KubeClient, KubeFault } from "../../src/kube/index.ts";
import { type EraCluster, eraCluster, provisioner, template, typesOnly } from "./era-cluster.ts";
import { liveMixed } from "./mixed-week.ts";

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

test("pools of v1beta1 where v1 is not served are told with their version and the command that converts them", async () => {
  const cluster = await eraCluster();
  const name = "nodepools.karpenter.sh";
  const definition = await cluster.kube.get(customResourceDefinitionType, { name });
  await cluster.kube.delete<KubeObject>(customResourceDefinitionType, { name });
  const [version, ...others] = definition.spec.versions;
  const { resourceVersion: _, uid: _uid, ...metadata } = definition.metadata;
  expect([version?.name, others.length]).toEqual(["v1", 0]);
  await cluster.clock.advance(1_000);
  const versions = [{ ...version, name: "v1beta1", schema: { openAPIV3Schema: openSchema } }];
  const beta = { ...definition, metadata, spec: { ...definition.spec, versions } } as typeof definition;
  await cluster.kube.create(customResourceDefinitionType, beta);
  const betaPools = resourceType<KubeObject>("karpenter.sh/v1beta1", "NodePool", "nodepools", "Cluster");
  const pool = { apiVersion: "karpenter.sh/v1beta1", kind: "NodePool", metadata: { name: "old" } };
  await cluster.kube.create(betaPools, pool);
  await cluster.restartOperator();
  await cluster.clock.advance(60_000);
  const told = cluster.log.lines.filter(({ message }) => message.includes("v1beta1"));
  expect(told.map(({ fields }) => [fields["NodePools"], fields["command"]])).toEqual([
    [["old"], "karpenter convert --kubeconfig FILE > v1.yaml"],
  ]);
  await cluster.stop();
});

const openSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** A client that may not list these kinds, as under a role that lacks them. */
const without =
  (...plurals: readonly string[]) =>
  (kube: KubeClient): KubeClient => ({
    get: (...args) => kube.get(...args),
    watch: (...args) => kube.watch(...args),
    create: (...args) => kube.create(...args),
    update: (...args) => kube.update(...args),
    patch: (...args) => kube.patch(...args),
    delete: (...args) => kube.delete(...args),
    createSubresource: (...args) => kube.createSubresource(...args),
    isServed: (...args) => kube.isServed(...args),
    list: (type, options) =>
      plurals.includes(type.plural)
        ? Promise.reject(new KubeFault("Forbidden", `cannot list ${type.plural}`, { code: 403 }))
        : kube.list(type, options),
  });

test("kinds of the era that are served and may not be read are named with the missing right, and today's go on", async () => {
  const plurals = ["provisioners", "machines", "awsnodetemplates"];
  const cluster = await eraCluster({ keepPools: true, client: without(...plurals) });
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 120)).toBe(true);
  const told = cluster.log.lines.filter(({ message }) => message.startsWith("a kind is served that may not be read"));
  expect(told.map(({ fields }) => [fields["resource"], fields["verbs"]])).toEqual(
    expect.arrayContaining([
      ["provisioners.karpenter.sh", ["list", "watch"]],
      ["machines.karpenter.sh", ["list", "watch"]],
      ["awsnodetemplates.karpenter.k8s.aws", ["list", "watch"]],
    ]),
  );
  expect(told).toHaveLength(3);
  await cluster.stop();
});

test("while Machines may not be read no Provisioner launches: what it launched would not be seen", async () => {
  const cluster = await eraCluster({ client: without("machines") });
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1);
  await cluster.clock.advance(30_000);
  expect(cluster.everLaunched.size).toBe(0);
  const [active] = (await cluster.provisioner("general")).status?.conditions ?? [];
  expect(active?.message).toBe("machines.karpenter.sh may not be read: grant list and watch");
  await cluster.stop();
});

test("two eras side by side: loads come and go, no node changes its owner, nothing is written that its era does not own", async () => {
  // A week of it: node test/nightly/mixed-week.ts
  const life = await liveMixed({ seed: 1, hours: 1.5, everyHours: 0.25 });
  expect(life.faults).toEqual([]);
  expect(life.owners).toEqual([
    "karpenter.sh/nodepool=default",
    "karpenter.sh/nodepool=second",
    "karpenter.sh/provisioner-name=default",
    "karpenter.sh/provisioner-name=second",
  ]);
  expect(life.nodes).toBeGreaterThan(5);
}, 60_000);

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
