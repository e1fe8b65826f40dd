import type { Status } from "../api/index.ts";

/** Reasons as in `metav1.Status.reason`, plus those of the transport. */
export type KubeFaultReason =
  | "BadRequest"
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Invalid"
  | "Expired"
  | "Gone"
  | "TooManyRequests"
  | "Timeout"
  | "ServerTimeout"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "UnsupportedMediaType"
  | "RequestEntityTooLarge"
  | "InternalError"
  | "ServiceUnavailable"
  | "ConnectionFailed"
  | "Unknown";

/** An API or transport error (spec: operations 7.4 "Transport"). */
export class KubeFault extends Error {
  override readonly name = "KubeFault";
  readonly reason: KubeFaultReason;
  /** HTTP status, 0 when there was no answer. */
  readonly code: number;
  readonly status: Status | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    reason: KubeFaultReason,
    message: string,
    details: {
      readonly code?: number;
      readonly status?: Status;
      readonly retryAfterSeconds?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.reason = reason;
    this.code = details.code ?? 0;
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

export const isKubeFault = (error: unknown, reason?: KubeFaultReason): error is KubeFault =>
  error instanceof KubeFault && (reason === undefined || error.reason === reason);
