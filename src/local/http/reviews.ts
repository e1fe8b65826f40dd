/** Reviews about the caller: who am I, what may I do. The one user of the embedded server may do everything. */
import { isRecord, type JsonObject } from "../store/api-object.ts";

export interface ReviewResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

const authorization = { group: "authorization.k8s.io", version: "v1" };

export const reviewResources: readonly ReviewResource[] = Object.freeze([
  { group: "authentication.k8s.io", version: "v1", kind: "SelfSubjectReview", plural: "selfsubjectreviews" },
  { ...authorization, kind: "SelfSubjectAccessReview", plural: "selfsubjectaccessreviews" },
  { ...authorization, kind: "SelfSubjectRulesReview", plural: "selfsubjectrulesreviews" },
  { ...authorization, kind: "SubjectAccessReview", plural: "subjectaccessreviews" },
]);

export const user = Object.freeze({ username: "admin", groups: ["system:masters", "system:authenticated"] });

const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };

const statuses: Readonly<Record<string, unknown>> = {
  SelfSubjectReview: { userInfo: user },
  SelfSubjectAccessReview: { allowed: true },
  SelfSubjectRulesReview: {
    resourceRules: [everything],
    nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
    incomplete: false,
  },
};

/** The answered review. Others than the one user are in no group and may do nothing. */
export function answerReview(resource: ReviewResource, body: unknown): JsonObject {
  const review = isRecord(body) ? body : {};
  const spec = isRecord(review["spec"]) ? review["spec"] : {};
  const groups = Array.isArray(spec["groups"]) ? (spec["groups"] as readonly unknown[]) : [];
  const allowed = spec["user"] === user.username || groups.includes("system:masters");
  return {
    ...review,
    apiVersion: `${resource.group}/${resource.version}`,
    kind: resource.kind,
    metadata: isRecord(review["metadata"]) ? review["metadata"] : {},
    status: statuses[resource.kind] ?? { allowed },
  };
}
