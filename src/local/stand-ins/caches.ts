import {
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
import type { KubeObject, PersistentVolumeClaim, Pod, ReplicaSet, VolumeAttachment } from "../../api/index.ts";
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

/** One informer per kind with all indexes that any stand-in needs, so that whoever asks first asks for all. */
export function openCaches(informers: InformerSet) {
  return {
    pods: () =>
      informers.informer<Pod>({
        type: podType,
        indexes: {
          [indexes.node]: (pod) => [pod.spec.nodeName ?? ""],
          [indexes.controller]: byController,
          [indexes.orphan]: byOrphanNamespace,
          [indexes.claim]: (pod) => claimNamesOf(pod).map((name) => `${pod.metadata.namespace ?? ""}/${name}`),
        },
      }),
    replicaSets: () =>
      informers.informer<ReplicaSet>({
        type: replicaSetType,
        indexes: { [indexes.controller]: byController, [indexes.orphan]: byOrphanNamespace },
      }),
    claims: () =>
      informers.informer<PersistentVolumeClaim>({
        type: persistentVolumeClaimType,
        indexes: { [indexes.volume]: (claim) => (claim.spec.volumeName ? [claim.spec.volumeName] : []) },
      }),
    attachments: () =>
      informers.informer<VolumeAttachment>({
        type: volumeAttachmentType,
        indexes: {
          [indexes.node]: (attachment) => [attachment.spec.nodeName],
          [indexes.volume]: (attachment) => [attachment.spec.source.persistentVolumeName ?? ""],
        },
      }),
    jobs: () => informers.informer({ type: jobType, indexes: { [indexes.controller]: byController } }),
    nodes: () => informers.informer({ type: nodeType }),
    namespaces: () => informers.informer({ type: namespaceType }),
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
