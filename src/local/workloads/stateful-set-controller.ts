import type { Pod, StatefulSet } from "../../api/index.ts";
import { persistentVolumeClaimType, podType, statefulSetType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import type { OwnedObjects } from "../stand-ins/owned-objects.ts";
import { isDeleting, keysOfController } from "../stand-ins/ownership.ts";
import { patchStatus } from "../stand-ins/status-write.ts";
import { adoptAndRelease } from "./adoption.ts";
import { createRevisionHistory, revisionName } from "./controller-revision.ts";
import { statefulPodEvents } from "./pod-events.ts";
import { computeStatefulClaims, computeStatefulPod } from "./stateful-set-pod.ts";
import { computeStatefulSetPlan, computeStatefulSetStatus } from "./stateful-set-plan.ts";
import type { StatefulSetView } from "./stateful-set-plan.ts";

/** Runs StatefulSets: stable names, claims that outlive pods, order. */
export function createStatefulSetController(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly ownedPods: OwnedObjects<Pod> },
): Controller {
  const { kube, clock } = context;
  const sets = parts.caches.statefulSets();
  const pods = parts.caches.pods();
  const view = createFreshView(sets.store);
  const history = createRevisionHistory(kube);
  const { ownedPods } = parts;
  const tell = statefulPodEvents(context.recorderFor("statefulset-controller"));

  const createPod = async (
    set: StatefulSet,
    slot: { readonly ordinal: number; readonly revision: string },
    signal: AbortSignal,
  ): Promise<void> => {
    for (const claim of computeStatefulClaims(set, slot.ordinal)) {
      try {
        await kube.create(persistentVolumeClaimType, claim, { signal });
      } catch (error) {
        if (!isKubeFault(error, "AlreadyExists")) throw error;
      }
    }
    const template = (await history.template(set, slot.revision, signal)) ?? set.spec.template;
    const pod = computeStatefulPod(set, slot.ordinal, { template, revision: slot.revision });
    tell.created(set, await ownedPods.create(pod, signal));
  };

  const viewOf = (set: StatefulSet): StatefulSetView => {
    const updateRevision = revisionName(set, set.spec.template);
    const currentRevision = set.status?.currentRevision ?? updateRevision;
    return { set, owned: ownedPods.of(set.metadata.uid ?? ""), updateRevision, currentRevision, now: clock.now() };
  };

  const reconcile = async (key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const set = view.get(key);
    if (set === undefined || isDeleting(set)) return undefined;
    await history.note(set, set.spec.template, signal);
    const { selector } = set.spec;
    const owned = ownedPods.of(set.metadata.uid ?? "");
    await adoptAndRelease({ kube, type: podType, informer: pods, owned }, set, { selector, signal });
    const plan = computeStatefulSetPlan(viewOf(set));
    for (const slot of plan.create) await createPod(set, slot, signal);
    for (const pod of plan.remove) {
      await ownedPods.remove(pod, signal);
      tell.removed(set, pod);
    }
    const status = computeStatefulSetStatus(viewOf(set));
    await patchStatus({ kube, type: statefulSetType, view }, set, { status: { ...status }, signal });
    return plan.again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(plan.again, 1) };
  };

  const controller = context.createController({ name: "local.statefulset", maxConcurrent: 4, reconcile });
  controller.watches(sets);
  controller.watches(pods, (delta) => keysOfController(delta.object, "StatefulSet"));
  return controller;
}
