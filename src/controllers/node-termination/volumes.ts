import type { PersistentVolumeClaim, Pod, Volume, VolumeAttachment } from "../../api/index.ts";
import { type EpochMillis, isDrainable } from "../../core/index.ts";
import type { Store } from "../../kube/index.ts";

/**
 * Attachments that must go before the machine may (spec: lifecycle 2.5): all of the node's, but for those of volumes
 * that pods hold which the drain does not move. In order of name.
 */
export function computePendingAttachments(node: {
  readonly attachments: readonly VolumeAttachment[];
  readonly pods: readonly Pod[];
  readonly claims: Store<PersistentVolumeClaim>;
  readonly now: EpochMillis;
}): readonly VolumeAttachment[] {
  const staying = new Set(
    node.pods.filter((pod) => !isDrainable(pod, node.now)).flatMap((pod) => volumeNamesOf(pod, node.claims)),
  );
  return node.attachments.filter(({ spec }) => {
    const volume = spec.source.persistentVolumeName ?? "";
    return volume !== "" && !staying.has(volume);
  });
}

/** PersistentVolumes behind a pod's volumes; a claim that does not exist is skipped. */
function volumeNamesOf(pod: Pod, claims: Store<PersistentVolumeClaim>): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => {
    const claimName = claimNameOf(pod, volume);
    if (claimName === undefined) return [];
    return claims.get(`${pod.metadata.namespace}/${claimName}`)?.spec.volumeName ?? [];
  });
}

function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`;
}
