import { describe, expect, test } from "vitest";
import { createSimulatedAccount, type SimulatedAccount } from "../../src/local/index.ts";
import { createManualClock, createRecordingLogger, createSeededRandom } from "../../src/platform/index.ts";
import { createAwsProvider, defaultAwsProviderOptions } from "../../src/provider-aws/index.ts";
import type { AwsClients } from "../../src/provider-aws/contract/index.ts";
import { type AwsFixture, clusterName, createAwsFixture, runOn } from "./fixture.ts";
import { capacity, claimOf, relaunch, types } from "./requests.ts";

const view = claimOf([types("m5.large"), capacity("on-demand")]);
const lost = Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" });

/** The first fleets happen, but nobody hears of it. */
const losing =
  (answers: number) =>
  (clients: AwsClients): AwsClients => {
    let left = answers;
    const createFleet: AwsClients["ec2"]["createFleet"] = async (request, options) => {
      const answer = await clients.ec2.createFleet(request, options);
      left -= 1;
      if (left >= 0) throw lost;
      return answer;
    };
    return { ...clients, ec2: { ...clients.ec2, createFleet } };
  };

const machines = ({ machines: feed }: SimulatedAccount): readonly string[] =>
  feed.list().map(({ providerId }) => providerId);

describe("a fleet whose answer got lost", () => {
  test("is asked for again under the same token, and gives the machine of the first time", async () => {
    const fixture = await createAwsFixture({ wrapClients: losing(1) });
    expect(await relaunch(fixture, view)).toMatchObject({ ok: false, failure: { kind: "create-failed" } });
    const second = await relaunch(fixture, view);
    expect(second.ok && second.value.providerId).toBe(machines(fixture.account)[0]);
    expect(machines(fixture.account)).toHaveLength(1);
  });

  test("is found again by the next process, which knows nothing of the first", async () => {
    const fixture = await createAwsFixture({ wrapClients: losing(1) });
    await relaunch(fixture, view);
    const outcome = await relaunch(await nextProcess(fixture), view);
    expect(outcome.ok && outcome.value.providerId).toBe(machines(fixture.account)[0]);
    expect(machines(fixture.account)).toHaveLength(1);
  });

  test("has a new token once it was answered: a claim that asks again means another machine", async () => {
    const fixture = await createAwsFixture();
    const first = await relaunch(fixture, view);
    const second = await relaunch(fixture, view);
    expect(first.ok && second.ok && first.value.providerId === second.value.providerId).toBe(false);
    expect(machines(fixture.account)).toHaveLength(2);
  });
});

async function nextProcess(fixture: AwsFixture): Promise<AwsFixture> {
  const { account, clock, nodeClasses } = fixture;
  const aws = createAwsProvider({
    clients: account.clients,
    clock,
    log: createRecordingLogger(),
    nodeClasses: (name) => nodeClasses.get(name),
    kubernetesVersion: () => "1.34",
    options: {
      ...defaultAwsProviderOptions,
      region: account.region,
      cluster: { name: clusterName, endpoint: "https://cluster.example", caBundle: "Y2E=", dns: "10.96.0.10" },
    },
  });
  await runOn(clock, aws.start({ signal: new AbortController().signal }));
  return { ...fixture, aws };
}

test("a closed account has no timers left", async () => {
  const clock = createManualClock();
  const account = createSimulatedAccount({ clock, random: createSeededRandom(1), clusterName });
  const fixture = await createAwsFixture();
  await relaunch(fixture, view);
  expect(fixture.clock.nextDue()).toBeDefined();
  fixture.account.close();
  account.close();
  expect([fixture.clock.nextDue(), clock.nextDue()]).toEqual([undefined, undefined]);
});
