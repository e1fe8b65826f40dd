import {
  configMapType,
  cronJobType,
  csiNodeType,
  daemonSetType,
  deploymentType,
  jobType,
  leaseType,
  namespaceType,
  nodeType,
  persistentVolumeClaimType,
  persistentVolumeType,
  podDisruptionBudgetType,
  podType,
  replicaSetType,
  statefulSetType,
  storageClassType,
  volumeAttachmentType,
} from "../../api/index.ts";
import type { Job, KubeObject, PersistentVolumeClaim, Pod, ReplicaSet, VolumeAttachment } from "../../api/index.ts";
import type { InformerSet } from "../../kube/index.ts";
import { claimNamesOf } from "./pod-claims.ts";
import { controllerOf } from "./ownership.ts";

/** Names of the indexes that the stand-ins read. */
export const indexes = Object.freeze({
  /** By `spec.nodeName`; unbound objects are under the empty text. */
  node: "local/node",
  /** By UID of the managing owner. */
  controller: "local/controller",
  /** Objects without a managing owner, by namespace. */
  orphan: "local/orphan",
  /** Pods by `namespace/claim` of the volume claims that they use. */
  claim: "local/claim",
  /** Volume claims by the volume that they name. */
  volume: "local/volume",
});

const byController = (object: KubeObject): readonly string[] => {
  const owner = controllerOf(object);
  return owner === undefined ? [] : [owner.uid];
};

const byOrphanNamespace = (object: KubeObject): readonly string[] =>
  controllerOf(object) === undefined ? [object.metadata.namespace ?? ""] : [];

/** The same functions for whoever asks: a shared store refuses another function under a known name. */
const podIndexes = Object.freeze({
  [indexes.node]: (pod: Pod) => [pod.spec.nodeName ?? ""],
  [indexes.controller]: byController,
  [indexes.orphan]: byOrphanNamespace,
  [indexes.claim]: (pod: Pod) => claimNamesOf(pod).map((name) => `${pod.metadata.namespace ?? ""}/${name}`),
});

const ownedIndexes = Object.freeze({ [indexes.controller]: byController, [indexes.orphan]: byOrphanNamespace });

const claimIndexes = Object.freeze({
  [indexes.volume]: (claim: PersistentVolumeClaim) => (claim.spec.volumeName ? [claim.spec.volumeName] : []),
});

const attachmentIndexes = Object.freeze({
  [indexes.node]: (attachment: VolumeAttachment) => [attachment.spec.nodeName],
  [indexes.volume]: (attachment: VolumeAttachment) => [attachment.spec.source.persistentVolumeName ?? ""],
});

/** One informer per kind with all indexes that any stand-in needs. */
export function openCaches(informers: InformerSet) {
  return {
    pods: () => informers.informer<Pod>({ type: podType, indexes: podIndexes }),
    replicaSets: () => informers.informer<ReplicaSet>({ type: replicaSetType, indexes: ownedIndexes }),
    claims: () => informers.informer({ type: persistentVolumeClaimType, indexes: claimIndexes }),
    attachments: () => informers.informer({ type: volumeAttachmentType, indexes: attachmentIndexes }),
    jobs: () => informers.informer<Job>({ type: jobType, indexes: ownedIndexes }),
    nodes: () => informers.informer({ type: nodeType }),
    namespaces: () => informers.informer({ type: namespaceType }),
    rootCertificates: (name: string) =>
      informers.informer({ type: configMapType, fieldSelector: `metadata.name=${name}` }),
    volumes: () => informers.informer({ type: persistentVolumeType }),
    storageClasses: () => informers.informer({ type: storageClassType }),
    csiNodes: () => informers.informer({ type: csiNodeType }),
    leases: () => informers.informer({ type: leaseType }),
    deployments: () => informers.informer({ type: deploymentType }),
    statefulSets: () => informers.informer({ type: statefulSetType }),
    daemonSets: () => informers.informer({ type: daemonSetType }),
    cronJobs: () => informers.informer({ type: cronJobType }),
    budgets: () => informers.informer({ type: podDisruptionBudgetType }),
  };
}

/** Openers of the shared caches: only those called are listed and watched. */
export type Caches = ReturnType<typeof openCaches>;
