/** D6 on the side of AWS: settings that are edited while the provider runs, each from the next use on. */
import { describe, expect, test } from "vitest";
import { type ConfigMap, configMapType, type EC2NodeClass, eraAnnotations } from "../../src/api/index.ts";
import { globalSettingsName } from "../../src/legacy/index.ts";
import { createApiServer } from "../../src/local/index.ts";
import { defaultOptions, type OperatorOptions, withSettingsMap } from "../../src/operator/index.ts";
import { createIds, createManualClock, createSeededRandom, silentLogger } from "../../src/platform/index.ts";
import type { AwsClients } from "../../src/provider-aws/contract/index.ts";
import { type AwsLiveSettings, defaultAwsProviderOptions } from "../../src/provider-aws/index.ts";
import { createAwsFixture } from "../aws-simulated/fixture.ts";
import { capacity, claimOf, relaunch, types } from "../aws-simulated/requests.ts";
import { eraCluster, provisioner, template, typesOnly } from "./era-cluster.ts";

type Edited = { -readonly [Name in keyof AwsLiveSettings]: AwsLiveSettings[Name] };

/** A provider whose live settings the test edits, and the names of the queues that SQS was asked for. */
async function edited(first: Partial<AwsLiveSettings> = {}) {
  const settings: Edited = { ...defaultAwsProviderOptions, ...first };
  const queues: string[] = [];
  const wrapClients = (clients: AwsClients): AwsClients => ({
    ...clients,
    sqs: {
      ...clients.sqs,
      getQueueUrl: async (input, options) => {
        queues.push(input.QueueName ?? "");
        return await clients.sqs.getQueueUrl({ QueueName: "karpenter-ts" }, options);
      },
    },
  });
  const fixture = await createAwsFixture({ live: () => settings, wrapClients });
  const [messages] = fixture.aws.interruptions(() => true);
  if (messages === undefined) throw new Error("nobody listens");
  const { signal } = new AbortController();
  const receive = () => fixture.run(messages.receive({ signal }));
  const typeNamed = async (name: string, nodeClass?: EC2NodeClass) => {
    if (nodeClass !== undefined) fixture.nodeClasses.set("default", nodeClass);
    const types = await fixture.run(fixture.aws.cloudProvider.instanceTypes(fixture.pool, { signal }));
    return types.ok ? types.value.find((type) => type.name === name) : undefined;
  };
  return { ...fixture, settings, queues, messages, signal, receive, typeNamed };
}

const warning = (id: string): string =>
  JSON.stringify({
    version: "0",
    source: "aws.ec2",
    "detail-type": "EC2 Spot Instance Interruption Warning",
    time: "2026-01-01T00:00:00Z",
    detail: { "instance-id": id, "instance-action": "terminate" },
  });

test("D6: a queue that is named later is heeded, and another name is asked for anew", async () => {
  const { account, settings, queues, receive, messages, run, signal } = await edited();
  account.sendMessage(warning("i-1"));
  expect([await receive(), queues]).toEqual([[], []]);
  settings.interruptionQueue = "first";
  const [first] = await receive();
  expect([first?.instanceIds, queues]).toEqual([["i-1"], ["first"]]);
  settings.interruptionQueue = "second";
  account.sendMessage(warning("i-2"));
  const later = await receive();
  expect([later.flatMap(({ instanceIds }) => instanceIds), queues]).toEqual([["i-2"], ["first", "second"]]);
  await run(messages.settle(first!, { signal }));
  expect(account.calls.get("SQS DeleteMessage")).toBe(1);
  settings.interruptionQueue = "";
  account.sendMessage(warning("i-3"));
  expect(await receive()).toEqual([]);
});

test("D6: memory overhead and reserved interfaces shape every list of types from the next one on", async () => {
  const { settings, typeNamed } = await edited();
  const before = await typeNamed("m5.large");
  settings.vmMemoryOverheadPercent = 0.2;
  settings.reservedEnis = 1;
  const after = await typeNamed("m5.large");
  const mebibyte = 2 ** 20;
  expect([before?.capacity["memory"], before?.capacity["pods"]]).toEqual([7_577 * mebibyte, 29]);
  expect([after?.capacity["memory"], after?.capacity["pods"]]).toEqual([6_553 * mebibyte, 20]);
});

test("D6: branch interfaces are told of only while aws.enablePodENI is on", async () => {
  const { typeNamed, nodeClasses } = await edited();
  const told = async (mark: EC2NodeClass["metadata"]["annotations"]) => {
    const nodeClass = nodeClasses.get("default")!;
    const metadata = { ...nodeClass.metadata, ...(mark === undefined ? {} : { annotations: mark }) };
    return (await typeNamed("m5.large", { ...nodeClass, metadata }))?.capacity["vpc.amazonaws.com/pod-eni"];
  };
  expect(await told({ [eraAnnotations.podEni]: "false" })).toBeUndefined();
  expect(await told({})).toBe(9);
});

test("D6: prices that an isolated network kept away are asked for within a minute of its end", async () => {
  const { aws, account, clock, settings } = await edited({ isolatedVpc: true });
  const stop = new AbortController();
  const asked = () => account.calls.get("Pricing GetProducts") ?? 0;
  const loops = Promise.allSettled(aws.background.map((loop) => loop.run(stop.signal)));
  await clock.advance(120_000);
  expect(asked()).toBe(0);
  settings.isolatedVpc = false;
  await clock.advance(61_000);
  const once = asked();
  expect(once).toBeGreaterThan(0);
  await clock.advance(120_000);
  expect(asked()).toBe(once);
  stop.abort();
  await clock.advance(0);
  await loops;
});

test("D6: an edit of the settings map reaches the next machine, and what waits for a restart is named once", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1);
  expect(await cluster.until(async () => (await cluster.running()).length === 1, 60)).toBe(true);
  const map: ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: globalSettingsName, namespace: "kube-system" },
    data: { "aws.clusterName": "karpenter-ts" },
  };
  await cluster.kube.create(configMapType, map);
  await cluster.clock.advance(1_000);
  const data = {
    "aws.clusterName": "another",
    "aws.tags": '{"paid-by":"team-a"}',
    "aws.vmMemoryOverheadPercent": "0.2",
    "aws.enablePodENI": "true",
    "aws.enableENILimitedPodDensity": "false",
  };
  const where = { name: globalSettingsName, namespace: "kube-system" };
  await cluster.kube.patch(configMapType, where, { type: "merge", body: { data } });
  await cluster.clock.advance(1_000);
  await cluster.run("more", 1, {}, { cpu: "1500m", memory: "1Gi" });
  expect(await cluster.until(async () => (await cluster.machines()).length === 2, 60)).toBe(true);
  await cluster.clock.advance(10_000);
  const shapes = (await cluster.machines())
    .toSorted((a, b) => Number(a.status?.capacity?.["pods"]) - Number(b.status?.capacity?.["pods"]))
    .map(({ status }) => [status?.capacity?.["pods"], status?.capacity?.["vpc.amazonaws.com/pod-eni"]]);
  expect(shapes).toEqual([
    ["29", undefined],
    ["110", "9"],
  ]);
  const { Reservations = [] } = await cluster.account.clients.ec2.describeInstances({}, {});
  const tags = Reservations.flatMap(({ Instances = [] }) => Instances).map(({ Tags = [] }) =>
    Tags.filter(({ Key }) => Key === "paid-by" || Key === "karpenter.sh/managed-by").map(({ Value }) => Value),
  );
  expect(tags.toSorted((a, b) => a.length - b.length)).toEqual([
    ["karpenter-ts"],
    expect.arrayContaining(["karpenter-ts", "team-a"]),
  ]);
  const waiting = cluster.log.lines.filter(({ message }) => message.includes("needs a restart"));
  expect(waiting.map(({ fields }) => fields["setting"])).toEqual(["clusterName"]);
  await cluster.stop();
});

describe("at the start", () => {
  const told = async (data: Readonly<Record<string, string>> | undefined, given: Partial<OperatorOptions> = {}) => {
    const clock = createManualClock();
    const api = createApiServer({ clock, ids: createIds(createSeededRandom(1)) });
    const kube = api.client();
    const metadata = { name: globalSettingsName, namespace: "kube-system" };
    if (data !== undefined) await kube.create(configMapType, { apiVersion: "v1", kind: "ConfigMap", metadata, data });
    const { signal } = new AbortController();
    const cluster = { kube, namespace: "kube-system", log: silentLogger };
    try {
      return await withSettingsMap({ ...defaultOptions, ...given }, cluster, { signal });
    } finally {
      await api.close();
    }
  };

  test("what is read once comes from the map where the process was told nothing", async () => {
    const data = { "aws.clusterName": "prod", "aws.clusterEndpoint": "https://prod.example" };
    expect(await told(data)).toMatchObject({ clusterName: "prod", clusterEndpoint: "https://prod.example" });
    expect(await told(data, { clusterName: "mine" })).toMatchObject({ clusterName: "mine" });
    expect(await told(undefined)).toEqual(defaultOptions);
  });

  test("a bad value stops it, and so does another queue than the process was told", async () => {
    await expect(told({ "aws.clusterName": "prod", batchMaxDuration: "ten" })).rejects.toThrow("batchMaxDuration");
    const queue = { "aws.clusterName": "prod", "aws.interruptionQueue": "theirs" };
    await expect(told(queue, { interruptionQueue: "ours" })).rejects.toThrow(/"ours".*"theirs"/);
    expect(await told(queue, { interruptionQueue: "theirs" })).toMatchObject({ clusterName: "prod" });
  });
});

test("[R6] instances that v0.28 to v0.31 launched are known by the era's tags, while there are Machines", async () => {
  const machines = { there: false };
  const spec = { tags: { "karpenter.sh/provisioner-name": "general", "karpenter.sh/managed-by": "karpenter-ts" } };
  const fixture = await createAwsFixture({ spec, hasMachines: () => machines.there });
  const { aws, account, run } = fixture;
  const { signal } = new AbortController();
  const launched = await relaunch(fixture, claimOf([types("m5.large"), capacity("on-demand")]));
  const { Reservations = [] } = await account.clients.ec2.describeInstances({});
  const ids = Reservations.flatMap(({ Instances = [] }) => Instances.flatMap(({ InstanceId }) => InstanceId ?? []));
  // As if today's tag were not there.
  await account.clients.ec2.createTags({ Resources: ids, Tags: [{ Key: "eks:eks-cluster-name", Value: "" }] });
  expect([launched.ok, await run(aws.cloudProvider.list({ signal }))]).toEqual([true, []]);
  machines.there = true;
  expect(await run(aws.cloudProvider.list({ signal }))).toHaveLength(1);
  await account.clients.ec2.createTags({ Resources: ids, Tags: [{ Key: "karpenter.sh/managed-by", Value: "other" }] });
  expect(await run(aws.cloudProvider.list({ signal }))).toEqual([]);
});
