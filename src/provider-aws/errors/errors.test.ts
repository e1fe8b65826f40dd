import { describe, expect, test } from "vitest";
import { ServiceError } from "../contract/index.ts";
import { awsErrorOf, isNotFound, isTransient } from "./aws-error.ts";
import { faultOf } from "./fault.ts";
import { launchReasonOf } from "./launch-reason.ts";

describe("reading an error", () => {
  test.each([
    ["EC2", new ServiceError("InvalidInstanceID.NotFound", "x"), "InvalidInstanceID.NotFound"],
    ["IAM", new ServiceError("NoSuchEntity", "x", { name: "NoSuchEntityException" }), "NoSuchEntity"],
    [
      "SQS",
      new ServiceError("AWS.SimpleQueueService.NonExistentQueue", "x", { name: "QueueDoesNotExist" }),
      "QueueDoesNotExist",
    ],
    ["SSM, without a code", Object.assign(new Error("x"), { name: "ParameterNotFound" }), "ParameterNotFound"],
    [
      "EC2's template error, which keeps its suffix",
      new ServiceError("InvalidLaunchTemplateName.NotFoundException", "x"),
      "InvalidLaunchTemplateName.NotFoundException",
    ],
  ])("of %s gives EC2's spelling and counts as not found", (_, error, code) => {
    expect(awsErrorOf(error).code).toBe(code);
    expect(isNotFound(error)).toBe(true);
  });

  test("of a connection that failed gives Node's code, and belongs to no class", () => {
    const error = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    expect(awsErrorOf(error)).toMatchObject({ code: "ECONNREFUSED", serverFault: false });
    expect([isNotFound(error), isTransient(error)]).toEqual([false, false]);
  });

  test("of a throttled call or a fault of the service is worth another try", () => {
    expect(isTransient(new ServiceError("RequestLimitExceeded", "x"))).toBe(true);
    expect(isTransient(new ServiceError("Unavailable", "x", { status: 503 }))).toBe(true);
    expect(isTransient(new ServiceError("UnauthorizedOperation", "x", { status: 403 }))).toBe(false);
  });

  test("as a fault of the port names service, call, code and request, and keeps the cause", () => {
    const error = new ServiceError("InternalError", "sorry", { status: 500, requestId: "req-1" });
    const fault = faultOf("EC2", "DescribeSubnets", error);
    expect(fault.message).toBe("EC2 DescribeSubnets: InternalError: sorry (request req-1)");
    expect(fault.cause).toBe(error);
    expect(fault).toHaveProperty("logFields", {
      "aws-service-name": "EC2",
      "aws-operation-name": "DescribeSubnets",
      "aws-request-id": "req-1",
      "aws-status-code": 500,
      "aws-error-code": "InternalError",
    });
  });
});

const notPermitted = "User is not authorized to perform this operation";

describe("reason of a failed launch", () => {
  test.each([
    ["AuthFailure.ServiceLinkedRoleCreationNotPermitted: x", "SpotSLRCreationFailed"],
    ["UnauthorizedOperation: with an explicit deny in a permissions boundary", "Unauthorized"],
    ["AccessDenied: x", "Unauthorized"],
    ["AuthFailure: Not authorized for images: [ami-1]", "AMIAuthorizationFailure"],
    ["InvalidParameter: groups and subnets belong to different networks", "SecurityGroupSubnetVPCMismatch"],
    ["InvalidParameterValue: Value (x) for parameter iamInstanceProfile.name is invalid", "InstanceProfileNameInvalid"],
    ["InvalidLaunchTemplateId.NotFound: x", "LaunchTemplateNotFound"],
    ["InvalidUserData.Malformed: User data is limited to 16384 bytes", "UserDataSizeLimitExceeded"],
    ["InvalidAMIID.Malformed: x", "InvalidAMIID"],
    ["InvalidAMIID.NotFound: x", "AMINotFound"],
    ["RequestLimitExceeded: x", "RequestLimitExceeded"],
    ["InternalError: x", "InternalError"],
    ["InvalidParameterCombination: the type is not eligible for Free Tier", "FreeTierIneligible"],
    ["MaxFleetCountExceeded: x", "FleetQuotaExceeded"],
    ["PendingVerification: x", "AccountPendingVerification"],
    ["MaxSpotInstanceCountExceeded: x", "SpotQuotaExceeded"],
    ["VcpuLimitExceeded: x", "VCPULimitExceeded"],
    ["InsufficientFreeAddressesInSubnet: x", "InsufficientFreeAddressesInSubnet"],
    ["Anything: else", "LaunchFailed"],
  ])("%s is %s", (text, reason) => {
    expect(launchReasonOf(text).reason).toBe(reason);
  });

  test("[aws 9.8.152] an image denied by a service control policy is unauthorised; denied alone it is the image", () => {
    const image = "UnauthorizedOperation: Not authorized for images";
    expect(launchReasonOf(`${image} with an explicit deny in a service control policy`)).toEqual({
      reason: "Unauthorized",
      message: `${notPermitted} due to a service control policy`,
    });
    expect(launchReasonOf(image).reason).toBe("AMIAuthorizationFailure");
  });

  test("the texts of denials are exact", () => {
    expect(launchReasonOf("UnauthorizedOperation: x").message).toBe(
      `${notPermitted} because no identity-based policy allows it`,
    );
    expect(launchReasonOf("UnauthorizedOperation: explicit deny in a permissions boundary").message).toBe(
      `${notPermitted} due to a permission boundary`,
    );
  });
});
