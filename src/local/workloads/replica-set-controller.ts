import type { Pod, ReplicaSet } from "../../api/index.ts";
import { podType, replicaSetType } from "../../api/index.ts";
import { objectKey } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import { mapLimit } from "../../platform/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import type { OwnedObjects } from "../stand-ins/owned-objects.ts";
import { controllerOf, isDeleting, keysOfController } from "../stand-ins/ownership.ts";
import { patchStatus } from "../stand-ins/status-write.ts";
import { adoptAndRelease } from "./adoption.ts";
import { podEvents } from "./pod-events.ts";
import { generatedName, podFromTemplate } from "./pod-template.ts";
import { computeReplicaSetPlan } from "./replica-set-plan.ts";

/** Pods created or deleted at a time by one reconcile. */
const concurrentWrites = 25;

/** Events of pods within this time cost one status write. */
const gatherMilliseconds = 50;

/** Keeps the number of pods of every ReplicaSet. */
export function createReplicaSetController(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly ownedPods: OwnedObjects<Pod> },
): Controller {
  const { kube, clock } = context;
  const replicaSets = parts.caches.replicaSets();
  const pods = parts.caches.pods();
  const view = createFreshView(replicaSets.store);
  const { ownedPods } = parts;
  const { createPod, removePod } = podWrites(context, ownedPods);

  const reconcile = async (key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const replicaSet = view.get(key);
    if (replicaSet === undefined || isDeleting(replicaSet)) return undefined;
    const uid = replicaSet.metadata.uid ?? "";
    const { selector } = replicaSet.spec;
    await adoptAndRelease({ kube, type: podType, informer: pods, owned: ownedPods.of(uid) }, replicaSet, {
      selector,
      signal,
    });
    const plan = computeReplicaSetPlan(replicaSet, ownedPods.of(uid), clock.now());
    const toCreate = Array.from({ length: plan.create }, () => replicaSet);
    await mapLimit(toCreate, concurrentWrites, (owner, options) => createPod(owner, options.signal), { signal });
    await mapLimit(plan.remove, concurrentWrites, (pod, options) => removePod(replicaSet, pod, options.signal), {
      signal,
    });
    const { status } =
      plan.create + plan.remove.length === 0 ? plan : computeReplicaSetPlan(replicaSet, ownedPods.of(uid), clock.now());
    await patchStatus({ kube, type: replicaSetType, view }, replicaSet, { status: { ...status }, signal });
    return plan.again === undefined ? undefined : { requeueAfterMilliseconds: plan.again };
  };

  const controller = context.createController({ name: "local.replicaset", maxConcurrent: 8, reconcile });
  controller.watches(replicaSets);
  pods.subscribe((delta) => {
    const pod = delta.object;
    const keys =
      controllerOf(pod) === undefined
        ? replicaSets.store
            .list()
            .filter(({ metadata }) => metadata.namespace === pod.metadata.namespace)
            .map(objectKey)
        : keysOfController(pod, "ReplicaSet");
    // A lost pod is replaced at once; what only moves the status is gathered.
    const options = delta.type === "deleted" || isDeleting(pod) ? {} : { afterMilliseconds: gatherMilliseconds };
    for (const key of keys) controller.enqueue(key, options);
  });
  return controller;
}

/** Makes and ends a pod of a ReplicaSet, and tells of it. */
function podWrites({ ids, recorderFor }: StandInContext, ownedPods: OwnedObjects<Pod>) {
  const tell = podEvents(recorderFor("replicaset-controller"));

  const createPod = async (replicaSet: ReplicaSet, signal: AbortSignal): Promise<void> => {
    const generateName = `${replicaSet.metadata.name ?? ""}-`;
    const identity = { generateName, name: generatedName(generateName, ids.suffix()) };
    const pod = podFromTemplate(replicaSet, replicaSet.spec.template ?? { spec: { containers: [] } }, identity);
    tell.created(replicaSet, await ownedPods.create(pod, signal));
  };

  const removePod = async (replicaSet: ReplicaSet, pod: Pod, signal: AbortSignal): Promise<void> => {
    await ownedPods.remove(pod, signal);
    tell.removed(replicaSet, pod);
  };

  return { createPod, removePod };
}
