/** Columns of workloads: apps/v1, batch/v1, autoscaling/v2, policy/v1. */
import type { ApiObject } from "../store/api-object.ts";
import { fieldText } from "../store/field-path.ts";
import {
  ageColumn,
  at,
  column,
  containerColumns,
  count,
  integer,
  labelText,
  list,
  nameColumn,
  selectorText,
  text,
  wide,
  type Column,
} from "./columns.ts";
import { ageOf, humanDuration } from "./human-duration.ts";

const template = "spec.template.spec";
const selector = wide("Selector", (object) => selectorText(at(object, "spec.selector")));

const desired = (object: ApiObject): number => integer(object, "spec.replicas");
const numberAt = (name: string, path: string): Column => count(name, (object) => integer(object, path));

const replicated: readonly Column[] = [
  nameColumn,
  count("Desired", desired),
  numberAt("Current", "status.replicas"),
  numberAt("Ready", "status.readyReplicas"),
  ageColumn,
  ...containerColumns(template),
];

function jobStatus(job: ApiObject): string {
  const is = (type: string): boolean =>
    list(job, "status.conditions").some((one) => at(one, "type") === type && at(one, "status") === "True");
  if (is("Complete")) return "Complete";
  if (is("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  for (const type of ["Suspended", "FailureTarget", "SuccessCriteriaMet"]) if (is(type)) return type;
  return "Running";
}

function completions(job: ApiObject): string {
  const done = integer(job, "status.succeeded");
  const wanted = at(job, "spec.completions");
  if (typeof wanted === "number") return `${done}/${wanted}`;
  const parallel = integer(job, "spec.parallelism");
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`;
}

function jobDuration(job: ApiObject, now: number): string {
  const start = text(job, "status.startTime", "");
  if (start === "") return "";
  const end = text(job, "status.completionTime", "");
  return humanDuration((end === "" ? now : Date.parse(end)) - Date.parse(start));
}

function autoscaledTargets(object: ApiObject): string {
  const current = list(object, "status.currentMetrics");
  const metrics = list(object, "spec.metrics").map((metric, index) => {
    const name = text(metric, "resource.name", text(metric, "type"));
    const target = at(metric, "resource.target.averageUtilization");
    const now = at(current[index], "resource.current.averageUtilization");
    if (target === undefined) return `<unknown>/${text(metric, "resource.target.averageValue", "<auto>")}`;
    return `${name}: ${now === undefined ? "<unknown>" : `${fieldText(now)}%`}/${fieldText(target)}%`;
  });
  return metrics.length === 0 ? "<none>" : metrics.join(", ");
}

export const workloadColumns: Readonly<Record<string, readonly Column[]>> = {
  Deployment: [
    nameColumn,
    column("Ready", (object) => `${integer(object, "status.readyReplicas")}/${desired(object)}`),
    numberAt("Up-to-date", "status.updatedReplicas"),
    numberAt("Available", "status.availableReplicas"),
    ageColumn,
    ...containerColumns(template),
    selector,
  ],
  ReplicaSet: [...replicated, selector],
  ReplicationController: [...replicated, wide("Selector", (object) => labelText(at(object, "spec.selector")))],
  StatefulSet: [
    nameColumn,
    column("Ready", (object) => `${integer(object, "status.readyReplicas")}/${desired(object)}`),
    ageColumn,
    ...containerColumns(template),
  ],
  DaemonSet: [
    nameColumn,
    numberAt("Desired", "status.desiredNumberScheduled"),
    numberAt("Current", "status.currentNumberScheduled"),
    numberAt("Ready", "status.numberReady"),
    numberAt("Up-to-date", "status.updatedNumberScheduled"),
    numberAt("Available", "status.numberAvailable"),
    column("Node Selector", (object) => labelText(at(object, `${template}.nodeSelector`))),
    ageColumn,
    ...containerColumns(template),
    selector,
  ],
  Job: [
    nameColumn,
    column("Status", jobStatus),
    column("Completions", completions),
    column("Duration", jobDuration),
    ageColumn,
    ...containerColumns(template),
    selector,
  ],
  CronJob: [
    nameColumn,
    column("Schedule", (object) => text(object, "spec.schedule")),
    column("Timezone", (object) => text(object, "spec.timeZone")),
    column("Suspend", (object) => (at(object, "spec.suspend") === true ? "True" : "False"), { type: "boolean" }),
    count("Active", (object) => list(object, "status.active").length),
    column("Last Schedule", (object, now) => {
      const last = at(object, "status.lastScheduleTime");
      return last === undefined ? "<none>" : ageOf(last, now);
    }),
    ageColumn,
    ...containerColumns("spec.jobTemplate.spec.template.spec"),
    wide("Selector", (object) => selectorText(at(object, "spec.jobTemplate.spec.selector"))),
  ],
  HorizontalPodAutoscaler: [
    nameColumn,
    column(
      "Reference",
      (object) => `${text(object, "spec.scaleTargetRef.kind")}/${text(object, "spec.scaleTargetRef.name")}`,
    ),
    column("Targets", autoscaledTargets),
    column("MinPods", (object) => text(object, "spec.minReplicas", "<unset>")),
    column("MaxPods", (object) => integer(object, "spec.maxReplicas")),
    column("Replicas", (object) => integer(object, "status.currentReplicas")),
    ageColumn,
  ],
  PodDisruptionBudget: [
    nameColumn,
    column("Min Available", (object) => text(object, "spec.minAvailable", "N/A")),
    column("Max Unavailable", (object) => text(object, "spec.maxUnavailable", "N/A")),
    numberAt("Allowed Disruptions", "status.disruptionsAllowed"),
    ageColumn,
  ],
  ControllerRevision: [
    nameColumn,
    column("Controller", (object) => {
      const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
      return owner === undefined ? "<none>" : `${owner.kind.toLowerCase()}.apps/${owner.name}`;
    }),
    count("Revision", (object) => integer(object, "revision")),
    ageColumn,
  ],
  PodTemplate: [
    nameColumn,
    column("Containers", (object) =>
      list(object, "template.spec.containers")
        .map((one) => text(one, "name"))
        .join(","),
    ),
    column("Images", (object) =>
      list(object, "template.spec.containers")
        .map((one) => text(one, "image"))
        .join(","),
    ),
    column("Pod Labels", (object) => labelText(at(object, "template.metadata.labels"))),
  ],
};
