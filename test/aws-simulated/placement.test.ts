import { describe, expect, test } from "vitest";
import type { EC2NodeClass } from "../../src/api/index.ts";
import type { AccountPlacementGroup } from "../../src/local/index.ts";
import type { CreateFleetRequest, LaunchTemplateData } from "../../src/provider-aws/contract/index.ts";
import { classOf, type ControllerFixture, createControllerFixture } from "./controllers.ts";
import { ready, poolOf } from "./fixture.ts";
import {
  capacity,
  claimOf,
  type FleetAnswer,
  overridesOf,
  recordingFleets,
  relaunch,
  requirement,
  types,
} from "./requests.ts";

const partitioned: AccountPlacementGroup = { id: "pg-1", name: "group", strategy: "partition", partitionCount: 3 };
const spread: AccountPlacementGroup = { id: "pg-1", name: "group", strategy: "spread" };

interface GroupFixture extends ControllerFixture {
  readonly requests: CreateFleetRequest[];
  readonly templates: LaunchTemplateData[];
  readonly nodeClass: EC2NodeClass;
}

async function inGroup(
  group: AccountPlacementGroup | undefined,
  options: { readonly answer?: FleetAnswer; readonly spec?: Partial<EC2NodeClass["spec"]> } = {},
): Promise<GroupFixture> {
  const requests: CreateFleetRequest[] = [];
  const templates: LaunchTemplateData[] = [];
  const fixture = await createControllerFixture({
    provider: { disableDryRun: true },
    prepare: (account) => {
      if (group !== undefined) account.capacity.setGroup(group);
    },
    wrapClients: (clients) => {
      const wrapped = recordingFleets(requests, options.answer)(clients);
      const createLaunchTemplate: typeof clients.ec2.createLaunchTemplate = (input, call) => {
        templates.push(input.LaunchTemplateData);
        return clients.ec2.createLaunchTemplate(input, call);
      };
      return { ...wrapped, ec2: { ...wrapped.ec2, createLaunchTemplate } };
    },
  });
  const nodeClass = await fixture.resolve(classOf({ placementGroupSelector: { name: "group" }, ...options.spec }));
  return { ...fixture, requests, templates, nodeClass };
}

const partition = (...names: readonly string[]) => requirement("karpenter.k8s.aws/placement-group-partition", ...names);
const onDemand = (...more: readonly ReturnType<typeof partition>[]) =>
  claimOf([types("m5.large", "m5.xlarge"), capacity("on-demand"), ...more]);

const offeringsOf = async ({ aws, pool, run }: ControllerFixture, name: string) => {
  const listed = await run(aws.cloudProvider.instanceTypes(pool, { signal: new AbortController().signal }));
  if (!listed.ok) throw new Error(listed.failure.message);
  const type = listed.value.find((each) => each.name === name);
  return (type?.offerings ?? []).map((offering) => ({
    ...offering,
    partition: [...(offering.requirements.get("karpenter.k8s.aws/placement-group-partition")?.values ?? [])].join(),
  }));
};

/** Every override fails with this text. */
const refusing =
  (ErrorCode: string, ErrorMessage: string): FleetAnswer =>
  (request) => ({
    Errors: overridesOf(request).map((Overrides) => ({
      ErrorCode,
      ErrorMessage,
      LaunchTemplateAndOverrides: { Overrides },
    })),
    Instances: [],
  });

const limitText = "You have reached the limit of instances in this spread placement group for the zone (7).";

describe("a partition group", () => {
  test("[aws 9.2.49] gives each offering once for each partition; a shortage of one leaves the others", async () => {
    const fixture = await inGroup(partitioned, { answer: refusing("InsufficientInstanceCapacity", "none left") });
    const names = (all: Awaited<ReturnType<typeof offeringsOf>>) =>
      all
        .filter(
          ({ zone, capacityType, available }) => zone === "us-east-1a" && capacityType === "on-demand" && available,
        )
        .map((offering) => offering.partition);
    expect(names(await offeringsOf(fixture, "m5.large"))).toEqual(["1", "2", "3"]);
    await relaunch(fixture, onDemand(partition("1")));
    expect(names(await offeringsOf(fixture, "m5.large"))).toEqual(["2", "3"]);
  });

  test("[aws 9.3.79] launches into one partition of those allowed, the first as text", async () => {
    const fixture = await inGroup({ ...partitioned, partitionCount: 12 });
    const outcome = await relaunch(fixture, onDemand(partition("10", "2")));
    expect(fixture.templates[0]?.Placement).toMatchObject({ GroupId: "pg-1", PartitionNumber: 10 });
    expect(outcome).toMatchObject({
      value: {
        labels: {
          "karpenter.k8s.aws/placement-group-id": "pg-1",
          "karpenter.k8s.aws/placement-group-partition": "10",
        },
      },
    });
  });

  test("holds registration up until EC2 has told the partition", async () => {
    const fixture = await inGroup(partitioned);
    const claim = await fixture.launchClaim(onDemand());
    expect(claim.metadata.labels?.["karpenter.k8s.aws/placement-group-partition"]).toBe("");
    const [hook] = fixture.aws.registrationHooks;
    const { signal } = new AbortController();
    expect(await fixture.run(hook!.run(claim, signal))).toEqual({ requeueAfterMilliseconds: 5_000 });
  });
});

describe("a spread group", () => {
  test("[aws 9.3.78] that is full in a zone closes it for every type asked for, in that group only", async () => {
    const fixture = await inGroup(spread, { answer: refusing("InsufficientInstanceCapacity", limitText) });
    await relaunch(fixture, onDemand());
    const had = async () =>
      (await offeringsOf(fixture, "m5.xlarge")).filter((each) => each.available && each.capacityType === "on-demand");
    expect(await had()).toEqual([]);
    fixture.nodeClasses.set("default", ready({ ...fixture.nodeClass, spec: { ...classOf().spec } }));
    expect(await had()).toHaveLength(3);
  });

  test("[aws 9.8.151] its text marks nothing under another code; without a group it is an ordinary mark", async () => {
    const other = await inGroup(spread, { answer: refusing("SomethingElse", limitText) });
    await relaunch(other, onDemand());
    const usable = async (fixture: ControllerFixture) =>
      (await offeringsOf(fixture, "m5.large")).filter((each) => each.available && each.capacityType === "on-demand");
    expect(await usable(other)).toHaveLength(3);
    const ungrouped = await createControllerFixture({
      wrapClients: recordingFleets([], refusing("InsufficientInstanceCapacity", limitText)),
    });
    await relaunch(ungrouped, onDemand());
    expect(await usable(ungrouped)).toEqual([]);
  });
});

describe("a class with a placement group", () => {
  test("of a strategy that types lack offers none of them", async () => {
    const fixture = await inGroup({ ...spread, strategy: "cluster" });
    const { aws, run } = fixture;
    const listed = await run(aws.cloudProvider.instanceTypes(poolOf(), { signal: new AbortController().signal }));
    if (!listed.ok) throw new Error(listed.failure.message);
    const t3 = listed.value.find(({ name }) => name === "t3.large");
    expect(t3?.offerings.every(({ available }) => !available)).toBe(true);
  });

  test("[aws 9.8.154] that has vanished has none, at the second look within the minute too", async () => {
    const fixture = await inGroup(spread);
    const reason = async () => {
      const found = await fixture.resolve(classOf({ placementGroupSelector: { name: "group" } }));
      return found.status?.conditions?.find(({ type }) => type === "PlacementGroupReady")?.reason;
    };
    expect(await reason()).toBe("PlacementGroupReady");
    fixture.account.capacity.removeGroup("pg-1");
    await fixture.clock.advance(61_000);
    expect([await reason(), await reason()]).toEqual(["PlacementGroupNotFound", "PlacementGroupNotFound"]);
  });

  test("whose look-up fails says so and keeps the group that it had", async () => {
    const fixture = await inGroup(spread);
    fixture.account.faults.refuseCalls("EC2 DescribePlacementGroups", { code: "UnauthorizedOperation" });
    await fixture.clock.advance(61_000);
    const found = await fixture.resolve(classOf({ placementGroupSelector: { name: "group" } }));
    const condition = found.status?.conditions?.find(({ type }) => type === "PlacementGroupReady");
    expect(condition).toMatchObject({ status: "False", reason: "PlacementGroupResolutionFailed" });
  });

  test("[aws 9.6.111] whose selector was removed drifts statically; a label alone drifts from its group", async () => {
    const fixture = await inGroup(spread);
    const view = onDemand();
    const claim = await fixture.launchClaim(view);
    const reason = (changed: typeof claim) =>
      fixture.run(
        fixture.aws.cloudProvider.driftReason({ ...view, claim: changed }, { signal: new AbortController().signal }),
      );
    expect(await reason(claim)).toBeUndefined();
    const moved = {
      ...claim,
      metadata: {
        ...claim.metadata,
        labels: { ...claim.metadata.labels, "karpenter.k8s.aws/placement-group-id": "pg-2" },
      },
    };
    expect(await reason(moved)).toBe("PlacementGroupDrift");
    const stamp = { "karpenter.k8s.aws/ec2nodeclass-hash": "1", "karpenter.k8s.aws/ec2nodeclass-hash-version": "v6" };
    const after = { ...stamp, "karpenter.k8s.aws/ec2nodeclass-hash": "2" };
    const { placementGroupSelector: _, ...spec } = fixture.nodeClass.spec;
    const metadata = { ...fixture.nodeClass.metadata, annotations: after };
    fixture.nodeClasses.set("default", ready({ ...fixture.nodeClass, metadata, spec }));
    const stamped = { ...claim, metadata: { ...claim.metadata, annotations: stamp } };
    expect(await reason(stamped)).toBe("NodeClassDrift");
  });
});
