import { describe, expect, test } from "vitest";
import type { InstanceType } from "../../src/core/index.ts";
import { type AwsClients, type CreateFleetRequest, ServiceError } from "../../src/provider-aws/contract/index.ts";
import { createMetricsRegistry } from "../../src/platform/index.ts";
import { createAwsFixture, ready, unready } from "./fixture.ts";
import {
  capacity,
  claimOf,
  failingWith,
  family,
  launch,
  overridesOf,
  recordingFleets,
  relaunch,
  requirement,
  types,
  typesIn,
  zone,
} from "./requests.ts";

const failureOf = (outcome: Awaited<ReturnType<typeof relaunch>>) => (outcome.ok ? undefined : outcome.failure);
const onDemandM5 = claimOf([types("m5.large"), capacity("on-demand"), zone("a")]);

describe("what is asked for", () => {
  test("[aws 9.3.50] a claim that allows hundreds of types asks for the sixty cheapest", async () => {
    const { requests, fixture, outcome } = await launch(claimOf([capacity("on-demand")]));
    expect(typesIn(requests[0])).toHaveLength(60);
    const prices = overridesOf(requests[0]).map(({ Priority = 0 }) => Priority);
    expect(Math.max(...prices)).toBeLessThan(0.1);
    expect(outcome.ok && outcome.value.price).toBe(Math.min(...prices));
    expect(fixture.account.inventory().instances).toBe(1);
  });

  test("[aws 9.3.51] more minValues than a request can name is refused when strict, and launched when best effort", async () => {
    const view = claimOf([
      capacity("on-demand"),
      { key: "node.kubernetes.io/instance-type", operator: "Exists", minValues: 61 },
    ]);
    const strict = await launch(view);
    expect(failureOf(strict.outcome)).toMatchObject({ kind: "insufficient-capacity" });
    const relaxed = await launch(view, { provider: { minValuesPolicy: "BestEffort" } });
    expect(relaxed.outcome.ok).toBe(true);
  });

  test("[aws 9.3.52] accelerators and bare metal are asked for only when nothing else is allowed, or with minValues", async () => {
    // On demand only: among spot the dear ones are left out for their price already.
    const mixed = [types("m5.large", "m5.metal", "g4dn.xlarge"), capacity("on-demand")];
    expect(typesIn((await launch(claimOf(mixed))).requests[0])).toEqual(["m5.large"]);
    expect(typesIn((await launch(claimOf([types("g4dn.xlarge")]))).requests[0])).toEqual(["g4dn.xlarge"]);
    const flexible = claimOf([
      { key: "node.kubernetes.io/instance-type", operator: "In", values: ["m5.large", "m5.metal"], minValues: 2 },
    ]);
    expect(typesIn((await launch(flexible)).requests[0])).toEqual(["m5.large", "m5.metal"]);
  });

  test("[aws 9.3.53] spot dearer than the cheapest on demand is dropped, unless only spot is allowed", async () => {
    // Spot of a large type costs more than a small one on demand.
    const sizes = types("m5.large", "m5.8xlarge");
    const both = await launch(claimOf([sizes, capacity("spot", "on-demand")]));
    expect(typesIn(both.requests[0])).toEqual(["m5.large"]);
    const spotOnly = await launch(claimOf([sizes, capacity("spot")]));
    expect(typesIn(spotOnly.requests[0])).toEqual(["m5.8xlarge", "m5.large"]);
  });

  test("[aws 9.3.54] spot is preferred where allowed, by price and capacity", async () => {
    const { requests } = await launch(claimOf([family("m5"), capacity("spot", "on-demand")]));
    expect(requests[0]).toMatchObject({
      Type: "instant",
      TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: "spot" },
      SpotOptions: { AllocationStrategy: "price-capacity-optimized" },
    });
  });

  test("[aws 9.3.55] on demand goes by lowest price, and by priority once an overlay has set prices", async () => {
    const plain = await launch(claimOf([family("m5"), capacity("on-demand")]));
    expect(plain.requests[0]?.OnDemandOptions).toEqual({ AllocationStrategy: "lowest-price" });
    const annotations = { "karpenter.sh/price-overlay-applied": "true" };
    const overlaid = await launch(claimOf([family("m5"), capacity("on-demand")], { annotations }));
    expect(overlaid.requests[0]?.OnDemandOptions).toEqual({ AllocationStrategy: "prioritized" });
    const spot = await launch(claimOf([family("m5"), capacity("spot")], { annotations }));
    expect(spot.requests[0]?.SpotOptions).toEqual({ AllocationStrategy: "capacity-optimized-prioritized" });
  });

  test("[aws 9.3.56] after spot has failed everywhere the next try is on demand", async () => {
    const view = claimOf([types("m5.large"), capacity("spot", "on-demand")]);
    const { fixture, requests, outcome } = await launch(view, {
      before: ({ account }) => void account.faults.insufficientCapacity({ capacityType: "spot" }),
    });
    expect(failureOf(outcome)?.kind).toBe("insufficient-capacity");
    const second = await relaunch(fixture, view);
    expect(second.ok && second.value.capacityType).toBe("on-demand");
    expect(
      requests.map(({ TargetCapacitySpecification }) => TargetCapacitySpecification.DefaultTargetCapacityType),
    ).toEqual(["spot", "on-demand"]);
  });

  test("[aws 9.3.71] the class' context is passed on, except for a claim whose minValues were relaxed", async () => {
    const spec = { context: "reserved-value" };
    expect((await launch(onDemandM5, { spec })).requests[0]?.Context).toBe("reserved-value");
    const annotations = { "karpenter.sh/nodeclaim-min-values-relaxed": "true" };
    const relaxed = claimOf([types("m5.large"), capacity("on-demand")], { annotations });
    expect((await launch(relaxed, { spec })).requests[0]?.Context).toBeUndefined();
  });

  test("instance, volume and fleet carry the tags by which they are found again", async () => {
    const { requests } = await launch(onDemandM5, { spec: { tags: { team: "a" } } });
    const tags = requests[0]?.TagSpecifications ?? [];
    expect(tags.map(({ ResourceType }) => ResourceType)).toEqual(["instance", "volume", "fleet"]);
    expect(tags[0]?.Tags).toEqual([
      { Key: "eks:eks-cluster-name", Value: "karpenter-ts" },
      { Key: "karpenter.k8s.aws/ec2nodeclass", Value: "default" },
      { Key: "karpenter.sh/nodepool", Value: "general" },
      { Key: "kubernetes.io/cluster/karpenter-ts", Value: "owned" },
      { Key: "team", Value: "a" },
    ]);
  });
});

test("types whose price nobody knows are asked for last, the smallest first", async () => {
  const { outcome } = await launch(
    claimOf([family("x8aedz"), requirement("topology.kubernetes.io/zone", "ap-northeast-2a")]),
    {
      account: { region: "ap-northeast-2" },
    },
  );
  expect(outcome).toMatchObject({ ok: true, value: { instanceType: "x8aedz.large", capacityType: "on-demand" } });
  expect(outcome.ok && outcome.value.price).toBeUndefined();
});

describe("what a failed launch teaches", () => {
  test("[aws 9.3.64] [aws 9.2.38] an offering without capacity is left out until three minutes have passed", async () => {
    const { fixture, outcome } = await launch(onDemandM5, {
      before: ({ account }) =>
        void account.faults.insufficientCapacity(
          { instanceType: "m5.large", zone: "us-east-1a" },
          { forMilliseconds: 60_000 },
        ),
    });
    expect(failureOf(outcome)?.kind).toBe("insufficient-capacity");
    const available = async () => {
      const listed = await fixture.aws.cloudProvider.instanceTypes(fixture.pool, {
        signal: new AbortController().signal,
      });
      const offerings = (listed.ok ? listed.value : []).flatMap(({ name, offerings }) =>
        name === "m5.large" ? offerings : [],
      );
      return offerings.flatMap((offering) => (offering.available ? [`${offering.zone} ${offering.capacityType}`] : []));
    };
    expect(await available()).toEqual([
      "us-east-1a spot",
      "us-east-1b on-demand",
      "us-east-1b spot",
      "us-east-1c on-demand",
      "us-east-1c spot",
    ]);
    await fixture.clock.advance(3 * 60_000);
    expect(await available()).toContain("us-east-1a on-demand");
  });

  test("[aws 9.2.41] a mark on one type leaves the other types as they are, to the object", async () => {
    const { fixture } = await launch(claimOf([types("c5.large"), capacity("on-demand")]));
    const { aws, account, pool } = fixture;
    const list = async () => {
      const listed = await aws.cloudProvider.instanceTypes(pool, { signal: new AbortController().signal });
      return new Map((listed.ok ? listed.value : []).map((type) => [type.name, type]));
    };
    const before = await list();
    account.faults.insufficientCapacity({ instanceType: "m5.large" });
    await relaunch(fixture, onDemandM5);
    const after = await list();
    expect(after.get("m5.large")).not.toBe(before.get("m5.large"));
    expect(after.get("c5.large")).toBe(before.get("c5.large"));
  });

  test("[aws 9.3.65] a fleet quota counts as missing capacity; a denial among the errors decides", async () => {
    const quota = await launch(onDemandM5, { answer: failingWith("MaxFleetCountExceeded") });
    expect(failureOf(quota.outcome)?.kind).toBe("insufficient-capacity");
    const denied = await launch(onDemandM5, {
      answer: failingWith("InsufficientInstanceCapacity", "UnauthorizedOperation"),
    });
    expect(failureOf(denied.outcome)).toMatchObject({ kind: "create-failed", reason: "Unauthorized" });
  });

  test("[aws 9.3.66] [aws 9.2.39] an account without the role for spot launches no spot for three minutes", async () => {
    const view = claimOf([types("m5.large"), capacity("spot", "on-demand")]);
    let denied = true;
    const told: string[] = [];
    const { fixture, outcome } = await launch(view, {
      events: { publish: ({ type, reason, message }) => void told.push(`${type} ${reason}: ${message}`) },
      answer: (request) =>
        denied ? failingWith("AuthFailure.ServiceLinkedRoleCreationNotPermitted")(request) : undefined,
    });
    expect(failureOf(outcome)?.kind).toBe("insufficient-capacity");
    expect(told).toEqual([
      'Warning SpotServiceLinkedRoleCreationFailed: Attempted to launch a spot instance but failed due to "AuthFailure.ServiceLinkedRoleCreationNotPermitted"',
    ]);
    denied = false;
    const second = await relaunch(fixture, view);
    expect(second.ok && second.value.capacityType).toBe("on-demand");
    await fixture.clock.advance(3 * 60_000);
    const third = await relaunch(fixture, view);
    expect(third.ok && third.value.capacityType).toBe("spot");
  });

  test("[aws 9.3.68] every error of a fleet is counted with its place and reason", async () => {
    const metrics = createMetricsRegistry();
    await launch(claimOf([types("m5.large"), capacity("on-demand")]), {
      metrics,
      answer: failingWith("InsufficientInstanceCapacity", "UnauthorizedOperation"),
    });
    const counted = (await metrics.expose())
      .split("\n")
      .filter((line) => line.startsWith("karpenter_cloudprovider_instance_launch_failures_total{"));
    expect(counted.toSorted()).toEqual([
      expect.stringMatching(/zone="us-east-1a",zone_id="use1-az6",capacity_type="on-demand",reason="LaunchFailed"} 1$/),
      expect.stringMatching(/zone="us-east-1b",zone_id="use1-az1",capacity_type="on-demand",reason="Unauthorized"} 1$/),
    ]);
  });

  test("[aws 9.3.67] an unknown code fails the launch under the general reason", async () => {
    const { outcome } = await launch(onDemandM5, { answer: failingWith("SomethingNew") });
    expect(failureOf(outcome)).toEqual({
      kind: "create-failed",
      reason: "LaunchFailed",
      message: "SomethingNew: for a test",
    });
  });

  test("[aws 9.3.69] [aws 9.2.40] a subnet without addresses is marked, and with it the only subnet of its zone", async () => {
    const view = claimOf([types("m5.large"), capacity("on-demand")]);
    const { fixture, requests } = await launch(view, { answer: failingWith("InsufficientFreeAddressesInSubnet") });
    const exhausted = overridesOf(requests[0])[0];
    await relaunch(fixture, view);
    expect(overridesOf(requests[1]).map(({ SubnetId }) => SubnetId)).not.toContain(exhausted?.SubnetId);
    expect(overridesOf(requests[1])).toHaveLength(2);
    await relaunch(fixture, claimOf([types("m5.xlarge"), capacity("on-demand")]));
    const zones = overridesOf(requests[2]).map(({ AvailabilityZone }) => AvailabilityZone);
    expect(zones).not.toContain(exhausted?.AvailabilityZone);
    expect(zones.length).toBeGreaterThan(0);
  });

  test("[aws 9.3.70] a launch template deleted behind our back is made again, once", async () => {
    let lost = 1;
    const answer = () => {
      if (lost-- > 0) throw new ServiceError("InvalidLaunchTemplateName.NotFoundException", "gone");
      return undefined;
    };
    const { requests, outcome } = await launch(onDemandM5, { answer });
    expect(outcome.ok).toBe(true);
    expect(requests).toHaveLength(2);
    lost = 2;
    const twice = await launch(onDemandM5, { answer });
    expect(failureOf(twice.outcome)).toMatchObject({ kind: "create-failed", reason: "LaunchFailed" });
    const { fixture } = await launch(onDemandM5);
    const { ec2 } = fixture.account.clients;
    for (const { LaunchTemplateId: id = "" } of (await ec2.describeLaunchTemplates({})).LaunchTemplates ?? [])
      await ec2.deleteLaunchTemplate({ LaunchTemplateId: id });
    expect((await relaunch(fixture, onDemandM5)).ok).toBe(true);
    expect(fixture.account.inventory().launchTemplates).toBe(1);
  });

  test("a call that EC2 refuses fails with the reason of the table", async () => {
    const { outcome } = await launch(onDemandM5, {
      answer: () => {
        throw new ServiceError("UnauthorizedOperation", "denied: explicit deny in a service control policy");
      },
    });
    expect(failureOf(outcome)).toEqual({
      kind: "create-failed",
      reason: "Unauthorized",
      message: "User is not authorized to perform this operation due to a service control policy",
    });
  });
});

describe("which claims are launched", () => {
  test("[aws 9.3.76] a class that is not ready, not known to be, or behind its spec launches nothing", async () => {
    const withClass = (change: Parameters<typeof launch>[1]) => launch(onDemandM5, change);
    const notReady = await withClass({
      before: ({ nodeClasses }) => void nodeClasses.set("default", unready(nodeClasses.get("default")!)),
    });
    expect(failureOf(notReady.outcome)?.kind).toBe("class-not-ready");
    const unknown = await withClass({
      before: ({ nodeClasses }) => {
        const { conditions: _, ...status } = nodeClasses.get("default")?.status ?? {};
        nodeClasses.set("default", { ...nodeClasses.get("default")!, status });
      },
    });
    expect(failureOf(unknown.outcome)).toMatchObject({ kind: "create-failed", reason: "NodeClassReadinessUnknown" });
    const behind = await withClass({
      before: ({ nodeClasses }) => {
        const nodeClass = ready(nodeClasses.get("default")!);
        nodeClasses.set("default", { ...nodeClass, metadata: { ...nodeClass.metadata, generation: 2 } });
      },
    });
    expect(failureOf(behind.outcome)?.kind).toBe("class-not-ready");
  });

  test("[aws 9.3.77] a claim of a class that is being deleted is given up, with an event", async () => {
    const told: string[] = [];
    const { outcome } = await launch(onDemandM5, {
      events: { publish: ({ type, reason, message }) => void told.push(`${type} ${reason}: ${message}`) },
      before: ({ nodeClasses }) => {
        const nodeClass = nodeClasses.get("default")!;
        const metadata = { ...nodeClass.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
        nodeClasses.set("default", { ...nodeClass, metadata });
      },
    });
    expect(failureOf(outcome)?.kind).toBe("insufficient-capacity");
    expect(told).toEqual(["Warning NodeClassResolutionFailed: Failed resolving NodeClass"]);
  });

  test("a class whose tags are the controller's own launches nothing", async () => {
    const { outcome } = await launch(onDemandM5, { spec: { tags: { "karpenter.sh/nodepool": "other" } } });
    expect(failureOf(outcome)).toMatchObject({ kind: "class-not-ready" });
  });

  test("[aws 9.2.33] a class without subnets has no types to launch", async () => {
    const { outcome } = await launch(onDemandM5, {
      before: ({ nodeClasses }) => {
        const nodeClass = nodeClasses.get("default")!;
        nodeClasses.set("default", { ...nodeClass, status: { ...nodeClass.status, subnets: [] } });
      },
    });
    expect(failureOf(outcome)).toEqual({
      kind: "create-failed",
      reason: "InstanceTypeResolutionFailed",
      message: "no subnets found",
    });
  });

  test("[aws 9.5.96] AL2023 without a known service network launches nothing", async () => {
    const withoutNetwork = (clients: AwsClients): AwsClients => ({
      ...clients,
      eks: { describeCluster: ({ name }) => Promise.resolve({ cluster: { name } }) },
    });
    const { outcome } = await launch(onDemandM5, { wrapClients: withoutNetwork });
    expect(failureOf(outcome)?.kind).toBe("class-not-ready");
    const other = await launch(onDemandM5, { wrapClients: withoutNetwork, spec: { amiFamily: "Custom" } });
    expect(other.outcome.ok).toBe(true);
  });

  test("the claim gets what drift is measured against, and the labels of what was launched", async () => {
    const { outcome } = await launch(onDemandM5);
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        providerId: expect.stringMatching(/^aws:\/\/\/us-east-1a\/i-0[0-9a-f]{16}$/),
        annotations: {
          "karpenter.k8s.aws/ec2nodeclass-hash": expect.stringMatching(/^\d+$/),
          "karpenter.k8s.aws/ec2nodeclass-hash-version": "v6",
        },
        labels: {
          "karpenter.k8s.aws/instance-family": "m5",
          "karpenter.k8s.aws/instance-tenancy": "default",
          "topology.k8s.aws/zone-id": "use1-az6",
          "kubernetes.io/arch": "amd64",
        },
        price: 0.096,
      },
    });
  });

  test("[aws 9.3.74] a type that could have EFA shows none unless it was asked for", async () => {
    const { outcome } = await launch(claimOf([types("c5n.18xlarge"), capacity("on-demand")]));
    expect(outcome.ok && Object.keys(outcome.value.capacity)).not.toContain("vpc.amazonaws.com/efa");
  });

  test("[aws 9.3.73] EFA asked for is created on every card, and stands in the claim and on the machine", async () => {
    const requests = { "vpc.amazonaws.com/efa": "1" };
    const view = claimOf([types("p4d.24xlarge"), capacity("on-demand")], { requests });
    const { fixture, outcome } = await launch(view, { account: { zones: ["us-east-1a", "us-east-1d"] } });
    expect(outcome.ok ? outcome.value.capacity["vpc.amazonaws.com/efa"] : outcome.failure).toBe("4");
    expect(fixture.account.machines.list()[0]?.capacity["vpc.amazonaws.com/efa"]).toBe("4");
  });

  test("requirements on labels that the type lacks are met by nothing", async () => {
    const { outcome } = await launch(claimOf([requirement("karpenter.k8s.aws/instance-gpu-name", "t4"), family("m5")]));
    expect(failureOf(outcome)).toEqual({
      kind: "insufficient-capacity",
      message: "all requested instance types were unavailable during launch",
    });
  });
});

describe("a launch with overlays", () => {
  const view = claimOf([types("m5.large", "c5.large"), capacity("on-demand")], {
    annotations: { "karpenter.sh/price-overlay-applied": "true" },
  });
  const overlaid = async (overlay: (all: readonly InstanceType[]) => readonly InstanceType[]) => {
    const requests: CreateFleetRequest[] = [];
    const { aws, run } = await createAwsFixture({ wrapClients: recordingFleets(requests) });
    await run(aws.cloudProvider.create(view, { signal: new AbortController().signal, overlay }));
    return new Map(overridesOf(requests[0]).map(({ InstanceType: name, Priority }) => [name, Priority]));
  };

  test("asks for what the plan reckoned with: their prices are the priorities", async () => {
    const dearer = (all: readonly InstanceType[]): readonly InstanceType[] =>
      all.map((type) =>
        type.name === "c5.large"
          ? { ...type, offerings: type.offerings.map((offering) => ({ ...offering, price: 7 })) }
          : type,
      );
    expect(await overlaid((all) => all)).toEqual(
      new Map([
        ["c5.large", 0.085],
        ["m5.large", 0.096],
      ]),
    );
    expect(await overlaid(dearer)).toEqual(
      new Map([
        ["m5.large", 0.096],
        ["c5.large", 7],
      ]),
    );
  });

  test("waits while they have not been worked out", async () => {
    const waiting = (): never => {
      throw new Error("awaiting evaluation of node overlays");
    };
    await expect(overlaid(waiting)).rejects.toThrow("awaiting evaluation of node overlays");
  });
});
