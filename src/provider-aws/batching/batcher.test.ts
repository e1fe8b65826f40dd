import { describe, expect, test } from "vitest";
import { createManualClock, createRecordingLogger, type ManualClock } from "../../platform/index.ts";
import {
  type CreateFleetRequest,
  type CreateFleetResult,
  type DescribeInstancesRequest,
  type Ec2Client,
  ServiceError,
  type TerminateInstancesRequest,
} from "../contract/index.ts";
import { createInstanceBatches } from "../instances/instance-batches.ts";
import { createFleetBatcher } from "../launch/fleet-batch.ts";
import { createBatcher } from "./batcher.ts";

const { signal } = new AbortController();

const notAsked = (): Promise<never> => Promise.reject(new Error("this call was not expected"));

/** An EC2 that answers the given calls and refuses all others. */
const ec2With = (calls: Partial<Ec2Client>): Ec2Client => ({
  describeInstanceTypes: notAsked,
  describeInstanceTypeOfferings: notAsked,
  describeSpotPriceHistory: notAsked,
  describeSubnets: notAsked,
  describeSecurityGroups: notAsked,
  describeImages: notAsked,
  describeLaunchTemplates: notAsked,
  createLaunchTemplate: notAsked,
  deleteLaunchTemplate: notAsked,
  createFleet: notAsked,
  runInstances: notAsked,
  describeInstances: notAsked,
  terminateInstances: notAsked,
  createTags: notAsked,
  describeInstanceStatus: notAsked,
  describeCapacityReservations: notAsked,
  describePlacementGroups: notAsked,
  ...calls,
});

const fleetRequest = (context = "a", wanted = 1): CreateFleetRequest => ({
  Type: "instant",
  Context: context,
  LaunchTemplateConfigs: [],
  TargetCapacitySpecification: { TotalTargetCapacity: wanted, DefaultTargetCapacityType: "spot" },
});

const instancesOf = (...ids: readonly string[]): CreateFleetResult => ({
  FleetId: "fleet-1",
  Instances: ids.map((id) => ({ InstanceIds: [id], InstanceType: "m5.large" })),
});

/** Submits all requests at once and lets the windows close. */
async function fleets(
  requests: readonly CreateFleetRequest[],
  answer: (request: CreateFleetRequest) => CreateFleetResult,
) {
  const clock = createManualClock();
  const calls: CreateFleetRequest[] = [];
  const ec2 = ec2With({
    createFleet: (request) => {
      calls.push(request);
      return new Promise((resolve) => resolve(answer(request)));
    },
  });
  const batcher = createFleetBatcher({ ec2, clock, metrics: undefined });
  const outcomes = Promise.allSettled(
    requests.map((request, index) => batcher.submit({ request, claim: `uid-${index}` }, { signal })),
  );
  await clock.advance(2_000);
  return { calls, outcomes: await outcomes };
}

const targets = (calls: readonly CreateFleetRequest[]) =>
  calls.map(({ TargetCapacitySpecification }) => TargetCapacitySpecification.TotalTargetCapacity);

describe("fleets", () => {
  test("[aws 9.1.1] five equal requests make one call for five, and each caller gets an instance of its own", async () => {
    const { calls, outcomes } = await fleets(
      Array.from({ length: 5 }, () => fleetRequest()),
      () => instancesOf("i-1", "i-2", "i-3", "i-4", "i-5"),
    );
    expect(targets(calls)).toEqual([5]);
    const ids = outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value.instance?.id : undefined));
    expect(ids).toEqual(["i-1", "i-2", "i-3", "i-4", "i-5"]);
  });

  test("[aws 9.1.2] requests that differ in any field make calls of their own", async () => {
    const { calls } = await fleets([fleetRequest("a"), fleetRequest("b")], () => instancesOf("i-1"));
    expect(targets(calls)).toEqual([1, 1]);
  });

  test("[aws 9.1.3] three instances for five callers: three get one, all get the errors", async () => {
    const { outcomes } = await fleets(
      Array.from({ length: 5 }, () => fleetRequest()),
      () => ({ ...instancesOf("i-1", "i-2", "i-3"), Errors: [{ ErrorCode: "InsufficientInstanceCapacity" }] }),
    );
    const shares = outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : undefined));
    expect(shares.filter((share) => share?.instance !== undefined)).toHaveLength(3);
    expect(shares.every((share) => share?.errors.length === 1)).toBe(true);
    expect(shares.map((share) => share?.fleetId)).toEqual(["fleet-1", "fleet-1", "fleet-1", undefined, undefined]);
  });

  test("[aws 9.1.4] a call that fails fails for every caller", async () => {
    const { outcomes } = await fleets([fleetRequest(), fleetRequest()], () => {
      throw new ServiceError("RequestLimitExceeded", "slow down");
    });
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  test("[aws 9.1.5] fewer instances than asked for, and no word why, are an error for those without", async () => {
    const { outcomes } = await fleets([fleetRequest(), fleetRequest()], () => instancesOf("i-1"));
    const [, second] = outcomes;
    expect(second).toMatchObject({
      status: "fulfilled",
      value: { errors: [{ ErrorCode: "too few instances returned", ErrorMessage: "too few instances returned" }] },
    });
  });

  test("[aws 9.1.6] a request for two instances is refused before any call", async () => {
    const { calls, outcomes } = await fleets([fleetRequest("a", 2)], () => instancesOf("i-1"));
    expect(calls).toEqual([]);
    expect(outcomes[0]?.status).toBe("rejected");
  });
});

function instanceBatches(calls: Partial<Ec2Client>) {
  const clock = createManualClock();
  const log = createRecordingLogger();
  return { clock, batches: createInstanceBatches({ ec2: ec2With(calls), clock, log, metrics: undefined }) };
}

async function settle<T>(clock: ManualClock, submitted: readonly Promise<T>[]) {
  const outcomes = Promise.allSettled(submitted);
  await clock.advance(2_000);
  return await outcomes;
}

const described = (ids: readonly string[]) => ({
  Reservations: ids.map((InstanceId) => ({ Instances: [{ InstanceId }] })),
});

describe("instances", () => {
  test("[aws 9.1.7] fifty look-ups make one call with fifty ids, and each gets its own instance", async () => {
    const calls: DescribeInstancesRequest[] = [];
    const { clock, batches } = instanceBatches({
      describeInstances: (request) => {
        calls.push(request);
        return Promise.resolve(described(request.InstanceIds ?? []));
      },
    });
    const ids = Array.from({ length: 50 }, (_, index) => `i-${index}`);
    const outcomes = await settle(
      clock,
      ids.map((id) => batches.describe.submit(id, { signal })),
    );
    expect(calls.map(({ InstanceIds }) => InstanceIds?.length)).toEqual([50]);
    expect(outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value.InstanceId : ""))).toEqual(ids);
  });

  test("[aws 9.1.8] a batch of five that fails is asked for one by one, and those that are there are found", async () => {
    const calls: number[] = [];
    const { clock, batches } = instanceBatches({
      describeInstances: ({ InstanceIds = [] }) => {
        calls.push(InstanceIds.length);
        if (InstanceIds.includes("i-3"))
          return Promise.reject(new ServiceError("InvalidInstanceID.NotFound", "no i-3"));
        return Promise.resolve(described(InstanceIds));
      },
    });
    const ids = ["i-1", "i-2", "i-3", "i-4", "i-5"];
    const outcomes = await settle(
      clock,
      ids.map((id) => batches.describe.submit(id, { signal })),
    );
    expect(calls).toEqual([5, 1, 1, 1, 1, 1]);
    expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([true, true, false, true, true]);
  });

  test("[aws 9.1.9] one id asked for twice in a window is asked of EC2 once", async () => {
    const calls: DescribeInstancesRequest[] = [];
    const { clock, batches } = instanceBatches({
      describeInstances: (request) => {
        calls.push(request);
        return Promise.resolve(described(request.InstanceIds ?? []));
      },
    });
    const outcomes = await settle(
      clock,
      [1, 2].map(() => batches.describe.submit("i-1", { signal })),
    );
    expect(calls.map(({ InstanceIds }) => InstanceIds)).toEqual([["i-1"]]);
    expect(outcomes.every(({ status }) => status === "fulfilled")).toBe(true);
  });

  test("[aws 9.1.10] an instance that a termination leaves running is terminated alone", async () => {
    const calls: TerminateInstancesRequest[] = [];
    const { clock, batches } = instanceBatches({
      terminateInstances: (request) => {
        calls.push(request);
        const alone = request.InstanceIds.length === 1;
        return Promise.resolve({
          TerminatingInstances: request.InstanceIds.map((InstanceId) => ({
            InstanceId,
            CurrentState: { Name: InstanceId === "i-2" && !alone ? "running" : "shutting-down" },
          })),
        });
      },
    });
    const outcomes = await settle(
      clock,
      ["i-1", "i-2", "i-3"].map((id) => batches.terminate.submit(id, { signal })),
    );
    expect(calls.map(({ InstanceIds }) => InstanceIds)).toEqual([["i-1", "i-2", "i-3"], ["i-2"]]);
    expect(outcomes.every(({ status }) => status === "fulfilled")).toBe(true);
  });
});

describe("windows", () => {
  const options = (clock: ManualClock, sizes: number[]) => ({
    name: "test",
    clock,
    idleMilliseconds: 100,
    maxMilliseconds: 1_000,
    maxItems: 5,
    keyOf: () => "",
    execute: (inputs: readonly number[]) => {
      sizes.push(inputs.length);
      return Promise.resolve(inputs.map((value) => ({ status: "fulfilled" as const, value })));
    },
  });

  test("[aws 9.1.11] requests that keep coming close the window at its maximum, or at its number of items", async () => {
    const clock = createManualClock();
    const sizes: number[] = [];
    const batcher = createBatcher({ ...options(clock, sizes), maxItems: 500 });
    const submitted: Promise<number>[] = [];
    for (let index = 0; index < 15; index += 1) {
      submitted.push(batcher.submit(index, { signal }));
      await clock.advance(90);
    }
    await clock.advance(200);
    await Promise.all(submitted);
    expect(sizes[0]).toBe(12);
    const capped: number[] = [];
    const small = createBatcher(options(clock, capped));
    await settle(
      clock,
      Array.from({ length: 7 }, (_, index) => small.submit(index, { signal })),
    );
    expect(capped).toEqual([5, 2]);
  });

  test("[aws 9.1.12] two hundred buckets never run more than a hundred at once", async () => {
    const clock = createManualClock();
    let running = 0;
    let most = 0;
    const batcher = createBatcher<number, number>({
      ...options(clock, []),
      maxItems: 1_000,
      keyOf: String,
      execute: async (inputs) => {
        running += 1;
        most = Math.max(most, running);
        await clock.sleep(10);
        running -= 1;
        return inputs.map((value) => ({ status: "fulfilled", value }));
      },
    });
    const outcomes = await settle(
      clock,
      Array.from({ length: 200 }, (_, index) => batcher.submit(index, { signal })),
    );
    expect(most).toBe(100);
    expect(outcomes.every(({ status }) => status === "fulfilled")).toBe(true);
  });

  test("an abort ends the wait of its caller and leaves the others theirs", async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const batcher = createBatcher(options(clock, []));
    const aborted = batcher.submit(1, { signal: stop.signal });
    const other = batcher.submit(2, { signal });
    stop.abort(new Error("stop"));
    const outcomes = await settle(clock, [aborted, other]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });
});
