import type { UnplacedPod } from "../../core/index.ts";
import type { ObjectName } from "../model/place.ts";

/** Pods without a place that the object is, or has made: the name of a ReplicaSet begins with its Deployment's. */
export function pendingOf({ kind, namespace = "default", name }: ObjectName, unplaced: readonly UnplacedPod[]): number {
  return unplaced.filter(({ pod: { metadata } }) => {
    if ((metadata.namespace ?? "default") !== namespace) return false;
    if (kind === "Pod") return metadata.name === name;
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    return owner?.name === name || (owner !== undefined && owner.name.slice(0, owner.name.lastIndexOf("-")) === name);
  }).length;
}
