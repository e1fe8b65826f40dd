import { describe, expect, test } from "vitest";
import { createMetricsRegistry } from "../../src/platform/index.ts";
import type { InterruptionMessage, InterruptionSource } from "../../src/provider/index.ts";
import { createAwsFixture, type AwsFixture, type FixtureOptions } from "./fixture.ts";
import { capacity, claimOf, relaunch, requirement, types } from "./requests.ts";

const queue = "karpenter-ts";

async function listening(options: Pick<FixtureOptions, "wrapClients"> & { readonly queue?: string } = {}) {
  const metrics = createMetricsRegistry();
  const fixture = await createAwsFixture({
    metrics,
    ...(options.wrapClients === undefined ? {} : { wrapClients: options.wrapClients }),
    provider: { interruptionQueue: options.queue ?? queue, watchInstanceStatus: true },
  });
  const [messages, statuses] = fixture.aws.interruptions(() => true) as readonly [
    InterruptionSource,
    InterruptionSource,
  ];
  const receive = (source = messages): Promise<readonly InterruptionMessage[]> =>
    fixture.run(source.receive({ signal: new AbortController().signal }));
  const send = (detailType: string, detail: object, source = "aws.ec2"): void =>
    fixture.account.sendMessage(
      JSON.stringify({ version: "0", source, "detail-type": detailType, time: "2026-01-01T00:00:00Z", detail }),
    );
  const settle = (message: InterruptionMessage) =>
    fixture.run(messages.settle(message, { signal: new AbortController().signal }));
  const deleted = (): number => fixture.account.calls.get("SQS DeleteMessage") ?? 0;
  return { ...fixture, metrics, messages, statuses, receive, send, settle, deleted };
}

const stateChange = "EC2 Instance State-change Notification";

describe("the interruption queue", () => {
  test("[aws 9.8.130] [lifecycle Y4] hands out a spot warning until it is settled, and keeps launches away from what is short", async () => {
    const { receive, send, settle, deleted, messages, ...fixture } = await listening();
    const view = claimOf([
      types("m5.large"),
      capacity("spot"),
      requirement("topology.kubernetes.io/zone", "us-east-1a"),
    ]);
    const launched = await relaunch(fixture, view);
    if (!launched.ok) throw new Error(launched.failure.message);
    send("EC2 Spot Instance Interruption Warning", { "instance-id": "i-1", "instance-action": "terminate" });
    const [message] = (await receive()).filter(({ kind }) => kind === "spot_interrupted");
    expect(message).toEqual({
      kind: "spot_interrupted",
      instanceIds: ["i-1"],
      time: Date.parse("2026-01-01T00:00:00Z"),
    });
    const claim = { ...view.claim, metadata: { ...view.claim.metadata, labels: launched.value.labels } };
    messages.noteAffected(message!, { ...view, claim });
    expect(await spotZones(fixture)).toEqual(["us-east-1b", "us-east-1c"]);
    const before = deleted();
    await settle(message!);
    expect(deleted()).toBe(before + 1);
  });

  test("[aws 9.8.131] tells a rebalance recommendation as what it is", async () => {
    const { receive, send } = await listening();
    send("EC2 Instance Rebalance Recommendation", { "instance-id": "i-1" });
    expect(await receive()).toMatchObject([{ kind: "rebalance_recommendation", instanceIds: ["i-1"] }]);
  });

  test("[aws 9.8.132] [lifecycle Y3] drops a state that is no end, and reads states in any case", async () => {
    const { receive, send, deleted } = await listening();
    send(stateChange, { "instance-id": "i-1", state: "running" });
    send(stateChange, { "instance-id": "i-2", state: "Stopping" });
    send(stateChange, { "instance-id": "i-3", state: "shutting-down" });
    expect(await receive()).toMatchObject([
      { kind: "instance_stopped", instanceIds: ["i-2"] },
      { kind: "instance_terminated", instanceIds: ["i-3"] },
    ]);
    expect(deleted()).toBe(1);
  });

  test("[aws 9.8.133] drops health events of other services, and gives all machines of EC2's", async () => {
    const { receive, send, deleted } = await listening();
    const affectedEntities = ["i-1", "i-2", "i-3"].map((entityValue) => ({ entityValue }));
    const detail = { service: "EC2", eventTypeCategory: "scheduledChange", affectedEntities };
    send("AWS Health Event", { ...detail, service: "RDS" }, "aws.health");
    send("AWS Health Event", detail, "aws.health");
    expect(await receive()).toMatchObject([{ kind: "scheduled_change", instanceIds: ["i-1", "i-2", "i-3"] }]);
    expect(deleted()).toBe(1);
  });

  test.each([
    ["broken JSON", "{"],
    ["a list", "[]"],
    ["a megabyte of noise", "x".repeat(2 ** 20)],
  ])(
    "[aws 9.8.134] [lifecycle Y3] [lifecycle Y11] logs and deletes %s, with little of it in the log",
    async (_, body) => {
      const { receive, account, deleted, log } = await listening();
      account.sendMessage(body);
      expect(await receive()).toEqual([]);
      expect(deleted()).toBe(1);
      const line = log.lines.find(({ message }) => message.includes("cannot be read"));
      expect(JSON.stringify(line).length).toBeLessThan(600);
    },
  );

  test.each([
    ["an empty body", ""],
    ["an unknown event", JSON.stringify({ version: "0", source: "aws.s3", "detail-type": "Object Created" })],
    [
      "a warning that names no machine",
      JSON.stringify({
        version: "0",
        source: "aws.ec2",
        "detail-type": "EC2 Spot Instance Interruption Warning",
        detail: {},
      }),
    ],
  ])("[aws 9.8.134] [lifecycle Y11] deletes %s as nothing to do", async (_, body) => {
    const { receive, account, deleted, metrics } = await listening();
    account.sendMessage(body);
    expect(await receive()).toEqual([]);
    expect(deleted()).toBe(1);
    expect(await metrics.expose()).toContain('karpenter_interruption_received_messages_total{message_type="no_op"} 1');
  });

  test("[aws 9.8.135] shows a message again after 20 s when it was not settled", async () => {
    const { receive, send, clock } = await listening();
    send(stateChange, { "instance-id": "i-1", state: "stopping" });
    expect(await receive()).toHaveLength(1);
    await clock.advance(20_000);
    expect(await receive()).toMatchObject([{ instanceIds: ["i-1"] }]);
  });

  test("[aws 9.8.136] that does not exist yet is a fault each time, until it does", async () => {
    let exists = false;
    const { receive, send } = await listening({
      queue: "later",
      wrapClients: ({ sqs, ...clients }) => ({
        ...clients,
        sqs: {
          ...sqs,
          getQueueUrl: (input, call) => sqs.getQueueUrl(exists ? { QueueName: queue } : input, call),
        },
      }),
    });
    await expect(receive()).rejects.toMatchObject({ code: "QueueDoesNotExist" });
    await expect(receive()).rejects.toMatchObject({ code: "QueueDoesNotExist" });
    exists = true;
    send(stateChange, { "instance-id": "i-1", state: "stopping" });
    expect(await receive()).toHaveLength(1);
  });
});

const spotZones = async ({ aws, pool, run }: Pick<AwsFixture, "aws" | "pool" | "run">) => {
  const listed = await run(aws.cloudProvider.instanceTypes(pool, { signal: new AbortController().signal }));
  if (!listed.ok) throw new Error(listed.failure.message);
  const offerings = listed.value.find(({ name }) => name === "m5.large")?.offerings ?? [];
  return offerings
    .filter(({ available, capacityType }) => available && capacityType === "spot")
    .map(({ zone }) => zone);
};

describe("status checks", () => {
  const failing = (minutes: number, now: number) => ({
    Status: "impaired",
    Details: [{ Name: "reachability", Status: "failed", ImpairedSince: new Date(now - minutes * 60_000) }],
  });

  test("[aws 9.8.138] tell of a machine that has failed for two minutes, and of events to come", async () => {
    const { receive, statuses, account, clock, metrics } = await listening();
    const now = clock.now();
    account.statuses.set({ InstanceId: "i-3", SystemStatus: failing(3, now) });
    account.statuses.set({ InstanceId: "i-1", InstanceStatus: failing(1, now) });
    account.statuses.set({
      InstanceId: "i-retired",
      Events: [{ Code: "instance-retirement", Description: "old host" }],
    });
    account.statuses.set({
      InstanceId: "i-done",
      Events: [{ Code: "instance-stop", Description: "[Completed] old host" }],
    });
    const found = await receive(statuses);
    expect(found.map(({ kind, instanceIds }) => `${kind} ${instanceIds.join()}`)).toEqual([
      "system_status i-3",
      "event_status i-retired",
    ]);
    await receive(statuses);
    expect(await metrics.expose()).toContain(
      'karpenter_interruption_instance_status_unhealthy_total{category="SystemStatus"} 1',
    );
  });

  test("[lifecycle Y8] count each instance once for as long as it is ill, and again when it falls ill again", async () => {
    const { receive, statuses, account, clock, metrics } = await listening();
    const unhealthy = () =>
      metrics.value("karpenter_interruption_instance_status_unhealthy_total", { category: "SystemStatus" });
    const ail = (...ids: readonly string[]): void => {
      for (const InstanceId of ids) account.statuses.set({ InstanceId, SystemStatus: failing(3, clock.now()) });
    };
    ail("i-1", "i-2");
    await receive(statuses);
    await receive(statuses);
    await receive(statuses);
    expect(await unhealthy()).toBe(2);
    account.statuses.clear("i-1");
    await receive(statuses);
    ail("i-1");
    await receive(statuses);
    expect(await unhealthy()).toBe(3);
  });

  test("that the policy does not allow are asked for once, with a word in the log", async () => {
    const { receive, statuses, account, log } = await listening();
    account.faults.refuseCalls("EC2 DescribeInstanceStatus", { code: "UnauthorizedOperation", status: 403 });
    expect(await receive(statuses)).toEqual([]);
    expect(await receive(statuses)).toEqual([]);
    expect(account.calls.get("EC2 DescribeInstanceStatus")).toBe(1);
    expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });
});
