import type { AwsLaunchFailureReason } from "../../api/index.ts";

/** Why a launch failed, as shown on NodeClaims and node classes (spec: aws 1.2, second table; api 4.8). */
export interface LaunchReason {
  readonly reason: AwsLaunchFailureReason;
  readonly message: string;
}

const notPermitted = "User is not authorized to perform this operation";

interface Row {
  readonly matches: (text: string) => boolean;
  readonly reason: AwsLaunchFailureReason;
  readonly message: string;
}

const row = (part: string, reason: AwsLaunchFailureReason, message: string): Row => ({
  matches: (text) => text.includes(part),
  reason,
  message,
});

const isDenied = (text: string): boolean =>
  text.includes("UnauthorizedOperation") || text.includes("AccessDenied") || text.includes("AuthFailure");

const denied = (part: string, reason: AwsLaunchFailureReason, message: string): Row => ({
  matches: (text) => isDenied(text) && text.includes(part),
  reason,
  message,
});

/** In this order; the first that matches the text "code: message" wins. */
const rows: readonly Row[] = [
  row(
    "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
    "SpotSLRCreationFailed",
    "User cannot create the EC2 Spot Service Linked Role",
  ),
  denied("explicit deny in a permissions boundary", "Unauthorized", `${notPermitted} due to a permission boundary`),
  denied(
    "explicit deny in a service control policy",
    "Unauthorized",
    `${notPermitted} due to a service control policy`,
  ),
  denied("Not authorized for images", "AMIAuthorizationFailure", "User is not authorized to use the AMI"),
  denied("", "Unauthorized", `${notPermitted} because no identity-based policy allows it`),
  {
    matches: (text) => text.includes("InvalidParameter") && text.includes("belong to different networks"),
    reason: "SecurityGroupSubnetVPCMismatch",
    message: "Security groups and subnets belong to different VPCs",
  },
  row(
    "iamInstanceProfile.name is invalid",
    "InstanceProfileNameInvalid",
    "The instance profile in the status of the EC2NodeClass does not exist",
  ),
  row("InvalidLaunchTemplateId.NotFound", "LaunchTemplateNotFound", "The launch template was not found"),
  row(
    "User data is limited to",
    "UserDataSizeLimitExceeded",
    "The rendered user data exceeds EC2's limit of 16384 bytes",
  ),
  row("InvalidAMIID.Malformed", "InvalidAMIID", "The AMI ID is malformed"),
  row("InvalidAMIID.NotFound", "AMINotFound", "The AMI was not found, or may not be used by this account"),
  row("RequestLimitExceeded", "RequestLimitExceeded", "The request limit of the account was exceeded"),
  row("InternalError", "InternalError", "EC2 reported an internal error"),
  row("not eligible for Free Tier", "FreeTierIneligible", "The instance type is not eligible for the Free Tier"),
  row("MaxFleetCountExceeded", "FleetQuotaExceeded", "The quota of fleets was exceeded"),
  row("PendingVerification", "AccountPendingVerification", "The account is pending verification"),
  row("MaxSpotInstanceCountExceeded", "SpotQuotaExceeded", "The quota of Spot instances was exceeded"),
  row("VcpuLimitExceeded", "VCPULimitExceeded", "The quota of vCPUs was exceeded"),
  row(
    "InsufficientFreeAddressesInSubnet",
    "InsufficientFreeAddressesInSubnet",
    "There are not enough free IP addresses in the subnet",
  ),
];

/** Reason and message for the text `code: message` of an error, or of all fleet errors joined. */
export function launchReasonOf(text: string): LaunchReason {
  const found = rows.find(({ matches }) => matches(text));
  return found === undefined
    ? { reason: "LaunchFailed", message: text }
    : { reason: found.reason, message: found.message };
}
