/** API errors in kube-apiserver's own words (k8s.io/apimachinery, api/errors). */
import type { Status } from "../../api/index.ts";
import { KubeFault, type KubeFaultReason } from "../../kube/index.ts";

/** Group and name as errors print them: `pods`, `deployments.apps`. */
export interface GroupName {
  readonly group: string;
  readonly name: string;
}

/** One broken rule; `reason` is a `FieldValue...` word. */
export interface Cause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

export function qualified({ group, name }: GroupName): string {
  return group === "" ? name : `${name}.${group}`;
}

interface FaultText {
  readonly reason: KubeFaultReason;
  readonly code: number;
  readonly message: string;
  readonly details?: Status["details"];
  readonly retryAfterSeconds?: number;
}

export function apiFault({ reason, code, message, details, retryAfterSeconds }: FaultText): KubeFault {
  const status: Status = {
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === "Unknown" ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
  return new KubeFault(reason, message, {
    code,
    status,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

const detailsOf = (resource: GroupName, name: string): NonNullable<Status["details"]> => ({
  name,
  ...(resource.group === "" ? {} : { group: resource.group }),
  kind: resource.name,
});

export function notFound(resource: GroupName, name: string): KubeFault {
  return apiFault({
    reason: "NotFound",
    code: 404,
    message: `${qualified(resource)} ${JSON.stringify(name)} not found`,
    details: detailsOf(resource, name),
  });
}

/** No such path: the group, version or resource is not served. */
export function notServed(): KubeFault {
  return apiFault({
    reason: "NotFound",
    code: 404,
    message: "the server could not find the requested resource",
    details: {},
  });
}

export function alreadyExists(resource: GroupName, name: string): KubeFault {
  return apiFault({
    reason: "AlreadyExists",
    code: 409,
    message: `${qualified(resource)} ${JSON.stringify(name)} already exists`,
    details: detailsOf(resource, name),
  });
}

export const staleVersion =
  "the object has been modified; please apply your changes to the latest version and try again";

export function conflict(resource: GroupName, name: string, why: string): KubeFault {
  return apiFault({
    reason: "Conflict",
    code: 409,
    message: `Operation cannot be fulfilled on ${qualified(resource)} ${JSON.stringify(name)}: ${why}`,
    details: detailsOf(resource, name),
  });
}

export function badRequest(message: string): KubeFault {
  return apiFault({ reason: "BadRequest", code: 400, message });
}

export function forbidden(resource: GroupName, name: string, why: string, causes?: readonly Cause[]): KubeFault {
  const subject =
    name === "" ? `${qualified(resource)} is forbidden` : `${qualified(resource)} ${JSON.stringify(name)} is forbidden`;
  return apiFault({
    reason: "Forbidden",
    code: 403,
    message: `${subject}: ${why}`,
    details: { ...detailsOf(resource, name), ...(causes === undefined ? {} : { causes }) },
  });
}

/** 422 with one cause per broken rule; `kind` is the kind's name. */
export function invalid(kind: GroupName, name: string, causes: readonly Cause[]): KubeFault {
  const lines = causes.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`));
  const unique = [...new Set(lines)];
  const text = unique.length === 1 ? unique[0]! : `[${unique.join(", ")}]`;
  return apiFault({
    reason: "Invalid",
    code: 422,
    message: `${qualified(kind)} ${JSON.stringify(name)} is invalid: ${text}`,
    details: { ...detailsOf(kind, name), causes },
  });
}

export function expired(message: string): KubeFault {
  return apiFault({ reason: "Expired", code: 410, message });
}

export function methodNotAllowed(resource: GroupName, verb: string): KubeFault {
  return apiFault({
    reason: "MethodNotAllowed",
    code: 405,
    message: `${verb} is not supported on resources of kind ${JSON.stringify(qualified(resource))}`,
    details: { ...(resource.group === "" ? {} : { group: resource.group }), kind: resource.name },
  });
}

export const required = (field: string, detail = ""): Cause => ({
  reason: "FieldValueRequired",
  field,
  message: detail === "" ? "Required value" : `Required value: ${detail}`,
});

export const invalidValue = (field: string, value: unknown, detail: string): Cause => ({
  reason: "FieldValueInvalid",
  field,
  message: `Invalid value: ${quoteValue(value)}${detail === "" ? "" : `: ${detail}`}`,
});

export const duplicate = (field: string, value: unknown): Cause => ({
  reason: "FieldValueDuplicate",
  field,
  message: `Duplicate value: ${quoteValue(value)}`,
});

/** In the order given: Kubernetes sorts what it holds as a set, and leaves lists as they are. */
export const notSupported = (field: string, value: unknown, allowed: readonly string[]): Cause => ({
  reason: "FieldValueNotSupported",
  field,
  message: `Unsupported value: ${quoteValue(value)}: supported values: ${allowed.map((one) => JSON.stringify(one)).join(", ")}`,
});

export const forbiddenField = (field: string, detail: string): Cause => ({
  reason: "FieldValueForbidden",
  field,
  message: `Forbidden: ${detail}`,
});

/** Values as Go's `%#v`-like printing of field errors shows them: text quoted, objects as JSON. */
export function quoteValue(value: unknown): string {
  if (value === undefined || value === null) return "null";
  return JSON.stringify(value);
}
