import type { Deployment, Pod, ReplicaSet } from "../../api/index.ts";
import { deploymentType, replicaSetType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { OwnedObjects } from "../stand-ins/owned-objects.ts";
import { controllerReference, isDeleting, keysOfController, nameOf } from "../stand-ins/ownership.ts";
import { isTerminal } from "../stand-ins/pod-state.ts";
import { conditionOf, patchStatus } from "../stand-ins/status-write.ts";
import { adoptAndRelease } from "./adoption.ts";
import {
  byAge,
  computeHistoryRemoval,
  computeRecreate,
  computeRollingUpdate,
  computeScaling,
  desiredReplicasAnnotation,
  firstSize,
  isScaling,
  mostReplicas,
  wantedReplicas,
} from "./deployment-rollout.ts";
import type { Sizes } from "./deployment-rollout.ts";
import { computeDeploymentStatus, isComplete, untilDeadline } from "./deployment-status.ts";
import { findCurrent, revisionAnnotation, revisionOf, templateHash, templateHashLabel } from "./template-revision.ts";

interface Rollout {
  readonly deployment: Deployment;
  readonly sets: readonly ReplicaSet[];
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  readonly signal: AbortSignal;
}

const maxReplicasAnnotation = "deployment.kubernetes.io/max-replicas";

const sizeAnnotations = (deployment: Deployment) => ({
  [desiredReplicasAnnotation]: String(wantedReplicas(deployment)),
  [maxReplicasAnnotation]: String(mostReplicas(deployment)),
});

/** Rolls Deployments out over ReplicaSets. */
export function createDeploymentController(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly ownedPods: OwnedObjects<Pod> },
): Controller {
  const { kube, clock } = context;
  const deployments = parts.caches.deployments();
  const replicaSets = parts.caches.replicaSets();
  const view = createFreshView(deployments.store);
  const setView = createFreshView(replicaSets.store);
  const ownedSets = new OwnedObjects({ kube, clock, type: replicaSetType, informer: replicaSets });

  const setsOf = (deployment: Deployment): readonly ReplicaSet[] =>
    ownedSets
      .of(deployment.metadata.uid ?? "")
      .map((set) => setView.get(`${set.metadata.namespace ?? ""}/${set.metadata.name ?? ""}`) ?? set)
      .filter((set) => !isDeleting(set))
      .sort(byAge);

  const createSet = async (rollout: Rollout): Promise<void> => {
    const { deployment, sets, old, signal } = rollout;
    const { name = "", namespace = "", uid } = deployment.metadata;
    const { template, selector, minReadySeconds } = deployment.spec;
    const revision = Math.max(0, ...sets.map(revisionOf)) + 1;
    for (let collisions = 0; ; collisions += 1) {
      const hash = templateHash(template, collisions);
      const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
      const annotations = { ...sizeAnnotations(deployment), [revisionAnnotation]: String(revision) };
      const set: ReplicaSet = {
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: {
          name: `${name}-${hash}`,
          namespace,
          labels,
          annotations,
          ownerReferences: [controllerReference(deployment)],
        },
        spec: {
          replicas: firstSize(deployment, old),
          selector: { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } },
          template: { ...template, metadata: { ...template.metadata, labels } },
          ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
        },
      };
      try {
        await ownedSets.create(set, signal);
        return;
      } catch (error) {
        if (!isKubeFault(error, "AlreadyExists")) throw error;
        const other = await kube.get(replicaSetType, { name: `${name}-${hash}`, namespace }, { signal });
        if (other.metadata.ownerReferences?.some((reference) => reference.uid === uid)) return;
      }
    }
  };

  const resize = async (rollout: Rollout, sizes: Sizes): Promise<void> => {
    const annotations = sizeAnnotations(rollout.deployment);
    for (const set of rollout.sets) {
      const replicas = sizes.get(set.metadata.name ?? "");
      const isNoted = set.metadata.annotations?.[desiredReplicasAnnotation] === annotations[desiredReplicasAnnotation];
      const isSized = replicas === undefined || replicas === set.spec.replicas;
      if (isSized && (isNoted || (set.spec.replicas ?? 1) === 0)) continue;
      const body = { metadata: { annotations }, ...(replicas === undefined ? {} : { spec: { replicas } }) };
      setView.wrote(await kube.patch(replicaSetType, nameOf(set), { type: "merge", body, signal: rollout.signal }));
    }
  };

  /** A rollback makes an old set current again: it gets the newest revision. */
  const raiseRevision = async ({ current, sets, signal }: Rollout): Promise<void> => {
    if (current === undefined) return;
    const newest = Math.max(0, ...sets.filter((set) => set !== current).map(revisionOf));
    if (revisionOf(current) > newest) return;
    const body = { metadata: { annotations: { [revisionAnnotation]: String(newest + 1) } } };
    setView.wrote(await kube.patch(replicaSetType, nameOf(current), { type: "merge", body, signal }));
  };

  const oldPods = ({ old }: Rollout): number =>
    old.flatMap((set) => parts.ownedPods.of(set.metadata.uid ?? "")).filter((pod) => !isTerminal(pod)).length;

  const step = async (rollout: Rollout): Promise<void> => {
    const { deployment, current, old, sets } = rollout;
    if (deployment.spec.paused === true || isScaling(deployment, sets))
      return resize(rollout, computeScaling(deployment, sets));
    if (deployment.spec.strategy?.type === "Recreate") {
      const { sizes, mayCreate } = computeRecreate(deployment, current, { old, oldPods: oldPods(rollout) });
      await resize(rollout, sizes);
      if (mayCreate && current === undefined) await createSet(rollout);
      return raiseRevision(rollout);
    }
    if (current === undefined) return createSet(rollout);
    await raiseRevision(rollout);
    return resize(rollout, computeRollingUpdate(deployment, current, old));
  };

  const rolloutOf = (deployment: Deployment, signal: AbortSignal): Rollout => {
    const sets = setsOf(deployment);
    const current = findCurrent(sets, deployment.spec.template, templateHash(deployment.spec.template));
    return { deployment, sets, current, old: sets.filter((set) => set !== current), signal };
  };

  const noteRevision = async (
    deployment: Deployment,
    current: ReplicaSet | undefined,
    signal: AbortSignal,
  ): Promise<Deployment> => {
    const revision = current?.metadata.annotations?.[revisionAnnotation];
    if (revision === undefined || deployment.metadata.annotations?.[revisionAnnotation] === revision) return deployment;
    const body = { metadata: { annotations: { [revisionAnnotation]: revision } } };
    return view.wrote(await kube.patch(deploymentType, nameOf(deployment), { type: "merge", body, signal }));
  };

  const reconcile = async (key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> => {
    const found = view.get(key);
    if (found === undefined || isDeleting(found)) return undefined;
    const { selector } = found.spec;
    const owned = ownedSets.of(found.metadata.uid ?? "");
    await adoptAndRelease({ kube, type: replicaSetType, informer: replicaSets, owned }, found, { selector, signal });
    await step(rolloutOf(found, signal));
    const { current, old } = rolloutOf(found, signal);
    const deployment = await noteRevision(found, current, signal);
    const status = computeDeploymentStatus(deployment, { current, old }, clock.now());
    if (isComplete(deployment, status)) {
      for (const set of computeHistoryRemoval(deployment, old)) await ownedSets.remove(set, signal);
    }
    await patchStatus({ kube, type: deploymentType, view }, deployment, { status: { ...status }, signal });
    const again = untilDeadline(deployment, conditionOf(status.conditions, "Progressing"), clock.now());
    return again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(again, 1000) };
  };

  const controller = context.createController({ name: "local.deployment", maxConcurrent: 8, reconcile });
  controller.watches(deployments);
  controller.watches(replicaSets, (delta) => {
    const keys = keysOfController(delta.object, "Deployment");
    if (keys.length > 0 || delta.object.metadata.ownerReferences?.length) return keys;
    const { namespace } = delta.object.metadata;
    return deployments.store
      .list()
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata }) => `${namespace ?? ""}/${metadata.name ?? ""}`);
  });
  watchLastPods(context, parts.caches, controller);
  return controller;
}

/** Recreate waits for the last old pod to be gone, which changes no ReplicaSet. */
function watchLastPods(_context: StandInContext, caches: Caches, controller: Controller): void {
  const replicaSets = caches.replicaSets();
  caches.pods().subscribe((delta) => {
    if (delta.type !== "deleted") return;
    for (const key of keysOfController(delta.object, "ReplicaSet")) {
      const set = replicaSets.store.get(key);
      for (const owner of set === undefined ? [] : keysOfController(set, "Deployment")) controller.enqueue(owner);
    }
  });
}
