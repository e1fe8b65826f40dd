import type { PersistentVolume } from "../../api/index.ts";
import { persistentVolumeType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller } from "../../kube/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import { indexes } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { createFreshView } from "../stand-ins/fresh-view.ts";
import { isDeleting } from "../stand-ins/ownership.ts";
import { patchStatus } from "../stand-ins/status-write.ts";

/** Keeps the phase of volumes, and deletes or releases those whose claim is gone, as their reclaim policy says. */
export function createVolumeController(context: StandInContext, parts: { readonly caches: Caches }): Controller {
  const { kube } = context;
  const volumes = parts.caches.volumes();
  const claims = parts.caches.claims();
  const attachments = parts.caches.attachments();
  const view = createFreshView(volumes.store);

  /** Undefined while the volume waits for a claim of which only the name is known. */
  const phaseOf = (volume: PersistentVolume): "Available" | "Bound" | "Released" => {
    const reference = volume.spec.claimRef;
    if (reference?.uid === undefined) return "Available";
    const claim = claims.store.get(`${reference.namespace ?? ""}/${reference.name ?? ""}`);
    return claim?.metadata.uid === reference.uid ? "Bound" : "Released";
  };

  const isGone = async (volume: PersistentVolume, signal: AbortSignal): Promise<boolean> => {
    const { namespace = "", name = "", uid } = volume.spec.claimRef ?? {};
    try {
      const claim = await kube.get(claims.type, { namespace, name }, { signal });
      return claim.metadata.uid !== uid;
    } catch (error) {
      if (isKubeFault(error, "NotFound")) return true;
      throw error;
    }
  };

  const reclaim = async (volume: PersistentVolume, signal: AbortSignal): Promise<void> => {
    const { name = "", uid = "" } = volume.metadata;
    if (volume.spec.persistentVolumeReclaimPolicy !== "Delete") return;
    // A disk that is still attached cannot be deleted; the attachment's end brings the volume back here.
    if (attachments.store.byIndex(indexes.volume, name).length > 0) return;
    try {
      await kube.delete(persistentVolumeType, { name }, { uid, signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
    }
  };

  const reconcile = async (name: string, signal: AbortSignal): Promise<void> => {
    const volume = view.get(name);
    if (volume === undefined || isDeleting(volume)) return;
    const phase = phaseOf(volume);
    // The cache of claims may lag behind that of volumes: a claim counts as gone only by the server's word.
    if (phase === "Released" && !(await isGone(volume, signal))) return;
    await patchStatus({ kube, type: persistentVolumeType, view }, volume, { status: { phase }, signal });
    if (phase === "Released") await reclaim(volume, signal);
  };

  const controller = context.createController({ name: "local.volume", reconcile });
  controller.watches(volumes, (delta) => (delta.type === "deleted" ? [] : [delta.object.metadata.name ?? ""]));
  controller.watches(claims, (delta) => (delta.object.spec.volumeName ? [delta.object.spec.volumeName] : []));
  controller.watches(attachments, (delta) =>
    delta.type === "deleted" ? [delta.object.spec.source.persistentVolumeName ?? ""] : [],
  );
  return controller;
}
