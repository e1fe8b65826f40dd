import type { Pod, Volume } from "../../api/index.ts";

/** Name of the volume claim behind a pod's volume: its own, or `<pod>-<volume>` of a generic ephemeral one. */
export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name ?? ""}-${volume.name}`;
}

/** Volume claims that a pod uses, in order of its volumes, each once. */
export function claimNamesOf(pod: Pod): readonly string[] {
  const volumes = pod.spec.volumes;
  if (volumes === undefined) return [];
  const names = volumes.map((volume) => claimNameOf(pod, volume)).filter((name) => name !== undefined);
  return [...new Set(names)];
}
