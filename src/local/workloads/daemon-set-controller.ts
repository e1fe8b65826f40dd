import type { DaemonSet, Pod } from "../../api/index.ts";
import { daemonSetType, podType } from "../../api/index.ts";
import { objectKey } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import { mapLimit } from "../../platform/index.ts";
import { isSameForScheduling } from "../scheduler/cluster-events.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import type { OwnedObjects } from "../stand-ins/owned-objects.ts";
import { isDeleting, keysOfController } from "../stand-ins/ownership.ts";
import { patchStatus } from "../stand-ins/status-write.ts";
import { adoptAndRelease } from "./adoption.ts";
import { createRevisionHistory, revisionHash, revisionHashLabel } from "./controller-revision.ts";
import { computeDaemonSetPlan, daemonPodSpec } from "./daemon-set-plan.ts";
import { podEvents } from "./pod-events.ts";
import { generatedName, podFromTemplate } from "./pod-template.ts";

const concurrentWrites = 25;

/** Nodes come in waves: events within this time cost one look at all of them. */
const gatherMilliseconds = 100;

/** Keeps one pod of every DaemonSet on each node where it belongs. */
export function createDaemonSetController(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly ownedPods: OwnedObjects<Pod> },
): Controller {
  const { kube, clock, ids } = context;
  const sets = parts.caches.daemonSets();
  const nodes = parts.caches.nodes();
  const pods = parts.caches.pods();
  const view = createFreshView(sets.store);
  const history = createRevisionHistory(kube);
  const { ownedPods } = parts;
  const tell = podEvents(context.recorderFor("daemonset-controller"));

  const createPod = async (set: DaemonSet, nodeName: string, signal: AbortSignal): Promise<void> => {
    const { template } = set.spec;
    const generateName = `${set.metadata.name ?? ""}-`;
    const pod = podFromTemplate(set, template, {
      generateName,
      name: generatedName(generateName, ids.suffix()),
      labels: {
        [revisionHashLabel]: revisionHash(template),
        "pod-template-generation": String(set.metadata.generation ?? 1),
      },
      spec: daemonPodSpec(template.spec, nodeName),
    });
    tell.created(set, await ownedPods.create(pod, signal));
  };

  const removePod = async (set: DaemonSet, pod: Pod, signal: AbortSignal): Promise<void> => {
    await ownedPods.remove(pod, signal);
    tell.removed(set, pod);
  };

  const reconcile = async (key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const set = view.get(key);
    if (set === undefined || isDeleting(set)) return undefined;
    await history.note(set, set.spec.template, signal);
    const uid = set.metadata.uid ?? "";
    const { selector } = set.spec;
    await adoptAndRelease({ kube, type: podType, informer: pods, owned: ownedPods.of(uid) }, set, { selector, signal });
    const plan = computeDaemonSetPlan(set, { nodes: nodes.store.list(), owned: ownedPods.of(uid), now: clock.now() });
    await mapLimit(plan.create, concurrentWrites, (node, options) => createPod(set, node, options.signal), { signal });
    await mapLimit(plan.remove, concurrentWrites, (pod, options) => removePod(set, pod, options.signal), { signal });
    await patchStatus({ kube, type: daemonSetType, view }, set, { status: { ...plan.status }, signal });
    return plan.again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(plan.again, 1) };
  };

  const controller = context.createController({ name: "local.daemonset", maxConcurrent: 4, reconcile });
  const enqueue = (keys: readonly string[]): void => {
    for (const key of keys) controller.enqueue(key, { afterMilliseconds: gatherMilliseconds });
  };
  controller.watches(sets);
  pods.subscribe((delta) => enqueue(keysOfController(delta.object, "DaemonSet")));
  nodes.subscribe((delta) => {
    const isNews = delta.type !== "updated" || !isSameForScheduling(delta.previous, delta.object);
    if (isNews) enqueue(sets.store.list().map(objectKey));
  });
  return controller;
}
