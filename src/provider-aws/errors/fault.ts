import { ProviderFault } from "../../provider/index.ts";
import { awsErrorOf } from "./aws-error.ts";
import { reachHint } from "./reach-hint.ts";

/**
 * Turns what a client threw into a fault of the port, keeping code, request and cause. An abort passes as it is. The fields
 * appear wherever the fault is logged (spec: aws 1.1).
 */
export function faultOf(service: string, operation: string, error: unknown, signal?: AbortSignal): Error {
  if (signal?.aborted === true && error === signal.reason) return error as Error;
  if (error instanceof ProviderFault) return error;
  const { code, message, requestId, status } = awsErrorOf(error);
  const hint = status === undefined ? reachHint(service, { code, message }) : "";
  const text = withRequestId(`${service} ${operation}: ${code}: ${message}${hint}`, requestId);
  const fault = new ProviderFault(code, text, { cause: error });
  return Object.assign(fault, {
    logFields: {
      "aws-service-name": service,
      "aws-operation-name": operation,
      "aws-error-code": code,
      ...(status === undefined ? {} : { "aws-status-code": status }),
      ...(requestId === undefined ? {} : { "aws-request-id": requestId }),
    },
  });
}

/** What a person needs to ask AWS about a refusal (spec: operations 5.3). */
export const withRequestId = (text: string, requestId: string | undefined): string =>
  requestId === undefined || requestId === "" ? text : `${text} (request ${requestId})`;

/** Runs one call and translates its failure. */
export async function calling<T>(
  service: string,
  operation: string,
  { signal, call }: { readonly signal?: AbortSignal; readonly call: () => Promise<T> },
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw faultOf(service, operation, error, signal);
  }
}
