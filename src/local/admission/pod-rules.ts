/** Rules of Pods (core/v1): defaults, admission and grace. */
import type { ResourceRules } from "../apiserver/resource.ts";
import { valueAt } from "../store/field-path.ts";
import type { ApiObject } from "../store/api-object.ts";

const defaultGraceSeconds = 30;

/** Pods that run get their grace; unscheduled and finished ones go at once. */
function graceSeconds(pod: ApiObject, requested: number | undefined): number {
  const phase = valueAt(pod, ["status", "phase"]);
  const scheduled = Boolean(valueAt(pod, ["spec", "nodeName"]));
  if (!scheduled || phase === "Succeeded" || phase === "Failed") return 0;
  const own = valueAt(pod, ["spec", "terminationGracePeriodSeconds"]);
  const grace = requested ?? (typeof own === "number" ? own : defaultGraceSeconds);
  // A negative period has always meant one second.
  return grace < 0 ? 1 : grace;
}

export const podRules: ResourceRules = Object.freeze({
  graceSeconds,
  prepareCreate: (pod: ApiObject): ApiObject => ({ ...pod, status: { phase: "Pending" } }),
});
