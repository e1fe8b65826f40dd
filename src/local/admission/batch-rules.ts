/** Rules of Jobs and CronJobs (batch/v1). */
import { CronPattern } from "croner";
import type { CronJob, Job } from "../../api/index.ts";
import { invalidValue, required, type Cause } from "../apiserver/faults.ts";
import type { ResourceRules } from "../apiserver/resource.ts";
import { equalJson, type ApiObject, type JsonObject } from "../store/api-object.ts";
import { withDefaults, withMember } from "./defaulting.ts";
import { immutable, nonNegative, oneOf } from "./field-checks.ts";
import { withTemplateDefaults } from "./pod-spec-defaults.ts";
import { specDefaults, templateCauses } from "./workload-rules.ts";

function withJobDefaults(spec: JsonObject): JsonObject {
  const single = spec["completions"] === undefined && spec["parallelism"] === undefined;
  return withDefaults(spec, {
    backoffLimit: 6,
    completionMode: "NonIndexed",
    completions: single ? 1 : undefined,
    parallelism: 1,
    podReplacementPolicy: "TerminatingOrFailed",
    suspend: false,
  });
}

/** Pods of a Job are told apart by its uid; the selector is made by the server unless the user insists. */
function withOwnSelector(object: ApiObject): ApiObject {
  const { metadata } = object;
  const { spec } = object as unknown as Job;
  if ((spec as JsonObject)["manualSelector"] === true) return { ...object, status: {} };
  const { uid = "", name = "" } = metadata;
  const labels = {
    ...spec.template.metadata?.labels,
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const own = metadata.labels !== undefined && Object.keys(metadata.labels).length > 0 ? metadata.labels : labels;
  return {
    ...object,
    metadata: { ...metadata, labels: own },
    spec: {
      ...spec,
      manualSelector: false,
      selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
    status: {},
  };
}

function jobSpecCauses(spec: Job["spec"], field: string): readonly Cause[] {
  const policy = spec.template?.spec?.restartPolicy;
  const restarts =
    policy === "OnFailure" || policy === "Never"
      ? []
      : [required(`${field}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')];
  return [
    ...nonNegative(spec.parallelism, `${field}.parallelism`),
    ...nonNegative(spec.completions, `${field}.completions`),
    ...nonNegative(spec.backoffLimit, `${field}.backoffLimit`),
    ...nonNegative(spec.activeDeadlineSeconds, `${field}.activeDeadlineSeconds`),
    ...nonNegative(spec.ttlSecondsAfterFinished, `${field}.ttlSecondsAfterFinished`),
    ...templateCauses(spec.template, `${field}.template`),
    ...restarts,
  ];
}

const jobCauses = (object: ApiObject): readonly Cause[] => jobSpecCauses((object as unknown as Job).spec, "spec");

function fixedJobFields(next: Job["spec"], old: Job["spec"]): readonly Cause[] {
  const fixed = ["selector", "template", "completionMode"] as const;
  return fixed.flatMap((name) => {
    const [after, before] = [(next as JsonObject)[name], (old as JsonObject)[name]];
    // A suspended Job that has not started may still be given another placement.
    if (name === "template" && old.suspend === true) return [];
    return equalJson(after, before) ? [] : [invalidValue(`spec.${name}`, after, immutable)];
  });
}

export const jobRules: ResourceRules = {
  applyDefaults: specDefaults(withJobDefaults),
  prepareCreate: withOwnSelector,
  validateCreate: jobCauses,
  validateUpdate: (next, old) => [
    ...jobCauses(next),
    ...fixedJobFields((next as unknown as Job).spec, (old as unknown as Job).spec),
  ],
};

/** Why a cron text is refused, or undefined. Only the five-field form and `@` words of Kubernetes are accepted. */
function scheduleProblem(schedule: string): string | undefined {
  if (/^@(every \S+|(annual|year|month|week|dai|hour)ly|midnight)$/.test(schedule)) return undefined;
  if (/^(TZ|CRON_TZ)=/.test(schedule)) return "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  try {
    return new CronPattern(schedule).pattern === "" ? "empty schedule" : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function cronJobCauses(object: ApiObject): readonly Cause[] {
  const { spec } = object as unknown as CronJob;
  const problem = spec.schedule ? scheduleProblem(spec.schedule) : undefined;
  return [
    ...(spec.schedule ? [] : [required("spec.schedule")]),
    ...(problem === undefined ? [] : [invalidValue("spec.schedule", spec.schedule, problem)]),
    ...oneOf(spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"], "spec.concurrencyPolicy"),
    ...nonNegative(spec.startingDeadlineSeconds, "spec.startingDeadlineSeconds"),
    ...nonNegative(spec.successfulJobsHistoryLimit, "spec.successfulJobsHistoryLimit"),
    ...nonNegative(spec.failedJobsHistoryLimit, "spec.failedJobsHistoryLimit"),
    ...jobSpecCauses(spec.jobTemplate?.spec ?? ({} as Job["spec"]), "spec.jobTemplate.spec"),
  ];
}

export const cronJobRules: ResourceRules = {
  applyDefaults: (object) =>
    withMember(object as JsonObject, "spec", (spec) =>
      withMember(
        withDefaults(spec, {
          concurrencyPolicy: "Allow",
          failedJobsHistoryLimit: 1,
          successfulJobsHistoryLimit: 3,
          suspend: false,
        }),
        "jobTemplate",
        (template) => withMember(template, "spec", withTemplateDefaults),
      ),
    ) as unknown as ApiObject,
  prepareCreate: (object) => ({ ...object, status: {} }),
  validateCreate: cronJobCauses,
  validateUpdate: cronJobCauses,
};
