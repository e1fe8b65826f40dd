import type { CronJob, Job } from "../../api/index.ts";
import { cronJobType, jobType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { OwnedObjects } from "../stand-ins/owned-objects.ts";
import { controllerReference, isDeleting, keysOfController, nameOf } from "../stand-ins/ownership.ts";
import { patchStatus } from "../stand-ins/status-write.ts";
import { timestampOf } from "../stand-ins/timestamps.ts";
import { computeCronJobPlan } from "./cron-job-plan.ts";
import { isFinished } from "./job-plan.ts";

const minute = 60_000;

/** The Job of one start: its name follows from the time, so that a start is never made twice. */
export function computeJob(cronJob: CronJob, start: number): Job {
  const { metadata = {}, spec } = cronJob.spec.jobTemplate;
  const { name = "", namespace = "" } = cronJob.metadata;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `${name}-${Math.floor(start / minute)}`,
      namespace,
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata.annotations, "batch.kubernetes.io/cronjob-scheduled-timestamp": timestampOf(start) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec,
  };
}

/** Starts the Jobs of CronJobs. */
export function createCronJobController(context: StandInContext, parts: { readonly caches: Caches }): Controller {
  const { kube, clock } = context;
  const cronJobs = parts.caches.cronJobs();
  const jobs = parts.caches.jobs();
  const view = createFreshView(cronJobs.store);
  const ownedJobs = new OwnedObjects({ kube, clock, type: jobType, informer: jobs });
  const recorder = context.recorderFor("cronjob-controller");

  const start = async (cronJob: CronJob, at: number, signal: AbortSignal): Promise<void> => {
    const job = computeJob(cronJob, at);
    try {
      await ownedJobs.create(job, signal);
      recorder.publish({
        object: cronJob,
        type: "Normal",
        reason: "SuccessfulCreate",
        message: `Created job ${job.metadata.name ?? ""}`,
      });
    } catch (error) {
      if (!isKubeFault(error, "AlreadyExists")) throw error;
    }
  };

  const removeJob = async (job: Job, signal: AbortSignal): Promise<void> => {
    try {
      await kube.delete(jobType, nameOf(job), { uid: job.metadata.uid ?? "", propagationPolicy: "Background", signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
    }
  };

  const reconcile = async (key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const cronJob = view.get(key);
    if (cronJob === undefined || isDeleting(cronJob)) return undefined;
    const uid = cronJob.metadata.uid ?? "";
    const owned = ownedJobs.of(uid).filter((job) => !isDeleting(job));
    const plan = computeCronJobPlan(cronJob, owned, clock.now());
    if (plan.problem !== undefined) {
      recorder.publish({ object: cronJob, type: "Warning", reason: "UnparseableSchedule", message: plan.problem });
    }
    for (const job of plan.remove) await removeJob(job, signal);
    if (plan.start !== undefined) await start(cronJob, plan.start, signal);
    const active = ownedJobs
      .of(uid)
      .filter((job) => !isFinished(job) && !isDeleting(job) && !plan.remove.includes(job))
      .map(({ metadata }) => ({
        apiVersion: "batch/v1",
        kind: "Job",
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
      }));
    const status = {
      active,
      ...(plan.start === undefined ? {} : { lastScheduleTime: timestampOf(plan.start) }),
    };
    await patchStatus({ kube, type: cronJobType, view }, cronJob, { status, signal });
    return plan.again === undefined ? undefined : { requeueAfterMilliseconds: plan.again };
  };

  const controller = context.createController({ name: "local.cronjob", reconcile });
  controller.watches(cronJobs);
  controller.watches(jobs, (delta) => keysOfController(delta.object, "CronJob"));
  return controller;
}
