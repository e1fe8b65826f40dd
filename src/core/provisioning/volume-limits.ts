import type { CSINode, Pod } from "../../api/index.ts";
import { claimNameOf } from "../pods/pod-shape.ts";
import { csiDriverOf, type StorageObjects } from "../pods/volumes.ts";

/** Claims (`namespace/name`) by CSI driver; pods that share a claim count it once (scheduling 2.8). */
export type VolumeUse = ReadonlyMap<string, ReadonlySet<string>>;

const noVolumes: VolumeUse = new Map();

/** Volumes that count against a node's limits. Other kinds of volume, and claims without a driver, do not. */
export function volumeUse(pods: readonly Pod[], objects: StorageObjects): VolumeUse {
  const use = new Map<string, Set<string>>();
  for (const pod of pods) {
    for (const volume of pod.spec.volumes ?? []) {
      const name = claimNameOf(pod, volume);
      if (name === undefined) continue;
      const key = `${pod.metadata.namespace ?? "default"}/${name}`;
      const claim = objects.persistentVolumeClaims.get(key);
      const driver = claim === undefined ? undefined : csiDriverOf(claim, objects);
      if (driver === undefined) continue;
      const claims = use.get(driver) ?? new Set<string>();
      use.set(driver, claims.add(key));
    }
  }
  return use.size === 0 ? noVolumes : use;
}

/** Whether the node can attach both; a driver without an entry, or without `allocatable`, has no limit. */
export function attachable(node: CSINode | undefined, here: VolumeUse, more: VolumeUse): boolean {
  for (const { name, allocatable } of node?.spec.drivers ?? []) {
    if (allocatable === undefined) continue;
    const claims = new Set([...(here.get(name) ?? []), ...(more.get(name) ?? [])]);
    if (claims.size > (allocatable.count ?? 0)) return false;
  }
  return true;
}

export function joinUse(here: VolumeUse, more: VolumeUse): VolumeUse {
  if (more.size === 0) return here;
  const sum = new Map(here);
  for (const [driver, claims] of more) sum.set(driver, new Set([...(here.get(driver) ?? []), ...claims]));
  return sum;
}
