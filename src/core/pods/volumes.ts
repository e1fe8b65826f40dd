/** Claims behind a pod's volumes (scheduling 1.4 and the driver rule of 2.8). */
import type { PersistentVolumeClaim, Pod } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { claimNameOf } from "./pod-shape.ts";

/** Storage objects by `namespace/name` (claims) or name. */
export type StorageObjects = Pick<ClusterSnapshot, "persistentVolumeClaims" | "persistentVolumes" | "storageClasses">;

/** What a provider cannot serve; both sets are empty unless it says so. */
export interface StorageRules {
  readonly unsupportedProvisioners: ReadonlySet<string>;
  readonly unsupportedTopologyKeys: ReadonlySet<string>;
}

export const noStorageRules: StorageRules = Object.freeze({
  unsupportedProvisioners: new Set<string>(),
  unsupportedTopologyKeys: new Set<string>(),
});

const bindCompleted = "pv.kubernetes.io/bind-completed";

/** In-tree volume plug-ins and the CSI drivers that took over from them. */
const csiSuccessors: ReadonlyMap<string, string> = new Map([
  ["kubernetes.io/aws-ebs", "ebs.csi.aws.com"],
  ["kubernetes.io/azure-disk", "disk.csi.azure.com"],
  ["kubernetes.io/azure-file", "file.csi.azure.com"],
  ["kubernetes.io/cinder", "cinder.csi.openstack.org"],
  ["kubernetes.io/gce-pd", "pd.csi.storage.gke.io"],
  ["kubernetes.io/portworx-volume", "pxd.portworx.com"],
  ["kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"],
]);

/** Why the pod's volumes keep it from being planned for, or undefined. The first bad volume ends the check. */
export function volumesProblem(
  pod: Pod,
  objects: StorageObjects,
  rules: StorageRules = noStorageRules,
): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const problem = claimProblem(`${pod.metadata.namespace ?? "default"}/${name}`, objects, rules);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * CSI driver of a claim: the bound volume's, else the class's provisioner. Undefined when the volume is not counted
 * (other kinds of volume, no class, class missing).
 */
export function csiDriverOf(claim: PersistentVolumeClaim, objects: StorageObjects): string | undefined {
  const { volumeName, storageClassName } = claim.spec;
  if (volumeName !== undefined && volumeName !== "") {
    const volume = objects.persistentVolumes.get(volumeName)?.spec;
    if (volume?.csi !== undefined) return volume.csi.driver;
    return volume?.awsElasticBlockStore === undefined ? undefined : "ebs.csi.aws.com";
  }
  const provisioner = objects.storageClasses.get(storageClassName ?? "")?.provisioner;
  return provisioner === undefined ? undefined : (csiSuccessors.get(provisioner) ?? provisioner);
}

function claimProblem(key: string, objects: StorageObjects, rules: StorageRules): string | undefined {
  const claim = objects.persistentVolumeClaims.get(key);
  if (claim === undefined) return `persistentvolumeclaim "${key}" not found`;
  if (claim.metadata.deletionTimestamp !== undefined) return "persistentvolumeclaim is being deleted";
  if (claim.status?.phase === "Lost") return "persistentvolumeclaim bound to non-existent persistentvolume";
  const { volumeName, storageClassName } = claim.spec;
  if (volumeName === undefined || volumeName === "") {
    if (storageClassName === undefined || storageClassName === "") return "unbound pvc must define a storage class";
    return prefixed(classProblem(storageClassName, objects, rules) ?? driverProblem(claim, objects, rules));
  }
  const bound = boundProblem(claim, volumeName, objects);
  if (bound !== undefined) return bound;
  return prefixed(driverProblem(claim, objects, rules));
}

function boundProblem(claim: PersistentVolumeClaim, volumeName: string, objects: StorageObjects): string | undefined {
  const volume = objects.persistentVolumes.get(volumeName);
  if (volume === undefined) return prefixed(`persistentvolume "${volumeName}" not found`);
  if (volume.metadata.deletionTimestamp !== undefined) return prefixed("persistentvolume is being deleted");
  if (claim.metadata.annotations?.[bindCompleted] !== undefined) return undefined;
  return `pvc is considered unbound because it does not contain annotation ${bindCompleted}`;
}

function classProblem(name: string, objects: StorageObjects, rules: StorageRules): string | undefined {
  const storageClass = objects.storageClasses.get(name);
  if (storageClass === undefined) return `failed to get storage class "${name}"`;
  if ((storageClass.volumeBindingMode ?? "Immediate") === "Immediate") {
    return "pvc with immediate volume binding mode must be bound";
  }
  const keys = (storageClass.allowedTopologies ?? []).flatMap((term) =>
    (term.matchLabelExpressions ?? []).map((expression) => expression.key),
  );
  const unsupported = keys.find((key) => rules.unsupportedTopologyKeys.has(key));
  return unsupported === undefined ? undefined : `storage class uses unsupported topology key, ${unsupported}`;
}

function driverProblem(claim: PersistentVolumeClaim, objects: StorageObjects, rules: StorageRules): string | undefined {
  const driver = csiDriverOf(claim, objects);
  if (driver === undefined || !rules.unsupportedProvisioners.has(driver)) return undefined;
  return `provisioner is not supported, ${driver}`;
}

const prefixed = (problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : `failed to validate pvc, ${problem}`;
