/** How nodes of Provisioners go: expiry, drift, interruption, what protects them (spec: v1alpha5 4.7 to 4.9). */
import { describe, expect, test } from "vitest";
import {
  type ConfigMap,
  configMapType,
  deploymentType,
  eventType,
  type Machine,
  nodeType,
  podType,
  provisionerType,
} from "../../src/api/index.ts";
import { type EraCluster, eraCluster, provisioner, template, typesOnly } from "./era-cluster.ts";

const settingsMap = (data: Readonly<Record<string, string>>): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "karpenter-global-settings", namespace: "kube-system" },
  data: { "aws.clusterName": "karpenter-ts", ...data },
});

const conditionOf = (machine: Machine | undefined, wanted: string) =>
  machine?.status?.conditions?.find(({ type }) => type === wanted);

async function withOnePod(spec: Parameters<typeof provisioner>[1]): Promise<EraCluster> {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", { ...typesOnly("m5.large", "m5.xlarge"), ...spec }));
  await cluster.run("web", 1);
  expect(await cluster.until(async () => (await cluster.running()).length === 1, 60)).toBe(true);
  return cluster;
}

const edit = (cluster: EraCluster, spec: object) =>
  cluster.kube.patch(provisionerType, { name: "general" }, { type: "merge", body: { spec } });

describe("expiry", () => {
  test("[R50] [R49] a machine past ttlSecondsUntilExpired is replaced first, then drained, never deleted by force", async () => {
    const cluster = await withOnePod({ ttlSecondsUntilExpired: 600 });
    const [old] = await cluster.machines();
    await cluster.clock.advance(500_000);
    expect((await cluster.machines()).map(({ metadata }) => metadata.name)).toEqual([old?.metadata.name]);
    const both = async () => (await cluster.nodes()).length === 2;
    expect(await cluster.until(both, 900)).toBe(true);
    const isGone = async () => (await cluster.machines()).every(({ metadata }) => metadata.name !== old?.metadata.name);
    expect(await cluster.until(isGone, 300)).toBe(true);
    expect(await cluster.until(async () => (await cluster.running()).length === 1, 60)).toBe(true);
    expect(cluster.everLaunched.size).toBe(2);
    await cluster.stop();
  });

  test("invariant 7: it stays while a pod on it carries do-not-evict, marked as expired", async () => {
    const cluster = await withOnePod({ ttlSecondsUntilExpired: 600 });
    const [pod] = await cluster.running();
    await cluster.kube.patch(
      podType,
      { name: pod?.metadata.name ?? "", namespace: "default" },
      { type: "merge", body: { metadata: { annotations: { "karpenter.sh/do-not-evict": "true" } } } },
    );
    await cluster.clock.advance(1_500_000);
    const [machine, ...others] = await cluster.machines();
    expect(others).toEqual([]);
    expect(conditionOf(machine, "MachineExpired")).toMatchObject({ status: "True", reason: "Expired" });
    expect(conditionOf(machine, "MachineDrifted")).toBeUndefined();
    expect(cluster.everLaunched.size).toBe(1);
    await cluster.stop();
  });

  test("without a TTL nothing expires", async () => {
    const cluster = await withOnePod({});
    await cluster.clock.advance(1_500_000);
    expect(conditionOf((await cluster.machines())[0], "MachineExpired")).toBeUndefined();
    await cluster.stop();
  });
});

describe("drift", () => {
  test("needs the gate: without it an edited Provisioner leaves its machines alone", async () => {
    const cluster = await withOnePod({});
    await edit(cluster, { labels: { team: "a" } });
    await cluster.clock.advance(900_000);
    expect(conditionOf((await cluster.machines())[0], "MachineDrifted")).toBeUndefined();
    await cluster.stop();
  });

  test("D6: the gate of the settings map takes effect while running", async () => {
    const cluster = await withOnePod({});
    await edit(cluster, { labels: { team: "a" } });
    await cluster.kube.create(configMapType, settingsMap({ "featureGates.driftEnabled": "true" }));
    const [old] = await cluster.machines();
    const isReplaced = async () =>
      (await cluster.machines()).every(({ metadata }) => metadata.name !== old?.metadata.name);
    expect(await cluster.until(isReplaced, 1_200)).toBe(true);
    expect(await cluster.until(async () => (await cluster.running()).length === 1, 60)).toBe(true);
    await cluster.stop();
  });
});

test("[R10] D6: batch durations of the settings map hold from the next batch on", async () => {
  const cluster = await withOnePod({});
  await cluster.kube.create(configMapType, settingsMap({ batchIdleDuration: "20s", batchMaxDuration: "60s" }));
  await cluster.clock.advance(5_000);
  await cluster.run("more", 8);
  await cluster.clock.advance(15_000);
  expect(await cluster.machines()).toHaveLength(1);
  const more = async () => (await cluster.machines()).length > 1;
  expect(await cluster.until(more, 60)).toBe(true);
  await cluster.stop();
});

test("D6: a settings map with a bad value is refused while running: the old values stay, and an event says so", async () => {
  const cluster = await withOnePod({});
  await cluster.kube.create(
    configMapType,
    settingsMap({ "featureGates.driftEnabled": "true", batchMaxDuration: "ten seconds" }),
  );
  await edit(cluster, { labels: { team: "a" } });
  await cluster.clock.advance(900_000);
  expect(conditionOf((await cluster.machines())[0], "MachineDrifted")).toBeUndefined();
  const refusals = (await cluster.list(eventType)).filter(({ reason }) => reason === "SettingsRefused");
  expect(refusals.map(({ message }) => message)).toEqual([
    'karpenter-global-settings is refused, the settings stay as they were: batchMaxDuration is "ten seconds", expected a duration such as 10s or 1m30s',
  ]);
  await cluster.stop();
});

test("D6: an unknown key is named with the nearest known one", async () => {
  const cluster = await withOnePod({});
  await cluster.kube.create(configMapType, settingsMap({ "aws.interuptionQueue": "a" }));
  await cluster.clock.advance(1_000);
  const warned = cluster.log.lines.filter(({ message }) => message === "global setting");
  expect(warned.map(({ fields }) => fields["message"])).toContain("is ignored (did you mean aws.interruptionQueue?)");
  await cluster.stop();
});

test("[R27] [R28] a spot warning drains the machine at once, and its replacement starts meanwhile", async () => {
  const spot = { key: "karpenter.sh/capacity-type", operator: "In" as const, values: ["spot"] };
  const cluster = await withOnePod({ requirements: [...(typesOnly("m5.large").requirements ?? []), spot] });
  const [node] = await cluster.nodes();
  const id = node?.spec.providerID?.split("/").at(-1) ?? "";
  cluster.account.faults.interrupt(id);
  await cluster.clock.advance(30_000);
  expect(cluster.everLaunched.size).toBe(2);
  const gone = async () =>
    (await cluster.list(nodeType)).every(({ spec }) => spec.providerID !== node?.spec.providerID);
  expect(await cluster.until(gone, 120)).toBe(true);
  expect(await cluster.until(async () => (await cluster.running()).length === 1, 60)).toBe(true);
  await cluster.stop();
});

describe("consolidation", () => {
  test("[R4] of a Provisioner: pods move together, and a machine that others can stand in for goes", async () => {
    const cluster = await withOnePod({ consolidation: { enabled: true } });
    await cluster.run("big", 1, {}, { cpu: "3", memory: "2Gi" });
    expect(await cluster.until(async () => (await cluster.running()).length === 2, 60)).toBe(true);
    expect(await cluster.machines()).toHaveLength(2);
    await cluster.kube.patch(
      deploymentType,
      { name: "big", namespace: "default" },
      { type: "merge", body: { spec: { replicas: 0 } } },
    );
    const one = async () => (await cluster.machines()).length === 1;
    expect(await cluster.until(one, 300)).toBe(true);
    expect(await cluster.until(async () => (await cluster.running()).length === 1, 60)).toBe(true);
    await cluster.stop();
  });

  test("do-not-consolidate on a node keeps it from consolidation, even empty", async () => {
    const cluster = await withOnePod({
      consolidation: { enabled: true },
      annotations: { "karpenter.sh/do-not-consolidate": "true" },
    });
    await cluster.kube.delete(deploymentType, { name: "web", namespace: "default" });
    await cluster.clock.advance(300_000);
    expect(await cluster.machines()).toHaveLength(1);
    await cluster.stop();
  });
});
