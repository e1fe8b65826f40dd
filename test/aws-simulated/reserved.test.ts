import { describe, expect, test } from "vitest";
import type { EC2NodeClass, RequirementSpec } from "../../src/api/index.ts";
import type { AccountReservation } from "../../src/local/index.ts";
import type { LaunchTemplateData } from "../../src/provider-aws/contract/index.ts";
import { classOf, type ControllerFixture, createControllerFixture, nodeOf } from "./controllers.ts";
import {
  recordingFleets,
  capacity,
  claimOf,
  failingWith,
  overridesOf,
  relaunch,
  typesIn,
  types,
  type FleetAnswer,
} from "./requests.ts";
import type { CreateFleetRequest } from "../../src/provider-aws/contract/index.ts";

const minute = 60_000;

const reservation = (id: string, change: Partial<AccountReservation> = {}): AccountReservation => ({
  id: `cr-${id}`,
  instanceType: "m5.large",
  zone: "us-east-1a",
  total: 10,
  ...change,
});

interface ReservedFixture extends ControllerFixture {
  readonly requests: CreateFleetRequest[];
  readonly templates: Map<string, LaunchTemplateData>;
  readonly nodeClass: EC2NodeClass;
}

/** A class that selects these reservations, resolved. */
async function reserved(
  reservations: readonly AccountReservation[],
  options: { readonly answer?: FleetAnswer; readonly gate?: boolean } = {},
): Promise<ReservedFixture> {
  const requests: CreateFleetRequest[] = [];
  const templates = new Map<string, LaunchTemplateData>();
  const fleets = recordingFleets(requests, options.answer);
  const fixture = await createControllerFixture({
    provider: { disableDryRun: true, reservedCapacity: options.gate ?? true, interruptionQueue: "karpenter-ts" },
    prepare: (account) => {
      for (const each of reservations) account.capacity.setReservation(each);
    },
    wrapClients: (clients) => {
      const wrapped = fleets(clients);
      return {
        ...wrapped,
        ec2: {
          ...wrapped.ec2,
          createLaunchTemplate: (input, call) => {
            templates.set(input.LaunchTemplateName, input.LaunchTemplateData);
            return clients.ec2.createLaunchTemplate(input, call);
          },
        },
      };
    },
  });
  const terms = reservations.map(({ id }) => ({ id }));
  const nodeClass = await fixture.resolve(classOf({ capacityReservationSelectorTerms: terms }));
  return { ...fixture, requests, templates, nodeClass };
}

const anyCapacity = (...names: readonly string[]): readonly RequirementSpec[] => [
  types(...names),
  capacity("reserved", "spot", "on-demand"),
];

const offeringsOf = async ({ aws, pool, run }: ControllerFixture, name: string) => {
  const listed = await run(aws.cloudProvider.instanceTypes(pool, { signal: new AbortController().signal }));
  if (!listed.ok) throw new Error(listed.failure.message);
  return listed.value.find((type) => type.name === name)?.offerings ?? [];
};

const reservedOffering = async (fixture: ControllerFixture, name = "m5.large") =>
  (await offeringsOf(fixture, name)).find(({ capacityType }) => capacityType === "reserved");

describe("a launch that may be reserved", () => {
  test("[aws 9.3.57] uses the free reservation, which the template names, and says so in three labels", async () => {
    const fixture = await reserved([reservation("1")]);
    const outcome = await relaunch(fixture, claimOf(anyCapacity("m5.large", "m5.xlarge")));
    const [request] = fixture.requests;
    expect(request?.TargetCapacitySpecification.DefaultTargetCapacityType).toBe("on-demand");
    expect(typesIn(request)).toEqual(["m5.large"]);
    const name = request?.LaunchTemplateConfigs[0]?.LaunchTemplateSpecification.LaunchTemplateName ?? "";
    expect(fixture.templates.get(name)?.CapacityReservationSpecification).toEqual({
      CapacityReservationPreference: "capacity-reservations-only",
      CapacityReservationTarget: { CapacityReservationId: "cr-1" },
    });
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        capacityType: "reserved",
        labels: {
          "karpenter.k8s.aws/capacity-reservation-id": "cr-1",
          "karpenter.k8s.aws/capacity-reservation-type": "default",
          "karpenter.k8s.aws/capacity-reservation-interruptible": "false",
        },
      },
    });
  });

  test("[aws 9.3.58] takes the larger of two reservations of a zone, and a template for each type's own", async () => {
    const two = await reserved([reservation("small", { total: 2 }), reservation("large", { total: 9 })]);
    const outcome = await relaunch(two, claimOf(anyCapacity("m5.large")));
    expect(outcome).toMatchObject({ value: { labels: { "karpenter.k8s.aws/capacity-reservation-id": "cr-large" } } });
    const names = ["m5.large", "c5.large", "r5.large"];
    const three = await reserved(names.map((instanceType, at) => reservation(String(at), { instanceType })));
    await relaunch(three, claimOf(anyCapacity(...names)));
    expect(three.requests[0]?.LaunchTemplateConfigs).toHaveLength(3);
  });

  test("[aws 9.3.59] names one kind of reservation only: the cheaper, of equal ones the default", async () => {
    const block = { type: "capacity-block" } as const;
    const dearDefault = await reserved([
      reservation("default", { instanceType: "m5.4xlarge" }),
      reservation("block", { ...block, instanceType: "m5.large" }),
    ]);
    await relaunch(dearDefault, claimOf(anyCapacity("m5.large", "m5.4xlarge")));
    expect(typesIn(dearDefault.requests[0])).toEqual(["m5.large"]);
    expect(dearDefault.requests[0]?.TargetCapacitySpecification.DefaultTargetCapacityType).toBe("capacity-block");
    const equal = await reserved([reservation("block", block), reservation("default")]);
    await relaunch(equal, claimOf(anyCapacity("m5.large")));
    expect(equal.requests[0]?.TargetCapacitySpecification.DefaultTargetCapacityType).toBe("on-demand");
  });

  test("[aws 9.3.60] names one capacity block, with its market, and no options of on-demand", async () => {
    const blocks = ["m5.large", "m5.xlarge"].map((instanceType) =>
      reservation(instanceType, { instanceType, type: "capacity-block" }),
    );
    const fixture = await reserved(blocks);
    await relaunch(fixture, claimOf(anyCapacity("m5.large", "m5.xlarge")));
    const [request] = fixture.requests;
    expect(overridesOf(request).map(({ InstanceType }) => InstanceType)).toEqual(["m5.large"]);
    expect(request).toMatchObject({ TargetCapacitySpecification: { DefaultTargetCapacityType: "capacity-block" } });
    expect(request).not.toHaveProperty("OnDemandOptions");
    expect([...fixture.templates.values()].map((data) => data.InstanceMarketOptions)).toContainEqual({
      MarketType: "capacity-block",
    });
  });

  test("[aws 9.3.61] asks for interruptible reservations as what they are", async () => {
    const fixture = await reserved([reservation("1", { interruptible: true })]);
    await relaunch(fixture, claimOf(anyCapacity("m5.large")));
    expect(fixture.requests[0]).toMatchObject({
      TargetCapacitySpecification: { DefaultTargetCapacityType: "reserved-capacity" },
      ReservedCapacityOptions: { ReservationTypes: ["interruptible-capacity-reservation"] },
    });
  });

  test("[aws 9.3.62] [aws 9.2.48] finds the reservation full: its count is 0, nothing is marked, and the next falls back", async () => {
    const fixture = await reserved([reservation("1")], {
      answer: (request) =>
        request.LaunchTemplateConfigs.length === 1 && overridesOf(request).length === 1
          ? withTemplates(request, failingWith("ReservationCapacityExceeded")(request))
          : undefined,
    });
    const view = claimOf(anyCapacity("m5.large"));
    expect((await reservedOffering(fixture))?.reservationCapacity).toBe(10);
    expect(await relaunch(fixture, view)).toMatchObject({ failure: { kind: "insufficient-capacity" } });
    expect(await reservedOffering(fixture)).toMatchObject({ available: false, reservationCapacity: 0 });
    const others = (await offeringsOf(fixture, "m5.large")).filter(({ capacityType }) => capacityType !== "reserved");
    expect(others.filter(({ available }) => available)).toHaveLength(6);
    expect(await relaunch(fixture, view)).toMatchObject({ value: { capacityType: "spot" } });
  });

  test("[aws 9.3.63] throttled leaves the count as it is", async () => {
    const fixture = await reserved([reservation("1")], { answer: failingWith("RequestLimitExceeded") });
    await relaunch(fixture, claimOf(anyCapacity("m5.large")));
    expect((await reservedOffering(fixture))?.reservationCapacity).toBe(10);
  });

  test("[aws 9.5.108] with the gate off knows no reservation, and leaves open ones to EC2", async () => {
    const fixture = await reserved([reservation("1")], { gate: false });
    await relaunch(fixture, claimOf([types("m5.large"), capacity("on-demand")]));
    expect([...fixture.templates.values()].map((data) => data.CapacityReservationSpecification)).toEqual([undefined]);
    expect(await reservedOffering(fixture)).toBeUndefined();
  });
});

const withTemplates = (request: CreateFleetRequest, answer: ReturnType<FleetAnswer>): ReturnType<FleetAnswer> => ({
  ...answer,
  Errors: (answer?.Errors ?? []).map((error) => ({
    ...error,
    LaunchTemplateAndOverrides: {
      ...error.LaunchTemplateAndOverrides,
      LaunchTemplateSpecification: request.LaunchTemplateConfigs[0]?.LaunchTemplateSpecification,
    },
  })),
});

describe("the count of a reservation", () => {
  test("[aws 9.8.146] falls with a launch, rises with an end, and is no business of an unknown id", async () => {
    const fixture = await reserved([reservation("1", { total: 5 })]);
    const view = claimOf(anyCapacity("m5.large"));
    const claim = await fixture.launchClaim(view);
    expect((await reservedOffering(fixture))?.reservationCapacity).toBe(4);
    const end = () =>
      fixture.run(fixture.aws.cloudProvider.delete({ ...view, claim }, { signal: new AbortController().signal }));
    fixture.account.faults.terminate(claim.status?.providerID?.split("/").at(-1) ?? "");
    await fixture.clock.advance(20_000);
    expect(await end()).toMatchObject({ ok: false, failure: { kind: "not-found" } });
    expect((await reservedOffering(fixture))?.reservationCapacity).toBe(5);
  });

  test("of an expiring block says unavailable, and its status says why", async () => {
    const endsAt = Date.parse("2026-01-01T00:00:00Z");
    const fixture = await reserved([reservation("1", { type: "capacity-block", endsAt: endsAt + 365 * 86_400_000 })]);
    expect(fixture.nodeClass.status?.capacityReservations).toMatchObject([
      { id: "cr-1", reservationType: "capacity-block" },
    ]);
  });
});

describe("upkeep of reserved machines", () => {
  test("[aws 9.8.144] a claim whose instance turned on-demand says so, and its registered node too", async () => {
    const fixture = await reserved([reservation("1")]);
    const claim = await fixture.launchClaim(claimOf(anyCapacity("m5.large")));
    fixture.nodes.put(nodeOf(claim));
    expect(claim.metadata.labels?.["karpenter.sh/capacity-type"]).toBe("reserved");
    turnOnDemand(fixture);
    await fixture.reconcile("capacityreservation.capacitytype");
    const objects = [fixture.claims.get("general-x"), fixture.nodes.get("node-of-general-x")];
    expect(objects.map((object) => object?.metadata.labels?.["karpenter.sh/capacity-type"])).toEqual([
      "on-demand",
      "on-demand",
    ]);
    for (const object of objects)
      expect(Object.keys(object?.metadata.labels ?? {}).filter((key) => key.includes("reservation"))).toEqual([]);
  });

  test("[aws 9.8.153] a node that registers with the old label is put right in the next round", async () => {
    const fixture = await reserved([reservation("1")]);
    const claim = await fixture.launchClaim(claimOf(anyCapacity("m5.large")));
    turnOnDemand(fixture);
    const unregistered = nodeOf(claim, { labels: { "karpenter.sh/registered": "false" } });
    fixture.nodes.put(unregistered);
    await fixture.reconcile("capacityreservation.capacitytype");
    expect(fixture.nodes.get("node-of-general-x")?.metadata.labels?.["karpenter.sh/capacity-type"]).toBe("reserved");
    fixture.nodes.put(nodeOf(claim));
    await fixture.reconcile("capacityreservation.capacitytype");
    expect(fixture.nodes.get("node-of-general-x")?.metadata.labels?.["karpenter.sh/capacity-type"]).toBe("on-demand");
  });

  test.each([
    [39, true],
    [41, false],
  ])("[aws 9.8.145] a capacity block that ends in %i minutes: its claims end %s", async (minutes, ends) => {
    const fixture = await reserved([reservation("1", { type: "capacity-block" })]);
    await fixture.launchClaim(claimOf(anyCapacity("m5.large")));
    fixture.account.capacity.setReservation(
      reservation("1", { type: "capacity-block", endsAt: fixture.clock.now() + minutes * minute + 2 * minute }),
    );
    await fixture.clock.advance(2 * minute);
    await fixture.reconcile("capacityreservation.expiration");
    expect(fixture.claims.get("general-x") === undefined).toBe(ends);
  });
});

/** Its reservation has ended; EC2 lets the instance run on. */
function turnOnDemand({ account }: ControllerFixture): void {
  account.capacity.removeReservation("cr-1");
}

describe("a reservation that EC2 takes back", () => {
  test("[aws 9.8.137] [lifecycle Y5] has nothing left for the next launch from the announcement on", async () => {
    const fixture = await reserved([reservation("1", { interruptible: true })]);
    const claim = await fixture.launchClaim(claimOf(anyCapacity("m5.large")), "taken");
    expect(await reservedOffering(fixture)).toMatchObject({ available: true, reservationCapacity: 9 });
    const detail = { "instance-id": claim.status?.providerID?.split("/").at(-1), "instance-action": "terminate" };
    const envelope = { version: "0", source: "aws.ec2", time: "2026-01-01T00:00:00Z", detail };
    const detailType = "EC2 Capacity Reservation Instance Interruption Warning";
    fixture.account.sendMessage(JSON.stringify({ ...envelope, "detail-type": detailType }));
    const [queue] = fixture.aws.interruptions(() => true);
    const received = await fixture.run(queue!.receive({ signal: new AbortController().signal }));
    const message = received.find(({ kind }) => kind === "capacity_reservation_interrupted");
    expect(message?.instanceIds).toEqual([detail["instance-id"]]);
    queue!.noteAffected(message!, { ...claimOf([]), claim });
    expect(await reservedOffering(fixture)).toMatchObject({ available: false, reservationCapacity: 0 });
  });
});
