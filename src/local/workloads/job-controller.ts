import type { Condition, Job, Pod } from "../../api/index.ts";
import { jobType, podType } from "../../api/index.ts";
import { isKubeFault, objectKey } from "../../kube/index.ts";
import type { Controller, EventRecorder, ReconcileResult } from "../../kube/index.ts";
import { mapLimit } from "../../platform/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import type { FreshView } from "../stand-ins/fresh-view.ts";
import type { OwnedObjects } from "../stand-ins/owned-objects.ts";
import { isDeleting, keysOfController, nameOf } from "../stand-ins/ownership.ts";
import { conditionOf, patchStatus } from "../stand-ins/status-write.ts";
import { completionIndexAnnotation, computeJobPlan, jobTrackingFinalizer } from "./job-plan.ts";
import { type PodEvents, podEvents } from "./pod-events.ts";
import { generatedName, podFromTemplate } from "./pod-template.ts";

const concurrentWrites = 25;

/** Runs Jobs to completion. */
export function createJobController(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly ownedPods: OwnedObjects<Pod> },
): Controller {
  const jobs = parts.caches.jobs();
  const worker = new JobWorker(context, createFreshView(jobs.store), parts.ownedPods);
  const controller = context.createController({
    name: "local.job",
    maxConcurrent: 8,
    reconcile: (key, signal) => worker.reconcile(key, signal),
  });
  controller.watches(jobs);
  controller.watches(parts.caches.pods(), (delta) => keysOfController(delta.object, "Job"));
  return controller;
}

/** Takes the finalizer off pods whose Job no longer exists: nobody else would let them go. */
export function createJobOrphanController(context: StandInContext, parts: { readonly caches: Caches }): Controller {
  const pods = parts.caches.pods();
  const jobs = parts.caches.jobs();
  const ownerOf = (pod: Pod): string => keysOfController(pod, "Job")[0] ?? "";
  const isHeld = (pod: Pod): boolean => pod.metadata.finalizers?.includes(jobTrackingFinalizer) === true;
  const controller = context.createController({
    name: "local.job-orphans",
    reconcile: async (key, signal) => {
      const pod = pods.store.get(key);
      if (pod !== undefined && isHeld(pod) && jobs.store.get(ownerOf(pod)) === undefined) {
        await releasePod(context, pod, signal);
      }
    },
  });
  pods.subscribe(({ type, object }) => {
    // The cache of Jobs may lag behind that of pods; a second later it has caught up.
    if (type !== "deleted" && isHeld(object)) controller.enqueue(objectKey(object), { afterMilliseconds: 1_000 });
  });
  jobs.subscribe(({ type, object }) => {
    if (type !== "deleted") return;
    for (const pod of pods.store.list()) if (ownerOf(pod) === objectKey(object)) controller.enqueue(objectKey(pod));
  });
  return controller;
}

async function releasePod({ kube }: StandInContext, pod: Pod, signal: AbortSignal): Promise<void> {
  const finalizers = (pod.metadata.finalizers ?? []).filter((each) => each !== jobTrackingFinalizer);
  const { resourceVersion } = pod.metadata;
  const body = { metadata: { resourceVersion, finalizers: finalizers.length === 0 ? null : finalizers } };
  try {
    await kube.patch(podType, nameOf(pod), { type: "merge", body, signal });
  } catch (error) {
    if (!isKubeFault(error, "NotFound")) throw error;
  }
}

class JobWorker {
  readonly #context: StandInContext;
  readonly #view: FreshView<Job>;
  readonly #ownedPods: OwnedObjects<Pod>;
  readonly #recorder: EventRecorder;
  readonly #tell: PodEvents;

  constructor(context: StandInContext, view: FreshView<Job>, ownedPods: OwnedObjects<Pod>) {
    this.#context = context;
    this.#view = view;
    this.#ownedPods = ownedPods;
    this.#recorder = context.recorderFor("job-controller");
    this.#tell = podEvents(this.#recorder);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { kube, clock } = this.#context;
    const job = this.#view.get(key);
    if (job === undefined) return undefined;
    const uid = job.metadata.uid ?? "";
    const owned = this.#ownedPods.of(uid);
    // A Job that is being deleted must not hold its pods.
    if (isDeleting(job)) {
      await this.#release(
        owned.filter((pod) => pod.metadata.finalizers?.includes(jobTrackingFinalizer)),
        signal,
      );
      return undefined;
    }
    const plan = computeJobPlan(job, owned, clock.now());
    if (plan.isExpired) {
      await kube.delete(jobType, nameOf(job), { uid, propagationPolicy: "Foreground", signal });
      return undefined;
    }
    await mapLimit(plan.create, concurrentWrites, (index, run) => this.#createPod(job, index, run.signal), { signal });
    await mapLimit(plan.remove, concurrentWrites, (pod, run) => this.#ownedPods.remove(pod, run.signal), { signal });
    // The status names the ended pods before their finalizer goes: a crash in between counts each exactly once.
    await patchStatus({ kube, type: jobType, view: this.#view }, job, { status: { ...plan.status }, signal });
    this.#tellEnd(job, plan.status.conditions);
    await this.#release(plan.release, signal);
    return plan.again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(plan.again, 1) };
  }

  #tellEnd(job: Job, conditions: readonly Condition[] | undefined): void {
    const isNew = (type: string): boolean =>
      conditionOf(job.status?.conditions, type)?.status !== "True" && conditionOf(conditions, type)?.status === "True";
    if (isNew("Complete"))
      this.#recorder.publish({ object: job, type: "Normal", reason: "Completed", message: "Job completed" });
    if (!isNew("Failed")) return;
    const { reason = "", message = "" } = conditionOf(conditions, "Failed") ?? {};
    this.#recorder.publish({ object: job, type: "Warning", reason, message });
  }

  async #createPod(job: Job, index: number | undefined, signal: AbortSignal): Promise<void> {
    const { name = "", uid = "" } = job.metadata;
    const generateName = index === undefined ? `${name}-` : `${name}-${index}-`;
    const pod = podFromTemplate(job, job.spec.template, {
      generateName,
      name: generatedName(generateName, this.#context.ids.suffix()),
      labels: {
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": name,
        "controller-uid": uid,
        "job-name": name,
      },
      ...(index === undefined ? {} : { annotations: { [completionIndexAnnotation]: String(index) } }),
      finalizers: [jobTrackingFinalizer],
    });
    this.#tell.created(job, await this.#ownedPods.create(pod, signal));
  }

  async #release(pods: readonly Pod[], signal: AbortSignal): Promise<void> {
    await mapLimit(pods, concurrentWrites, (pod, run) => releasePod(this.#context, pod, run.signal), { signal });
  }
}
