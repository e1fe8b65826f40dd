import type { ServiceErrorShape } from "../contract/index.ts";

/** An error of AWS read in one way, whatever service and protocol it came from (spec: aws 1.2). */
export interface AwsError {
  /** EC2's spelling: `NoSuchEntity`, `QueueDoesNotExist`, ...; the Node code (`ECONNREFUSED`) when nothing answered. */
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly serverFault: boolean;
}

const queueMissing = "AWS.SimpleQueueService.NonExistentQueue";

/** Reads anything thrown by a client. */
export function awsErrorOf(error: unknown): AwsError {
  if (!(error instanceof Error)) return { code: "Unknown", message: String(error), serverFault: false };
  const shape: Partial<ServiceErrorShape> & { readonly code?: unknown } = error;
  const status = shape.$metadata?.httpStatusCode;
  const requestId = shape.$metadata?.requestId;
  return {
    code: codeOf(shape),
    message: error.message,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined || requestId === "" ? {} : { requestId }),
    serverFault: shape.$fault === "server" || (status ?? 0) >= 500,
  };
}

function codeOf(shape: Partial<ServiceErrorShape> & { readonly code?: unknown }): string {
  const raw = shape.Code ?? shape.name ?? "Unknown";
  // A connection that failed says only "Error"; Node's own code tells more.
  if (raw === "Error" && typeof shape.code === "string") return shape.code;
  if (raw === queueMissing) return "QueueDoesNotExist";
  return raw.endsWith("NotFoundException") && raw.includes(".") ? raw : raw.replace(/Exception$/, "");
}

const notFoundCodes: ReadonlySet<string> = new Set([
  "InvalidCapacityReservationId.NotFound",
  "InvalidInstanceID.NotFound",
  "InvalidLaunchTemplateName.NotFoundException",
  "InvalidLaunchTemplateId.NotFound",
  "QueueDoesNotExist",
  "NoSuchEntity",
  "ParameterNotFound",
]);

const unfulfillableCodes: ReadonlySet<string> = new Set([
  "InsufficientInstanceCapacity",
  "MaxSpotInstanceCountExceeded",
  "VcpuLimitExceeded",
  "UnfulfillableCapacity",
  "Unsupported",
  "InsufficientFreeAddressesInSubnet",
  "MaxFleetCountExceeded",
  "ReservationCapacityExceeded",
]);

export const errorCodes = Object.freeze({
  subnetExhausted: "InsufficientFreeAddressesInSubnet",
  spotRoleMissing: "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
  reservationFull: "ReservationCapacityExceeded",
  launchTemplateMissing: "InvalidLaunchTemplateName.NotFoundException",
  dryRunPassed: "DryRunOperation",
  unauthorized: "UnauthorizedOperation",
  rateLimited: "RequestLimitExceeded",
});

export const isNotFound = (error: unknown): boolean => notFoundCodes.has(awsErrorOf(error).code);

export const hasCode = (error: unknown, code: string): boolean => awsErrorOf(error).code === code;

/** "There is none of it now": the launch may do with something else (ICE). */
export const isUnfulfillable = (code: string): boolean => unfulfillableCodes.has(code);

/** Worth another try as it is: throttled, or the service's own fault. */
export function isTransient(error: unknown): boolean {
  const { code, serverFault } = awsErrorOf(error);
  return serverFault || code === errorCodes.rateLimited;
}
