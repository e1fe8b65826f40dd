/** AdmissionReview, `admission.k8s.io/v1`, as far as a webhook needs it. */
import type { KubeObject } from "../../api/index.ts";

export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  /** Null on a delete. */
  readonly object?: KubeObject | null;
  readonly subResource?: string;
}

export interface JsonPatchOperation {
  readonly op: "add" | "replace";
  readonly path: string;
  readonly value: unknown;
}

export interface Verdict {
  /** Absent where the object is admitted. */
  readonly refusal?: string;
  /** Shown by kubectl, one line each. */
  readonly warnings?: readonly string[];
  readonly patch?: readonly JsonPatchOperation[];
}

export const reviewVersion = "admission.k8s.io/v1";

/** The request of a review, or what is wrong with the text. */
export function readReview(text: string): AdmissionRequest | string {
  const review = parseJson(text);
  if (!isRecord(review)) return "expected an AdmissionReview as JSON";
  if (review["apiVersion"] !== reviewVersion) {
    return `expected an AdmissionReview of ${reviewVersion}, found apiVersion ${JSON.stringify(review["apiVersion"])}`;
  }
  const { request } = review;
  return isRecord(request) && typeof request["uid"] === "string"
    ? (request as unknown as AdmissionRequest)
    : "expected an AdmissionReview with a request that has a uid";
}

export function reviewAnswer(uid: string, { refusal, warnings = [], patch = [] }: Verdict): string {
  return JSON.stringify({
    apiVersion: reviewVersion,
    kind: "AdmissionReview",
    response: {
      uid,
      allowed: refusal === undefined,
      ...(refusal === undefined ? {} : { status: { code: 400, reason: "BadRequest", message: refusal } }),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(patch.length === 0
        ? {}
        : { patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(patch)).toString("base64") }),
    },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Answered by the caller, in words.
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
