/** What AWS, users and queues may hand in (issue 7): a condition, a reason or a line in the log, and never a second machine. */
import { describe, expect, test } from "vitest";
import { getCondition } from "../../src/api/index.ts";
import { type AwsClients, ServiceError } from "../../src/provider-aws/contract/index.ts";
import { classOf, createControllerFixture } from "./controllers.ts";
import { createAwsFixture } from "./fixture.ts";
import { capacity, claimOf, failingWith, launch, relaunch, types } from "./requests.ts";

const { signal } = new AbortController();
const view = claimOf([types("m5.large"), capacity("on-demand")]);

const changing = (change: (clients: AwsClients) => Partial<AwsClients["ec2"]>) => (clients: AwsClients) => ({
  ...clients,
  ec2: { ...clients.ec2, ...change(clients) },
});

describe("an image", () => {
  test("without an architecture, or of one that no node has, is none", async () => {
    const { resolve } = await createControllerFixture({
      wrapClients: changing(({ ec2 }) => ({
        describeImages: async (input, options) => {
          const { Images = [] } = await ec2.describeImages(input, options);
          return {
            Images: Images.map(({ Architecture: _, ...image }, at) =>
              at === 0 ? image : { ...image, Architecture: "i386" },
            ),
          };
        },
      })),
    });
    expect(getCondition(await resolve(classOf()), "AMIsReady")).toMatchObject({
      status: "False",
      reason: "AMINotFound",
    });
  });
});

describe("user data that cannot be merged", () => {
  test.each([
    ["TOML", "bottlerocket@latest", "[settings\nx =", /spec\.userData|TOML/],
    ["MIME", "al2023@latest", "MIME-Version: 1.0\nContent-Type: multipart/mixed\n\nhello", /boundary/],
  ])("(%s) launches nothing, and says what is wrong with it", async (_, alias, userData, words) => {
    const fixture = await createControllerFixture({ provider: { disableDryRun: true } });
    await fixture.resolve(classOf({ amiSelectorTerms: [{ alias }], userData }));
    const outcome = await relaunch(fixture, view);
    expect(outcome).toMatchObject({ ok: false, failure: { kind: "create-failed", reason: "LaunchFailed" } });
    expect(outcome.ok ? "" : outcome.failure.message).toMatch(words);
    expect(fixture.account.inventory()).toEqual({ instances: 0, launchTemplates: 0 });
  });
});

test("credentials that expire in mid-launch cost a try and no second machine", async () => {
  let expired = true;
  const fixture = await createAwsFixture({
    wrapClients: changing(({ ec2 }) => ({
      createFleet: (request, options) =>
        expired
          ? Promise.reject(
              new ServiceError("ExpiredToken", "The provided token has expired.", { status: 403, requestId: "req-7" }),
            )
          : ec2.createFleet(request, options),
    })),
  });
  expect(await relaunch(fixture, view)).toEqual({
    ok: false,
    failure: {
      kind: "create-failed",
      reason: "LaunchFailed",
      message: expect.stringMatching(/ExpiredToken.*\(request req-7\)$/),
    },
  });
  expired = false;
  expect(await relaunch(fixture, view)).toMatchObject({ ok: true });
  expect(fixture.account.inventory().instances).toBe(1);
});

test("a refusal carries EC2's request id, by which AWS can be asked about it", async () => {
  const refusal = failingWith("InsufficientInstanceCapacity");
  const { outcome } = await launch(view, {
    answer: (request) => ({ ...refusal(request), $metadata: { requestId: "req-8" } }),
  });
  expect(outcome).toMatchObject({
    ok: false,
    failure: { kind: "insufficient-capacity", message: expect.stringMatching(/\(request req-8\)$/) },
  });
});

describe("a type that EC2 has dropped", () => {
  test("launches nothing more, and its machine is neither drifted nor lost", async () => {
    let dropped = false;
    const fixture = await createControllerFixture({
      provider: { disableDryRun: true, instanceTypesRefreshMilliseconds: 60_000 },
      wrapClients: changing(({ ec2 }) => ({
        describeInstanceTypes: async (input, options) => {
          const page = await ec2.describeInstanceTypes(input, options);
          const kept = (page.InstanceTypes ?? []).filter(({ InstanceType }) => !dropped || InstanceType !== "m5.large");
          return { ...page, InstanceTypes: kept };
        },
      })),
    });
    await fixture.resolve(classOf());
    const claim = await fixture.launchClaim(view);
    dropped = true;
    const stopping = new AbortController();
    const loops = fixture.aws.background.map((loop) => loop.run(stopping.signal));
    await fixture.clock.advance(61_000);
    stopping.abort();
    await Promise.allSettled(loops);
    expect(await relaunch(fixture, view)).toMatchObject({ ok: false, failure: { kind: "insufficient-capacity" } });
    const drift = fixture.run(fixture.aws.cloudProvider.driftReason({ ...view, claim }, { signal }));
    expect(await drift.catch(() => undefined)).toBeUndefined();
    expect(
      (await fixture.run(fixture.aws.cloudProvider.list({ signal }))).map(({ instanceType }) => instanceType),
    ).toEqual(["m5.large"]);
  });
});

test("a megabyte of noise in the queue is told of in a short line and goes", async () => {
  const fixture = await createAwsFixture({ provider: { interruptionQueue: "karpenter-ts" } });
  fixture.account.sendMessage("x".repeat(2 ** 20));
  const [queue] = fixture.aws.interruptions(() => true);
  expect(await fixture.run(queue!.receive({ signal }))).toEqual([]);
  expect(fixture.account.calls.get("SQS DeleteMessage")).toBe(1);
  const line = fixture.log.lines.find(({ level }) => level === "error");
  expect(line?.message).toBe("dropping a message of the interruption queue that cannot be read");
  expect(JSON.stringify(line).length).toBeLessThan(500);
});
