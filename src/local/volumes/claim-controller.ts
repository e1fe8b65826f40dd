import type { PersistentVolume, PersistentVolumeClaim } from "../../api/index.ts";
import { labels, persistentVolumeClaimType, persistentVolumeType } from "../../api/index.ts";
import { isKubeFault, objectKey } from "../../kube/index.ts";
import type { Controller } from "../../kube/index.ts";
import { selectedNodeAnnotation } from "../scheduler/volume-binder.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { nameOf } from "../stand-ins/ownership.ts";
import { patchStatus } from "../stand-ins/status-write.ts";
import { computeClaimPlan } from "./claim-plan.ts";

/** Binds volume claims to volumes, and makes volumes for those that nothing suits. */
export function createClaimController(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly zones: () => readonly string[] },
): Controller {
  const { kube } = context;
  const claims = parts.caches.claims();
  const volumes = parts.caches.volumes();
  const storageClasses = parts.caches.storageClasses();
  const nodes = parts.caches.nodes();
  const view = createFreshView(claims.store);
  const volumeView = createFreshView(volumes.store);

  const knownZones = (): readonly string[] => {
    const given = parts.zones();
    return given.length > 0
      ? given
      : nodes.store
          .list()
          .map(({ metadata }) => metadata.labels?.[labels.zone])
          .filter((zone) => zone !== undefined);
  };

  const patch = async (
    claim: PersistentVolumeClaim,
    body: unknown,
    signal: AbortSignal,
  ): Promise<PersistentVolumeClaim> =>
    view.wrote(await kube.patch(persistentVolumeClaimType, nameOf(claim), { type: "merge", body, signal }));

  const bind = async (claim: PersistentVolumeClaim, volume: PersistentVolume, signal: AbortSignal): Promise<void> => {
    const { name = "", namespace = "", uid = "" } = claim.metadata;
    if (volume.spec.claimRef?.uid !== uid) {
      const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid };
      const body = { metadata: { resourceVersion: volume.metadata.resourceVersion }, spec: { claimRef } };
      const target = { name: volume.metadata.name ?? "" };
      volumeView.wrote(await kube.patch(persistentVolumeType, target, { type: "merge", body, signal }));
    }
    const annotations = { "pv.kubernetes.io/bind-completed": "yes" };
    const spec = { volumeName: volume.metadata.name };
    const bound = claim.spec.volumeName ? claim : await patch(claim, { metadata: { annotations }, spec }, signal);
    const { accessModes = [], capacity = {} } = volume.spec;
    const status = { phase: "Bound", accessModes, capacity };
    await patchStatus({ kube, type: persistentVolumeClaimType, view }, bound, { status, signal });
  };

  const provision = async (volume: PersistentVolume, signal: AbortSignal): Promise<PersistentVolume> => {
    try {
      return volumeView.wrote(await kube.create(persistentVolumeType, volume, { signal }));
    } catch (error) {
      if (!isKubeFault(error, "AlreadyExists")) throw error;
      return kube.get(persistentVolumeType, { name: volume.metadata.name ?? "" }, { signal });
    }
  };

  const reconcile = async (key: string, signal: AbortSignal): Promise<void> => {
    const claim = view.get(key);
    if (claim === undefined) return;
    const plan = computeClaimPlan({
      claim,
      volumes: volumes.store.list().map((volume) => volumeView.get(volume.metadata.name ?? "") ?? volume),
      storageClasses: storageClasses.store.list(),
      node: (name) => nodes.store.get(name),
      zones: knownZones(),
    });
    if (plan.kind === "set-class") await patch(claim, { spec: { storageClassName: plan.storageClass } }, signal);
    if (plan.kind === "unselect")
      await patch(claim, { metadata: { annotations: { [selectedNodeAnnotation]: null } } }, signal);
    if (plan.kind === "bind") await bind(claim, plan.volume, signal);
    if (plan.kind === "provision") await bind(claim, await provision(plan.volume, signal), signal);
  };

  const controller = context.createController({ name: "local.volume-claim", maxConcurrent: 1, reconcile });
  const enqueuePending = (): void => {
    for (const claim of claims.store.list()) if (claim.status?.phase !== "Bound") controller.enqueue(objectKey(claim));
  };
  controller.watches(claims, (delta) => (delta.type === "deleted" ? [] : [objectKey(delta.object)]));
  volumes.subscribe((delta) => {
    if (delta.type === "added" && delta.object.spec.claimRef === undefined) enqueuePending();
  });
  storageClasses.subscribe((delta) => {
    if (delta.type !== "deleted") enqueuePending();
  });
  return controller;
}
