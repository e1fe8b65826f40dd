import type { Job, Pod } from "../../api/index.ts";
import { jobType, podType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import { mapLimit } from "../../platform/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import type { OwnedObjects } from "../stand-ins/owned-objects.ts";
import { isDeleting, keysOfController, nameOf } from "../stand-ins/ownership.ts";
import { patchStatus } from "../stand-ins/status-write.ts";
import { completionIndexAnnotation, computeJobPlan, jobTrackingFinalizer } from "./job-plan.ts";
import { generatedName, podFromTemplate } from "./pod-template.ts";

const concurrentWrites = 25;

/** Runs Jobs to completion. */
export function createJobController(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly ownedPods: OwnedObjects<Pod> },
): Controller {
  const { kube, clock, ids } = context;
  const jobs = parts.caches.jobs();
  const pods = parts.caches.pods();
  const view = createFreshView(jobs.store);
  const { ownedPods } = parts;

  const createPod = (job: Job, index: number | undefined, signal: AbortSignal): Promise<Pod> => {
    const { name = "", uid = "" } = job.metadata;
    const generateName = index === undefined ? `${name}-` : `${name}-${index}-`;
    const pod = podFromTemplate(job, job.spec.template, {
      generateName,
      name: generatedName(generateName, ids.suffix()),
      labels: {
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": name,
        "controller-uid": uid,
        "job-name": name,
      },
      ...(index === undefined ? {} : { annotations: { [completionIndexAnnotation]: String(index) } }),
      finalizers: [jobTrackingFinalizer],
    });
    return ownedPods.create(pod, signal);
  };

  const release = async (pod: Pod, signal: AbortSignal): Promise<void> => {
    const finalizers = (pod.metadata.finalizers ?? []).filter((each) => each !== jobTrackingFinalizer);
    const body = { metadata: { resourceVersion: pod.metadata.resourceVersion, finalizers } };
    try {
      await kube.patch(podType, nameOf(pod), { type: "merge", body, signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound")) throw error;
    }
  };

  /** A Job that is being deleted must not hold its pods. */
  const releaseAll = async (uid: string, signal: AbortSignal): Promise<void> => {
    const held = ownedPods.of(uid).filter((pod) => pod.metadata.finalizers?.includes(jobTrackingFinalizer));
    await mapLimit(held, concurrentWrites, (pod, options) => release(pod, options.signal), { signal });
  };

  const reconcile = async (key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const job = view.get(key);
    if (job === undefined) return undefined;
    const uid = job.metadata.uid ?? "";
    if (isDeleting(job)) {
      await releaseAll(uid, signal);
      return undefined;
    }
    const plan = computeJobPlan(job, ownedPods.of(uid), clock.now());
    if (plan.isExpired) {
      await kube.delete(jobType, nameOf(job), { uid, propagationPolicy: "Foreground", signal });
      return undefined;
    }
    await mapLimit(plan.create, concurrentWrites, (index, options) => createPod(job, index, options.signal), {
      signal,
    });
    await mapLimit(plan.remove, concurrentWrites, (pod, options) => ownedPods.remove(pod, options.signal), { signal });
    // The status names the ended pods before their finalizer goes: a crash in between counts each exactly once.
    await patchStatus({ kube, type: jobType, view }, job, { status: { ...plan.status }, signal });
    await mapLimit(plan.release, concurrentWrites, (pod, options) => release(pod, options.signal), { signal });
    return plan.again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(plan.again, 1) };
  };

  const controller = context.createController({ name: "local.job", maxConcurrent: 8, reconcile });
  controller.watches(jobs);
  controller.watches(pods, (delta) => {
    const keys = keysOfController(delta.object, "Job");
    // Its Job is gone: nobody else would let the pod go.
    if (keys.length > 0 && delta.type !== "deleted" && jobs.store.get(keys[0] ?? "") === undefined)
      orphaned.enqueue(`${delta.object.metadata.namespace ?? ""}/${delta.object.metadata.name ?? ""}`);
    return keys;
  });
  const orphaned = createOrphanRelease(context, parts.caches, release);
  return {
    ...controller,
    run: async (signal) => {
      await Promise.all([controller.run(signal), orphaned.run(signal)]);
    },
  };
}

/** Takes the finalizer off pods whose Job no longer exists. */
function createOrphanRelease(
  context: StandInContext,
  caches: Caches,
  release: (pod: Pod, signal: AbortSignal) => Promise<void>,
): Controller {
  const pods = caches.pods();
  const jobs = caches.jobs();
  return context.createController({
    name: "local.job-orphans",
    reconcile: async (key, signal) => {
      const pod = pods.store.get(key);
      if (pod === undefined || pod.metadata.finalizers?.includes(jobTrackingFinalizer) !== true) return;
      const [owner = ""] = keysOfController(pod, "Job");
      if (jobs.store.get(owner) === undefined) await release(pod, signal);
    },
  });
}
