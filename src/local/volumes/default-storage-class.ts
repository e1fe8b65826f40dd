import type { StorageClass } from "../../api/index.ts";

/** Marks the class of claims that name none. */
export const defaultClassAnnotation = "storageclass.kubernetes.io/is-default-class";

/** The class that the embedded cluster starts with: EBS gp3, made where the first pod goes. */
export const defaultStorageClass: StorageClass & { readonly allowVolumeExpansion: boolean } = Object.freeze({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "gp3", annotations: { [defaultClassAnnotation]: "true" } },
  provisioner: "ebs.csi.aws.com",
  parameters: { type: "gp3" },
  reclaimPolicy: "Delete",
  volumeBindingMode: "WaitForFirstConsumer",
  allowVolumeExpansion: true,
});

/** The default among the classes: the newest that is marked, then by name. */
export function defaultAmong(classes: readonly StorageClass[]): StorageClass | undefined {
  return classes
    .filter(({ metadata }) => metadata.annotations?.[defaultClassAnnotation] === "true")
    .sort((left, right) => {
      const [a, b] = [left, right].map(({ metadata }) => metadata.creationTimestamp ?? "");
      if (a !== b) return (a ?? "") > (b ?? "") ? -1 : 1;
      return (left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1;
    })[0];
}
