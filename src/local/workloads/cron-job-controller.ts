import type { CronJob, Job } from "../../api/index.ts";
import { cronJobType, jobType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller, EventRecorder, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import type { FreshView } from "../stand-ins/fresh-view.ts";
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
  const cronJobs = parts.caches.cronJobs();
  const jobs = parts.caches.jobs();
  const worker = new CronJobWorker(context, parts.caches);
  const controller = context.createController({
    name: "local.cronjob",
    reconcile: (key, signal) => worker.reconcile(key, signal),
  });
  controller.watches(cronJobs);
  controller.watches(jobs, (delta) => keysOfController(delta.object, "CronJob"));
  return controller;
}

class CronJobWorker {
  readonly #context: StandInContext;
  readonly #view: FreshView<CronJob>;
  readonly #ownedJobs: OwnedObjects<Job>;
  readonly #recorder: EventRecorder;

  constructor(context: StandInContext, caches: Caches) {
    const { kube, clock } = context;
    this.#context = context;
    this.#view = createFreshView(caches.cronJobs().store);
    this.#ownedJobs = new OwnedObjects({ kube, clock, type: jobType, informer: caches.jobs() });
    this.#recorder = context.recorderFor("cronjob-controller");
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { kube, clock } = this.#context;
    const cronJob = this.#view.get(key);
    if (cronJob === undefined || isDeleting(cronJob)) return undefined;
    const owned = this.#jobsOf(cronJob);
    const plan = computeCronJobPlan(cronJob, owned, clock.now());
    if (plan.problem !== undefined) this.#report(cronJob, "Warning", "UnparseableSchedule", plan.problem);
    for (const job of plan.remove) await this.#remove(job, signal);
    if (plan.start !== undefined) await this.#start(cronJob, plan.start, signal);
    const active = this.#jobsOf(cronJob)
      .filter((job) => !isFinished(job) && !plan.remove.includes(job))
      .map(({ metadata: { name, namespace, uid } }) => ({ apiVersion: "batch/v1", kind: "Job", name, namespace, uid }));
    const started = plan.start === undefined ? {} : { lastScheduleTime: timestampOf(plan.start) };
    const status = { active, ...started };
    await patchStatus({ kube, type: cronJobType, view: this.#view }, cronJob, { status, signal });
    return plan.again === undefined ? undefined : { requeueAfterMilliseconds: plan.again };
  }

  #jobsOf(cronJob: CronJob): readonly Job[] {
    return this.#ownedJobs.of(cronJob.metadata.uid ?? "").filter((job) => !isDeleting(job));
  }

  async #start(cronJob: CronJob, at: number, signal: AbortSignal): Promise<void> {
    const job = computeJob(cronJob, at);
    try {
      await this.#ownedJobs.create(job, signal);
      this.#report(cronJob, "Normal", "SuccessfulCreate", `Created job ${job.metadata.name ?? ""}`);
    } catch (error) {
      if (!isKubeFault(error, "AlreadyExists")) throw error;
    }
  }

  async #remove(job: Job, signal: AbortSignal): Promise<void> {
    const uid = job.metadata.uid ?? "";
    try {
      await this.#context.kube.delete(jobType, nameOf(job), { uid, propagationPolicy: "Background", signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
    }
  }

  #report(object: CronJob, type: "Normal" | "Warning", reason: string, message: string): void {
    this.#recorder.publish({ object, type, reason, message });
  }
}
