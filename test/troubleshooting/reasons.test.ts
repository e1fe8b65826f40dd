/** Reasons of operations 5.2 and 5.3: those that no other test provokes, and that none is without a test. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { getCondition } from "../../src/api/index.ts";
import { liveDrift } from "../../src/provider-aws/drift.ts";
import { isUnfulfillable } from "../../src/provider-aws/errors/index.ts";
import type { Instance } from "../../src/provider-aws/instances/instance.ts";
import { classOf, createControllerFixture } from "../aws-simulated/controllers.ts";
import { poolOf } from "../aws-simulated/fixture.ts";
import { nodeClaim } from "../controllers/builders.ts";

const root = `${import.meta.dirname}/../..`;

/** In the words of the chapter; launches (5.3) and AWS' own conditions last. */
const reasons = [
  "LaunchFailed NodeNotFound MultipleNodesFound RegistrationHookPending NodeNotReady StartupTaintsExist",
  "KnownEphemeralTaintsExist ResourceNotRegistered DRADriverPoolsNotPublished ConsistencyCheckFailed",
  "NodePoolDrifted RequirementsDrifted InstanceTypeNotFound AMIDrift SubnetDrift SecurityGroupDrift NodeClassDrift",
  "CapacityReservationDrift PlacementGroupDrift TerminationGracePeriodElapsed",
  "NodeClassNotFound NodeClassTerminating NodeClassReadinessUnknown NodePoolValidationFailed RegistrationFailed",
  "SubnetsNotFound SecurityGroupsNotFound AMINotFound UnsupportedAlias DependenciesNotReady",
  "CreateFleetAuthCheckFailed CreateLaunchTemplateAuthCheckFailed RunInstancesAuthCheckFailed InstanceProfileNotFound",
  "TagValidationFailed InvalidKubeletConfiguration UnsupportedKubeletConfiguration UserDataSizeLimitExceeded",
  "ClusterCIDRResolutionFailed KubeletExpressionsDisabled KubeletExpressionInvalid KubeletExpressionEvaluationFailed",
  "SpotSLRCreationFailed Unauthorized AMIAuthorizationFailure SecurityGroupSubnetVPCMismatch InstanceProfileNameInvalid",
  "LaunchTemplateNotFound InvalidAMIID RequestLimitExceeded InternalError FreeTierIneligible FleetQuotaExceeded",
  "AccountPendingVerification SpotQuotaExceeded VCPULimitExceeded InsufficientFreeAddressesInSubnet",
].flatMap((line) => line.split(" "));

it("[ops 9.2.26] a launch template that the controller may not make: which call, and why", async () => {
  const fixture = await createControllerFixture();
  fixture.pools.put(poolOf().pool);
  fixture.classes.put(classOf());
  fixture.account.faults.refuseCalls("EC2 CreateLaunchTemplate", {
    code: "UnauthorizedOperation",
    message: "with an explicit deny in a permissions boundary",
  });
  await fixture.reconcile("nodeclass");
  const condition = getCondition(fixture.classes.get("default")!, "ValidationSucceeded");
  expect([condition?.status, condition?.reason]).toEqual(["False", "CreateLaunchTemplateAuthCheckFailed"]);
  expect(condition?.message).toContain("isn't authorized to call ec2:CreateLaunchTemplate");
  expect(condition?.message).toContain("due to a permission boundary");
});

const instance = (reservation?: string): Instance => ({
  id: "i-1",
  instanceType: "m5.large",
  zone: "us-east-1a",
  capacityType: reservation === undefined ? "on-demand" : "reserved",
  imageId: "ami-1",
  subnetId: "subnet-1",
  securityGroupIds: ["sg-1"],
  state: "running",
  launchedAt: 0,
  tags: {},
  tenancy: "default",
  efaCount: 0,
  ...(reservation === undefined ? {} : { reservation: { id: reservation, type: "default", interruptible: false } }),
});

it.each([
  ["drifts once its class selects it no more", "cr-gone", "CapacityReservationDrift"],
  ["does not where it runs on as on demand", undefined, undefined],
])("[ops 9.2.26] a machine of a reservation %s", async (_, reread, reason) => {
  const nodeClass = {
    ...classOf(),
    status: {
      subnets: [{ id: "subnet-1", zone: "us-east-1a" }],
      securityGroups: [{ id: "sg-1" }],
      capacityReservations: [],
    },
  };
  const live = {
    claim: nodeClaim("a"),
    instance: instance("cr-gone"),
    placementGroupId: "",
    reread: () => Promise.resolve(instance(reread)),
  };
  expect(await liveDrift(live, nodeClass)).toBe(reason);
});

it.each([
  "InsufficientInstanceCapacity",
  "MaxSpotInstanceCountExceeded",
  "VcpuLimitExceeded",
  "UnfulfillableCapacity",
  "Unsupported",
  "InsufficientFreeAddressesInSubnet",
  "MaxFleetCountExceeded",
  "ReservationCapacityExceeded",
])("[ops 9.2.26] %s is lack of capacity: another offering is tried", (code) => {
  expect([isUnfulfillable(code), isUnfulfillable("UnauthorizedOperation")]).toEqual([true, false]);
});

/** What tests expect, without their titles and comments, in which a word proves nothing. */
function expectations(): string {
  return ["src", "test"]
    .flatMap((folder) =>
      readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => file.endsWith(".test.ts") && !file.startsWith("test/troubleshooting/reasons"))
    .map((file) => readFileSync(`${root}/${file}`, "utf8"))
    .join("\n")
    .split("\n")
    .filter((line) => !/^\s*(\/\/|\*|\/\*|it\(|test\(|describe\()/.test(line))
    .join("\n");
}

it("[ops 9.2.26] no reason is without a test that expects it", () => {
  const expected = expectations();
  const provokedHere = new Set(["CreateLaunchTemplateAuthCheckFailed", "CapacityReservationDrift"]);
  const elsewhere = reasons.filter((reason) => !provokedHere.has(reason));
  expect(elsewhere.filter((reason) => !new RegExp(`\\b${reason}\\b`).test(expected))).toEqual([]);
});
