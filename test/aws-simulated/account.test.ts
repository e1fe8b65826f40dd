import { describe, expect, test } from "vitest";
import type { Machine, SimulatedAccount } from "../../src/local/index.ts";
import { createAwsFixture, runOn } from "./fixture.ts";
import { capacity, claimOf, launch, relaunch, types, zone } from "./requests.ts";

const { signal } = new AbortController();
const spotM5 = claimOf([types("m5.large"), capacity("spot"), zone("a")], { labels: { team: "a" } });
const onDemandM5 = claimOf([types("m5.large"), capacity("on-demand"), zone("a")]);

const theMachine = (account: SimulatedAccount): Machine => {
  const [machine, ...others] = account.machines.list();
  if (machine === undefined || others.length > 0) throw new Error(`expected one machine, found ${others.length + 1}`);
  return machine;
};

async function messages(account: SimulatedAccount): Promise<readonly { "detail-type": string; detail: unknown }[]> {
  const { QueueUrl = "" } = await account.clients.sqs.getQueueUrl({ QueueName: account.queueName });
  const { Messages = [] } = await account.clients.sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
  return Messages.map(({ Body = "" }) => JSON.parse(Body) as { "detail-type": string; detail: unknown });
}

describe("machines", () => {
  test("start after two to three seconds and register as their user data says", async () => {
    const { fixture } = await launch(spotM5);
    const { account, clock } = fixture;
    expect(theMachine(account)).toMatchObject({ state: "pending", zone: "us-east-1a", capacityType: "spot" });
    await clock.advance(3_000);
    expect(theMachine(account)).toMatchObject({
      state: "running",
      arch: "amd64",
      os: "linux",
      labels: { "karpenter.sh/nodepool": "general", "karpenter.sh/capacity-type": "spot", team: "a" },
      taints: [{ key: "karpenter.sh/unregistered", effect: "NoExecute" }],
      privateDnsName: expect.stringMatching(/^ip-10-0-\d+-\d+\.ec2\.internal$/),
    });
  });

  test.each(["AL2023", "Bottlerocket", "AL2"] as const)(
    "%s tells its kubelet labels, taints and pods",
    async (family) => {
      const taints = [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }] as const;
      const view = { ...spotM5, claim: { ...spotM5.claim, spec: { ...spotM5.claim.spec, taints } } };
      const { fixture } = await launch(view, { spec: { amiFamily: family, kubelet: { maxPods: 17 } } });
      const machine = theMachine(fixture.account);
      expect(machine.labels).toMatchObject({ team: "a", "karpenter.sh/do-not-sync-taints": "true" });
      expect(machine.taints).toEqual([...taints, { key: "karpenter.sh/unregistered", effect: "NoExecute" }]);
      expect(machine.capacity["pods"]).toBe("17");
    },
  );

  test("have what the provider said that they would have", async () => {
    for (const name of ["m5.large", "m6g.xlarge", "g4dn.xlarge", "c5d.4xlarge"]) {
      const { fixture, outcome } = await launch(claimOf([types(name), capacity("on-demand")]));
      if (!outcome.ok) throw new Error(outcome.failure.message);
      expect(theMachine(fixture.account).capacity).toEqual(outcome.value.capacity);
      expect(theMachine(fixture.account).allocatable).toEqual(outcome.value.allocatable);
    }
  });

  test("tell each change to those who listen, until they are gone", async () => {
    const fixture = await createAwsFixture();
    const states: string[] = [];
    fixture.account.machines.subscribe(({ state }) => states.push(state));
    await relaunch(fixture, onDemandM5);
    await fixture.clock.advance(3_000);
    fixture.account.faults.terminate(theMachine(fixture.account).instanceId);
    await fixture.clock.advance(5_000);
    expect(states).toEqual(["pending", "running", "shutting-down", "terminated"]);
    await fixture.clock.advance(10 * 60_000);
    expect(fixture.account.machines.list()).toEqual([]);
  });
});

describe("faults", () => {
  test("an interruption warns by the queue and ends the machine two minutes later", async () => {
    const { fixture } = await launch(spotM5);
    const { account, clock } = fixture;
    await clock.advance(3_000);
    const { instanceId } = theMachine(account);
    expect(account.faults.interrupt(instanceId)).toBe(true);
    expect((await messages(account)).at(-1)).toMatchObject({
      "detail-type": "EC2 Spot Instance Interruption Warning",
      detail: { "instance-id": instanceId, "instance-action": "terminate" },
    });
    await clock.advance(119_000);
    expect(theMachine(account).state).toBe("running");
    await clock.advance(10_000);
    expect(theMachine(account).state).toBe("terminated");
  });

  test("only spot is interrupted or rebalanced, and only what exists fails", async () => {
    const { fixture } = await launch(onDemandM5);
    const { account, clock } = fixture;
    await clock.advance(3_000);
    const { instanceId } = theMachine(account);
    expect(account.faults.interrupt(instanceId)).toBe(false);
    expect(account.faults.rebalance(instanceId)).toBe(false);
    expect(account.faults.fail("i-none")).toBe(false);
    expect(account.faults.fail(instanceId)).toBe(true);
    expect(theMachine(account)).toMatchObject({ state: "running", failed: true });
  });

  test("a throttled account refuses what comes too fast and answers again later", async () => {
    const { account, clock } = await createAwsFixture();
    account.faults.throttle(5);
    const call = () => account.clients.ec2.describeSubnets({});
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, call));
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(3);
    expect(outcomes.at(-1)).toMatchObject({ reason: { Code: "RequestLimitExceeded" } });
    await clock.advance(1_000);
    await expect(call()).resolves.toBeDefined();
  });

  test("a lost response leaves its effect behind", async () => {
    const { fixture, outcome } = await launch(onDemandM5, { before: ({ account }) => account.faults.loseResponses(0) });
    expect(outcome.ok).toBe(true);
    fixture.account.faults.loseResponses(1);
    await expect(relaunch(fixture, onDemandM5)).resolves.toMatchObject({
      ok: false,
      failure: { kind: "create-failed" },
    });
    expect(fixture.account.inventory().instances).toBe(2);
  });

  test("latency takes the time of the clock", async () => {
    const { account, clock } = await createAwsFixture();
    account.faults.latency(200);
    const before = clock.monotonic();
    await runOn(clock, account.clients.ec2.describeSubnets({}));
    expect(clock.monotonic() - before).toBeGreaterThanOrEqual(100);
  });

  test("a new price shows in the bill from then on, and in offerings after the next look", async () => {
    const { fixture } = await launch(onDemandM5, { provider: { pricingRefreshMilliseconds: 60_000 } });
    const { account, aws, clock, pool, run } = fixture;
    await clock.advance(3_600_000);
    expect(account.bill()).toMatchObject({ pricePerHour: 0.096, running: 1 });
    expect(account.bill().dollars).toBeCloseTo(0.096, 4);
    account.faults.setPrice("m5.large", 1);
    await clock.advance(3_600_000);
    expect(account.bill().dollars).toBeCloseTo(1.096, 4);
    const stop = new AbortController();
    const loops = aws.background.map((loop) => loop.run(stop.signal));
    await clock.advance(1_000);
    stop.abort();
    await run(Promise.allSettled(loops));
    const listed = await aws.cloudProvider.instanceTypes(pool, { signal });
    const type = listed.ok ? listed.value.find(({ name }) => name === "m5.large") : undefined;
    expect(type?.offerings.find(({ capacityType }) => capacityType === "on-demand")?.price).toBe(1);
    expect(type?.offerings.find(({ capacityType }) => capacityType === "spot")?.price).toBeLessThan(0.7);
  });
});

describe("an instance that", () => {
  test("[aws 9.6.112] other clusters own, or nobody, is not listed", async () => {
    const { fixture } = await launch(onDemandM5);
    const { account, aws, run } = fixture;
    const { ec2 } = account.clients;
    const instance = theMachine(account);
    const listed = () => run(aws.cloudProvider.list({ signal }));
    expect(await listed()).toHaveLength(1);
    await ec2.createTags({ Resources: [instance.instanceId], Tags: [{ Key: "eks:eks-cluster-name", Value: "other" }] });
    expect(await listed()).toEqual([]);
  });

  test("[aws 9.6.112] has ended is not listed", async () => {
    const { fixture } = await launch(onDemandM5);
    const { account, aws, clock, run } = fixture;
    account.faults.terminate(theMachine(account).instanceId);
    await clock.advance(120_000);
    expect(await run(aws.cloudProvider.list({ signal }))).toEqual([]);
  });

  test("[aws 9.6.113] is asked for twice costs no call after its launch, one in the next process, and an unknown one each time", async () => {
    const { fixture, outcome } = await launch(onDemandM5);
    const { account, aws, run } = fixture;
    const providerId = outcome.ok ? outcome.value.providerId : "";
    await run(aws.cloudProvider.get(providerId, { signal }));
    await run(aws.cloudProvider.get(providerId, { signal }));
    const calls = (): number => account.calls.get("EC2 DescribeInstances") ?? 0;
    expect(calls()).toBe(0);
    const next = await createAwsFixture({ previous: fixture });
    const ask = () => next.run(next.aws.cloudProvider.get(providerId, { signal }));
    expect([await ask(), await ask()].map(({ ok }) => ok)).toEqual([true, true]);
    expect(calls()).toBe(1);
    const unknown = () => next.run(next.aws.cloudProvider.get("aws:///us-east-1a/i-0123456789abcdef0", { signal }));
    expect([await unknown(), await unknown()].map(({ ok }) => ok)).toEqual([false, false]);
    expect(calls()).toBeGreaterThanOrEqual(3);
  });

  test("[aws 9.6.115] a list no longer has is asked for anew", async () => {
    const { fixture, outcome } = await launch(onDemandM5);
    const { account, aws, clock, run } = fixture;
    const providerId = outcome.ok ? outcome.value.providerId : "";
    account.faults.terminate(theMachine(account).instanceId);
    await clock.advance(5_000);
    expect(await run(aws.cloudProvider.get(providerId, { signal }))).toMatchObject({ ok: true });
    await run(aws.cloudProvider.list({ signal }));
    expect(await run(aws.cloudProvider.get(providerId, { signal }))).toMatchObject({ ok: false });
  });

  test("[aws 9.6.114] is shutting down already costs no termination call", async () => {
    const { fixture, outcome } = await launch(onDemandM5);
    const { account, aws, clock, run } = fixture;
    await clock.advance(3_000);
    account.faults.terminate(theMachine(account).instanceId);
    const status = { providerID: outcome.ok ? outcome.value.providerId : "" };
    const view = { ...onDemandM5, claim: { ...onDemandM5.claim, status } };
    expect(await run(aws.cloudProvider.delete(view, { signal }))).toEqual({ ok: true, value: "terminating" });
    expect(account.calls.get("EC2 TerminateInstances") ?? 0).toBe(0);
  });
});

test("equal seeds give equal accounts", async () => {
  const [first, second] = [await launch(spotM5), await launch(spotM5)];
  expect(theMachine(first.fixture.account)).toEqual(theMachine(second.fixture.account));
});

test("[aws 9.5.107] a launch template that nobody uses for a minute is deleted, one in use is kept", async () => {
  const { fixture } = await launch(onDemandM5);
  const { account, aws, clock, run } = fixture;
  const stop = new AbortController();
  const loops = aws.background.map((loop) => loop.run(stop.signal));
  expect(account.inventory().launchTemplates).toBe(1);
  await clock.advance(50_000);
  await relaunch(fixture, onDemandM5);
  await clock.advance(30_000);
  expect(account.inventory().launchTemplates).toBe(1);
  await clock.advance(121_000);
  expect(account.inventory().launchTemplates).toBe(0);
  stop.abort();
  await run(Promise.allSettled(loops));
});
