/** Rules of Pods (core/v1): defaults, admission and grace. */
import type { Pod, PriorityClass, Toleration } from "../../api/index.ts";
import { forbidden } from "../apiserver/faults.ts";
import type { ResourceRules, WriteContext } from "../apiserver/resource.ts";
import { isRecord, type ApiObject, type JsonObject } from "../store/api-object.ts";
import { valueAt } from "../store/field-path.ts";
import { chain, withDefaults, withItems, withMember } from "./defaulting.ts";
import { withPodSpecDefaults } from "./pod-spec-defaults.ts";
import { validatePodUpdate } from "./pod-update-validation.ts";
import { validatePodSpec } from "./pod-validation.ts";
import { withServiceAccount } from "./service-account.ts";
import { qosClassOf } from "./qos-class.ts";

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

/** Limits without a request are requests too; only in Pods, never in templates. */
function withRequestsFromLimits(container: JsonObject): JsonObject {
  return withMember(container, "resources", (resources) => {
    const { limits, requests } = resources;
    if (!isRecord(limits)) return resources;
    const merged = withDefaults(isRecord(requests) ? requests : {}, limits);
    return merged === requests ? resources : { ...resources, requests: merged };
  });
}

function applyDefaults(pod: ApiObject): ApiObject {
  return withMember(pod as JsonObject, "spec", (spec) =>
    chain(
      withDefaults(withPodSpecDefaults(spec), { enableServiceLinks: true }),
      (next) => withItems(next, "initContainers", withRequestsFromLimits),
      (next) => withItems(next, "containers", withRequestsFromLimits),
    ),
  ) as unknown as ApiObject;
}

const lostNodeSeconds = 300;
const lostNodeTaints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** Admission DefaultTolerationSeconds: pods stay five minutes on a node that is lost. */
function withLostNodeTolerations(tolerations: readonly Toleration[]): readonly Toleration[] {
  const covers = (toleration: Toleration, key: string): boolean =>
    (toleration.key === key || !toleration.key) && (!toleration.effect || toleration.effect === "NoExecute");
  const missing = lostNodeTaints.filter((key) => !tolerations.some((toleration) => covers(toleration, key)));
  return [
    ...tolerations,
    ...missing.map((key) => ({
      key,
      operator: "Exists" as const,
      effect: "NoExecute" as const,
      tolerationSeconds: lostNodeSeconds,
    })),
  ];
}

/** Admission Priority: the class named, or the global default, or nothing. */
function priorityOf(pod: Pod, context: WriteContext): JsonObject {
  const { priorityClassName, preemptionPolicy } = pod.spec;
  const priorityClass = priorityClassName ? namedClass(pod, priorityClassName, context) : defaultClass(context);
  if (priorityClass === undefined) return { priority: 0, preemptionPolicy: preemptionPolicy ?? "PreemptLowerPriority" };
  return {
    priority: priorityClass.value,
    priorityClassName: priorityClass.metadata.name,
    preemptionPolicy: preemptionPolicy ?? priorityClass.preemptionPolicy ?? "PreemptLowerPriority",
  };
}

const priorityClasses = { group: "scheduling.k8s.io", plural: "priorityclasses" };

function namedClass(pod: Pod, name: string, context: WriteContext): PriorityClass {
  const found = context.find(priorityClasses, name);
  if (found !== undefined) return found as unknown as PriorityClass;
  throw forbidden({ group: "", name: "pods" }, pod.metadata.name ?? "", `no PriorityClass with name ${name} was found`);
}

/** The lowest of the classes marked as global default, as Kubernetes chooses. */
function defaultClass(context: WriteContext): PriorityClass | undefined {
  const classes = [...context.all(priorityClasses)] as unknown as readonly PriorityClass[];
  return classes.filter(({ globalDefault }) => globalDefault === true).toSorted((a, b) => a.value - b.value)[0];
}

/** A pod with gates says from the first why nobody schedules it. */
function gatedCondition(pod: Pod, now: number): JsonObject {
  if ((pod.spec.schedulingGates ?? []).length === 0) return {};
  const condition = {
    type: "PodScheduled",
    status: "False",
    reason: "SchedulingGated",
    message: "Scheduling is blocked due to non-empty scheduling gates",
    lastProbeTime: null,
    lastTransitionTime: new Date(now).toISOString().replace(/\.\d+/, ""),
  };
  return { conditions: [condition] };
}

/** Members that Go always writes. */
function withProbeTimes(pod: ApiObject): ApiObject {
  return withMember(pod as JsonObject, "status", (status) =>
    withItems(status, "conditions", (condition) =>
      condition["lastProbeTime"] === undefined ? { ...condition, lastProbeTime: null } : condition,
    ),
  ) as unknown as ApiObject;
}

function prepareCreate(object: ApiObject, context: WriteContext): ApiObject {
  const pod = object as unknown as Pod;
  const spec = {
    ...withServiceAccount(pod),
    ...priorityOf(pod, context),
    tolerations: withLostNodeTolerations(pod.spec.tolerations ?? []),
  };
  const status = { phase: "Pending", qosClass: qosClassOf(pod.spec), ...gatedCondition(pod, context.now) };
  return { ...object, spec, status };
}

export const podRules: ResourceRules = Object.freeze({
  graceSeconds,
  applyDefaults,
  prepareCreate,
  prepareStatus: withProbeTimes,
  validateCreate: (pod: ApiObject) => validatePodSpec(pod["spec"], "spec", { template: false }),
  validateUpdate: validatePodUpdate,
});
