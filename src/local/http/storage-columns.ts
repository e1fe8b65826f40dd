/** Columns of volumes, claims, storage classes and drivers. */
import type { ApiObject } from "../store/api-object.ts";
import { ageColumn, at, column, count, list, nameColumn, text, wide, type Column } from "./columns.ts";

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

const modes = (object: unknown, path: string): string =>
  list(object, path)
    .map((mode) => shortModes[String(mode)] ?? String(mode))
    .join(",");

const defaultMark = "storageclass.kubernetes.io/is-default-class";

const boundText = (object: ApiObject, path: string): string => text(object, path, "");

export const storageColumns: Readonly<Record<string, readonly Column[]>> = {
  PersistentVolumeClaim: [
    nameColumn,
    column("Status", (claim) =>
      claim.metadata.deletionTimestamp === undefined ? text(claim, "status.phase", "") : "Terminating",
    ),
    column("Volume", (claim) => boundText(claim, "spec.volumeName")),
    column("Capacity", (claim) => (at(claim, "spec.volumeName") ? boundText(claim, "status.capacity.storage") : "")),
    column("Access Modes", (claim) => (at(claim, "spec.volumeName") ? modes(claim, "status.accessModes") : "")),
    column("StorageClass", (claim) => boundText(claim, "spec.storageClassName")),
    column("VolumeAttributesClass", (claim) => text(claim, "spec.volumeAttributesClassName", "<unset>")),
    ageColumn,
    wide("VolumeMode", (claim) => text(claim, "spec.volumeMode", "<unset>")),
  ],
  PersistentVolume: [
    nameColumn,
    column("Capacity", (volume) => boundText(volume, "spec.capacity.storage")),
    column("Access Modes", (volume) => modes(volume, "spec.accessModes")),
    column("Reclaim Policy", (volume) => boundText(volume, "spec.persistentVolumeReclaimPolicy")),
    column("Status", (volume) =>
      volume.metadata.deletionTimestamp === undefined ? text(volume, "status.phase", "") : "Terminating",
    ),
    column("Claim", (volume) =>
      at(volume, "spec.claimRef") === undefined
        ? ""
        : `${text(volume, "spec.claimRef.namespace", "")}/${text(volume, "spec.claimRef.name", "")}`,
    ),
    column("StorageClass", (volume) => boundText(volume, "spec.storageClassName")),
    column("VolumeAttributesClass", (volume) => text(volume, "spec.volumeAttributesClassName", "<unset>")),
    column("Reason", (volume) => boundText(volume, "status.reason")),
    ageColumn,
    wide("VolumeMode", (volume) => text(volume, "spec.volumeMode", "<unset>")),
  ],
  StorageClass: [
    column(
      "Name",
      (object) => `${object.metadata.name}${object.metadata.annotations?.[defaultMark] === "true" ? " (default)" : ""}`,
      { format: "name" },
    ),
    column("Provisioner", (object) => text(object, "provisioner", "")),
    column("ReclaimPolicy", (object) => text(object, "reclaimPolicy", "Delete")),
    column("VolumeBindingMode", (object) => text(object, "volumeBindingMode", "Immediate")),
    column("AllowVolumeExpansion", (object) => at(object, "allowVolumeExpansion") === true),
    ageColumn,
  ],
  CSINode: [nameColumn, count("Drivers", (object) => list(object, "spec.drivers").length), ageColumn],
  CSIDriver: [
    nameColumn,
    column("AttachRequired", (object) => at(object, "spec.attachRequired") !== false, { type: "boolean" }),
    column("PodInfoOnMount", (object) => at(object, "spec.podInfoOnMount") === true, { type: "boolean" }),
    column("StorageCapacity", (object) => at(object, "spec.storageCapacity") === true, { type: "boolean" }),
    column("TokenRequests", (object) => text(object, "spec.tokenRequests", "<unset>")),
    column("RequiresRepublish", (object) => at(object, "spec.requiresRepublish") === true, { type: "boolean" }),
    column("Modes", (object) => list(object, "spec.volumeLifecycleModes").map(String).join(",") || "Persistent"),
    ageColumn,
  ],
  VolumeAttachment: [
    nameColumn,
    column("Attacher", (object) => text(object, "spec.attacher", "")),
    column("PV", (object) => text(object, "spec.source.persistentVolumeName", "")),
    column("Node", (object) => text(object, "spec.nodeName", "")),
    column("Attached", (object) => at(object, "status.attached") === true, { type: "boolean" }),
    ageColumn,
  ],
};
