import type { PersistentVolume, VolumeAttachment } from "../../api/index.ts";
import { volumeAttachmentType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { Controller } from "../../kube/index.ts";
import { attachmentNameOf } from "../scheduler/volume-rules.ts";
import type { Caches } from "../stand-ins/caches.ts";
import { indexes } from "../stand-ins/caches.ts";
import type { StandInContext } from "../stand-ins/context.ts";
import { claimNamesOf } from "../stand-ins/pod-claims.ts";
import { isTerminal } from "../stand-ins/pod-state.ts";

function attacherOf(volume: PersistentVolume): string | undefined {
  return volume.spec.awsElasticBlockStore === undefined ? volume.spec.csi?.driver : "ebs.csi.aws.com";
}

export function computeAttachment(volume: PersistentVolume, attacher: string, nodeName: string): VolumeAttachment {
  const persistentVolumeName = volume.metadata.name ?? "";
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: { name: attachmentNameOf(volume.spec.csi?.volumeHandle ?? persistentVolumeName, attacher, nodeName) },
    spec: { attacher, nodeName, source: { persistentVolumeName } },
  };
}

/** Attaches volumes to the nodes whose pods use them, and detaches them when the last such pod is gone. */
export function createAttachmentController(context: StandInContext, parts: { readonly caches: Caches }): Controller {
  const { kube } = context;
  const { caches } = parts;
  const attachments = caches.attachments();
  const wantedOn = createWantedAttachments(caches);

  const attach = async (attachment: VolumeAttachment, signal: AbortSignal): Promise<void> => {
    const name = attachment.metadata.name ?? "";
    try {
      await kube.create(volumeAttachmentType, attachment, { signal });
    } catch (error) {
      if (!isKubeFault(error, "AlreadyExists")) throw error;
    }
    const body = { status: { attached: true } };
    await kube.patch(volumeAttachmentType, { name }, { type: "merge", subresource: "status", body, signal });
  };

  const detach = async (attachment: VolumeAttachment, signal: AbortSignal): Promise<void> => {
    const { name = "", uid = "" } = attachment.metadata;
    try {
      await kube.delete(volumeAttachmentType, { name }, { uid, signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
    }
  };

  const reconcile = async (nodeName: string, signal: AbortSignal): Promise<void> => {
    const wanted = wantedOn(nodeName);
    const current = attachments.store.byIndex(indexes.node, nodeName);
    const attached = new Set(current.filter(({ status }) => status?.attached).map(({ metadata }) => metadata.name));
    for (const [name, attachment] of wanted) if (!attached.has(name)) await attach(attachment, signal);
    for (const attachment of current) {
      if (!wanted.has(attachment.metadata.name ?? "")) await detach(attachment, signal);
    }
  };

  const controller = context.createController({ name: "local.attachment", maxConcurrent: 8, reconcile });
  watchUsers(caches, controller);
  controller.watches(attachments, (delta) => [delta.object.spec.nodeName]);
  return controller;
}

/** What should be attached to a node: the bound volumes of its pods that have not ended. */
function createWantedAttachments(caches: Caches): (nodeName: string) => ReadonlyMap<string, VolumeAttachment> {
  const pods = caches.pods().store;
  const claims = caches.claims().store;
  const volumes = caches.volumes().store;
  const nodes = caches.nodes().store;
  return (nodeName) => {
    const wanted = new Map<string, VolumeAttachment>();
    if (nodes.get(nodeName) === undefined) return wanted;
    const live = pods.byIndex(indexes.node, nodeName).filter((pod) => !isTerminal(pod));
    const keys = live.flatMap((pod) => claimNamesOf(pod).map((name) => `${pod.metadata.namespace ?? ""}/${name}`));
    for (const key of keys) {
      const volume = volumes.get(claims.get(key)?.spec.volumeName ?? "");
      const attacher = volume === undefined ? undefined : attacherOf(volume);
      if (volume === undefined || attacher === undefined) continue;
      const attachment = computeAttachment(volume, attacher, nodeName);
      wanted.set(attachment.metadata.name ?? "", attachment);
    }
    return wanted;
  };
}

function watchUsers(caches: Caches, controller: Controller): void {
  const pods = caches.pods();
  controller.watches(pods, (delta) => {
    const { nodeName } = delta.object.spec;
    return nodeName && claimNamesOf(delta.object).length > 0 ? [nodeName] : [];
  });
  controller.watches(caches.nodes(), (delta) => (delta.type === "updated" ? [] : [delta.object.metadata.name ?? ""]));
  // A claim that binds after its pod was bound, as on a real control plane, attaches then.
  controller.watches(caches.claims(), (delta) =>
    pods.store
      .byIndex(indexes.claim, `${delta.object.metadata.namespace ?? ""}/${delta.object.metadata.name ?? ""}`)
      .flatMap(({ spec }) => (spec.nodeName ? [spec.nodeName] : [])),
  );
}
