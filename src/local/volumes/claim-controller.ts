import type { PersistentVolume, PersistentVolumeClaim } from "../../api/index.ts";
import { labels, persistentVolumeClaimType, persistentVolumeType } from "../../api/index.ts";
import { isKubeFault, objectKey } from "../../kube/index.ts";
import type { Controller } from "../../kube/index.ts";
import { selectedNodeAnnotation } from "../scheduler/volume-binder.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import type { FreshView } from "../stand-ins/fresh-view.ts";
import { nameOf } from "../stand-ins/ownership.ts";
import { patchStatus } from "../stand-ins/status-write.ts";
import { computeClaimPlan } from "./claim-plan.ts";
import type { ClaimPlan } from "./claim-plan.ts";

interface Parts {
  readonly caches: Caches;
  /** Zones for volumes that may be anywhere; those of the nodes when empty. */
  readonly zones: readonly string[];
}

/** Binds volume claims to volumes, and makes volumes for those that nothing suits. */
export function createClaimController(context: StandInContext, parts: Parts): Controller {
  const claims = parts.caches.claims();
  const worker = new ClaimWorker(context, parts);
  const controller = context.createController({
    name: "local.volume-claim",
    // One at a time: two claims must not take the same volume.
    maxConcurrent: 1,
    reconcile: (key, signal) => worker.reconcile(key, signal),
  });
  const enqueuePending = (): void => {
    for (const claim of claims.store.list()) if (claim.status?.phase !== "Bound") controller.enqueue(objectKey(claim));
  };
  controller.watches(claims, (delta) => (delta.type === "deleted" ? [] : [objectKey(delta.object)]));
  parts.caches.volumes().subscribe((delta) => {
    if (delta.type === "added" && delta.object.spec.claimRef === undefined) enqueuePending();
  });
  parts.caches.storageClasses().subscribe((delta) => {
    if (delta.type !== "deleted") enqueuePending();
  });
  return controller;
}

class ClaimWorker {
  readonly #context: StandInContext;
  readonly #zones: readonly string[];
  readonly #volumes: ReturnType<Caches["volumes"]>;
  readonly #storageClasses: ReturnType<Caches["storageClasses"]>;
  readonly #nodes: ReturnType<Caches["nodes"]>;
  readonly #view: FreshView<PersistentVolumeClaim>;
  readonly #volumeView: FreshView<PersistentVolume>;

  constructor(context: StandInContext, { caches, zones }: Parts) {
    this.#context = context;
    this.#zones = zones;
    this.#volumes = caches.volumes();
    this.#storageClasses = caches.storageClasses();
    this.#nodes = caches.nodes();
    this.#view = createFreshView(caches.claims().store);
    this.#volumeView = createFreshView(this.#volumes.store);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<void> {
    const claim = this.#view.get(key);
    if (claim === undefined) return;
    const plan = computeClaimPlan({
      claim,
      volumes: this.#volumes.store.list().map((volume) => this.#volumeView.get(volume.metadata.name ?? "") ?? volume),
      storageClasses: this.#storageClasses.store.list(),
      node: (name) => this.#nodes.store.get(name),
      zones: this.#knownZones(),
    });
    await this.#perform(claim, plan, signal);
  }

  async #perform(claim: PersistentVolumeClaim, plan: ClaimPlan, signal: AbortSignal): Promise<void> {
    if (plan.kind === "set-class") await this.#patch(claim, { spec: { storageClassName: plan.storageClass } }, signal);
    if (plan.kind === "unselect") {
      await this.#patch(claim, { metadata: { annotations: { [selectedNodeAnnotation]: null } } }, signal);
    }
    if (plan.kind === "bind") await this.#bind(claim, plan.volume, signal);
    if (plan.kind === "provision") await this.#bind(claim, await this.#provision(plan.volume, signal), signal);
  }

  #knownZones(): readonly string[] {
    if (this.#zones.length > 0) return this.#zones;
    const zones = this.#nodes.store.list().map(({ metadata }) => metadata.labels?.[labels.zone]);
    return zones.filter((zone) => zone !== undefined);
  }

  async #patch(claim: PersistentVolumeClaim, body: unknown, signal: AbortSignal): Promise<PersistentVolumeClaim> {
    const { kube } = this.#context;
    return this.#view.wrote(
      await kube.patch(persistentVolumeClaimType, nameOf(claim), { type: "merge", body, signal }),
    );
  }

  /** First the volume names its claim, then the claim its volume: a crash in between is taken up by the next run. */
  async #bind(claim: PersistentVolumeClaim, volume: PersistentVolume, signal: AbortSignal): Promise<void> {
    const { kube } = this.#context;
    await this.#reserve(volume, claim, signal);
    const annotations = { "pv.kubernetes.io/bind-completed": "yes" };
    const body = { metadata: { annotations }, spec: { volumeName: volume.metadata.name } };
    const bound = claim.spec.volumeName ? claim : await this.#patch(claim, body, signal);
    const { accessModes = [], capacity = {} } = volume.spec;
    const status = { phase: "Bound", accessModes, capacity };
    await patchStatus({ kube, type: persistentVolumeClaimType, view: this.#view }, bound, { status, signal });
  }

  async #reserve(volume: PersistentVolume, claim: PersistentVolumeClaim, signal: AbortSignal): Promise<void> {
    const { name = "", namespace = "", uid = "" } = claim.metadata;
    if (volume.spec.claimRef?.uid === uid) return;
    const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid };
    const body = { metadata: { resourceVersion: volume.metadata.resourceVersion }, spec: { claimRef } };
    const target = { name: volume.metadata.name ?? "" };
    const { kube } = this.#context;
    this.#volumeView.wrote(await kube.patch(persistentVolumeType, target, { type: "merge", body, signal }));
  }

  async #provision(volume: PersistentVolume, signal: AbortSignal): Promise<PersistentVolume> {
    const { kube } = this.#context;
    try {
      return this.#volumeView.wrote(await kube.create(persistentVolumeType, volume, { signal }));
    } catch (error) {
      if (!isKubeFault(error, "AlreadyExists")) throw error;
      return kube.get(persistentVolumeType, { name: volume.metadata.name ?? "" }, { signal });
    }
  }
}
