import type { Deployment, Pod, ReplicaSet } from "../../api/index.ts";
import { deploymentType, replicaSetType } from "../../api/index.ts";
import { isKubeFault, objectKey } from "../../kube/index.ts";
import type { Controller, EventRecorder, ReconcileResult } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import type { FreshView } from "../stand-ins/fresh-view.ts";
import { OwnedObjects } from "../stand-ins/owned-objects.ts";
import { controllerOf, controllerReference, isDeleting, keysOfController, nameOf } from "../stand-ins/ownership.ts";
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

const ownAnnotations: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "deployment.kubernetes.io/revision-history",
  "deprecated.deployment.rollback.to",
  revisionAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
]);

/** Annotations that a ReplicaSet takes over, such as the cause of a change that `rollout history` prints. */
const sharedAnnotations = (deployment: Deployment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !ownAnnotations.has(name)),
  );

/** Rolls Deployments out over ReplicaSets. */
export function createDeploymentController(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly ownedPods: OwnedObjects<Pod> },
): Controller {
  const { caches } = parts;
  const worker = new DeploymentWorker(context, parts);
  const controller = context.createController({
    name: "local.deployment",
    maxConcurrent: 8,
    reconcile: (key, signal) => worker.reconcile(key, signal),
  });
  const deployments = caches.deployments();
  const replicaSets = caches.replicaSets();
  controller.watches(deployments);
  controller.watches(replicaSets, ({ object }) => {
    if (controllerOf(object) !== undefined) return keysOfController(object, "Deployment");
    const { namespace } = object.metadata;
    return deployments.store
      .list()
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(objectKey);
  });
  // Recreate waits for the last old pod to be gone, which changes no ReplicaSet.
  controller.watches(caches.pods(), (delta) => {
    if (delta.type !== "deleted") return [];
    const sets = keysOfController(delta.object, "ReplicaSet").map((key) => replicaSets.store.get(key));
    return sets.flatMap((set) => (set === undefined ? [] : keysOfController(set, "Deployment")));
  });
  return controller;
}

/** A new ReplicaSet of a Deployment; its size and revision are the caller's. */
export function computeReplicaSet(
  deployment: Deployment,
  made: { readonly hash: string; readonly replicas: number; readonly revision: number },
): ReplicaSet {
  const { name = "", namespace = "" } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec;
  const labels = { ...template.metadata?.labels, [templateHashLabel]: made.hash };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${name}-${made.hash}`,
      namespace,
      labels,
      annotations: {
        ...sharedAnnotations(deployment),
        ...sizeAnnotations(deployment),
        [revisionAnnotation]: String(made.revision),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: made.replicas,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: made.hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    },
  };
}

class DeploymentWorker {
  readonly #context: StandInContext;
  readonly #view: FreshView<Deployment>;
  readonly #setView: FreshView<ReplicaSet>;
  readonly #replicaSets: ReturnType<Caches["replicaSets"]>;
  readonly #ownedSets: OwnedObjects<ReplicaSet>;
  readonly #ownedPods: OwnedObjects<Pod>;
  readonly #recorder: EventRecorder;

  constructor(context: StandInContext, parts: { readonly caches: Caches; readonly ownedPods: OwnedObjects<Pod> }) {
    const { kube, clock } = context;
    this.#context = context;
    this.#ownedPods = parts.ownedPods;
    this.#recorder = context.recorderFor("deployment-controller");
    this.#replicaSets = parts.caches.replicaSets();
    this.#view = createFreshView(parts.caches.deployments().store);
    this.#setView = createFreshView(this.#replicaSets.store);
    this.#ownedSets = new OwnedObjects({ kube, clock, type: replicaSetType, informer: this.#replicaSets });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { kube, clock } = this.#context;
    const found = this.#view.get(key);
    if (found === undefined || isDeleting(found)) return undefined;
    const { selector } = found.spec;
    const owned = this.#ownedSets.of(found.metadata.uid ?? "");
    const target = { kube, type: replicaSetType, informer: this.#replicaSets, owned };
    await adoptAndRelease(target, found, { selector, signal });
    await this.#step(this.#rolloutOf(found, signal));
    const { current, old } = this.#rolloutOf(found, signal);
    const deployment = await this.#noteRevision(found, current, signal);
    const status = computeDeploymentStatus(deployment, { current, old }, clock.now());
    if (isComplete(deployment, status)) {
      for (const set of computeHistoryRemoval(deployment, old)) await this.#ownedSets.remove(set, signal);
    }
    await patchStatus({ kube, type: deploymentType, view: this.#view }, deployment, { status: { ...status }, signal });
    const again = untilDeadline(deployment, conditionOf(status.conditions, "Progressing"), clock.now());
    return again === undefined ? undefined : { requeueAfterMilliseconds: Math.max(again, 1000) };
  }

  #rolloutOf(deployment: Deployment, signal: AbortSignal): Rollout {
    const sets = this.#ownedSets
      .of(deployment.metadata.uid ?? "")
      .map((set) => this.#setView.get(objectKey(set)) ?? set)
      .filter((set) => !isDeleting(set))
      .sort(byAge);
    const current = findCurrent(sets, deployment.spec.template, templateHash(deployment.spec.template));
    return { deployment, sets, current, old: sets.filter((set) => set !== current), signal };
  }

  async #step(rollout: Rollout): Promise<void> {
    const { deployment, current, old, sets } = rollout;
    if (deployment.spec.paused === true || isScaling(deployment, sets)) {
      return this.#resize(rollout, computeScaling(deployment, sets));
    }
    if (deployment.spec.strategy?.type === "Recreate") return this.#recreate(rollout);
    if (current === undefined) return this.#createSet(rollout);
    await this.#raiseRevision(rollout);
    return this.#resize(rollout, computeRollingUpdate(deployment, current, old));
  }

  async #recreate(rollout: Rollout): Promise<void> {
    const { deployment, current, old } = rollout;
    const pods = old.flatMap((set) => this.#ownedPods.of(set.metadata.uid ?? ""));
    const oldPods = pods.filter((pod) => !isTerminal(pod)).length;
    const { sizes, mayCreate } = computeRecreate(deployment, current, { old, oldPods });
    await this.#resize(rollout, sizes);
    if (mayCreate && current === undefined) await this.#createSet(rollout);
    else await this.#raiseRevision(rollout);
  }

  async #createSet({ deployment, sets, old, signal }: Rollout): Promise<void> {
    const { kube } = this.#context;
    const revision = Math.max(0, ...sets.map(revisionOf)) + 1;
    const replicas = firstSize(deployment, old);
    for (let collisions = 0; ; collisions += 1) {
      const hash = templateHash(deployment.spec.template, collisions);
      const set = computeReplicaSet(deployment, { hash, replicas, revision });
      try {
        await this.#ownedSets.create(set, signal);
        return this.#tellSize(deployment, set, { from: 0, to: replicas });
      } catch (error) {
        if (!isKubeFault(error, "AlreadyExists")) throw error;
        const other = await kube.get(replicaSetType, nameOf(set), { signal });
        if (controllerOf(other)?.uid === deployment.metadata.uid) return;
      }
    }
  }

  async #resize(rollout: Rollout, sizes: Sizes): Promise<void> {
    const annotations = sizeAnnotations(rollout.deployment);
    for (const set of rollout.sets) {
      const replicas = sizes.get(set.metadata.name ?? "") ?? set.spec.replicas ?? 1;
      const isNoted = set.metadata.annotations?.[desiredReplicasAnnotation] === annotations[desiredReplicasAnnotation];
      const isSized = replicas === (set.spec.replicas ?? 1);
      if (isSized && (isNoted || replicas === 0)) continue;
      await this.#patchSet(set, { metadata: { annotations }, spec: { replicas } }, rollout.signal);
      this.#tellSize(rollout.deployment, set, { from: set.spec.replicas ?? 1, to: replicas });
    }
  }

  #tellSize(
    deployment: Deployment,
    set: ReplicaSet,
    { from, to }: { readonly from: number; readonly to: number },
  ): void {
    if (from === to) return;
    const message = `Scaled ${from < to ? "up" : "down"} replica set ${set.metadata.name ?? ""} from ${from} to ${to}`;
    this.#recorder.publish({ object: deployment, type: "Normal", reason: "ScalingReplicaSet", message });
  }

  /** A rollback makes an old set current again: it gets the newest revision, and the Deployment's annotations anyway. */
  async #raiseRevision({ deployment, current, sets, signal }: Rollout): Promise<void> {
    if (current === undefined) return;
    const newest = Math.max(0, ...sets.filter((set) => set !== current).map(revisionOf));
    const shared = sharedAnnotations(deployment);
    const isNoted = Object.entries(shared).every(([name, value]) => current.metadata.annotations?.[name] === value);
    if (revisionOf(current) > newest && isNoted) return;
    const annotations = { ...shared, [revisionAnnotation]: String(Math.max(revisionOf(current), newest + 1)) };
    await this.#patchSet(current, { metadata: { annotations } }, signal);
  }

  async #patchSet(set: ReplicaSet, body: unknown, signal: AbortSignal): Promise<void> {
    this.#setView.wrote(await this.#context.kube.patch(replicaSetType, nameOf(set), { type: "merge", body, signal }));
  }

  async #noteRevision(
    deployment: Deployment,
    current: ReplicaSet | undefined,
    signal: AbortSignal,
  ): Promise<Deployment> {
    const revision = current?.metadata.annotations?.[revisionAnnotation];
    if (revision === undefined || deployment.metadata.annotations?.[revisionAnnotation] === revision) return deployment;
    const body = { metadata: { annotations: { [revisionAnnotation]: revision } } };
    const { kube } = this.#context;
    return this.#view.wrote(await kube.patch(deploymentType, nameOf(deployment), { type: "merge", body, signal }));
  }
}
