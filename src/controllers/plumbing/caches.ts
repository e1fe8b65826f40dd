import {
  type CSINode,
  csiNodeType,
  type DaemonSet,
  daemonSetType,
  type KubeObject,
  type Namespace,
  type Node,
  type NodeClaim,
  type NodePool,
  namespaceType,
  nodeClaimType,
  nodePoolType,
  nodeType,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type PodDisruptionBudget,
  persistentVolumeClaimType,
  persistentVolumeType,
  podDisruptionBudgetType,
  podType,
  type Condition,
  type NodeClassReference,
  type ResourceSlice,
  type ResourceType,
  resourceSliceType,
  type StorageClass,
  storageClassType,
  type VolumeAttachment,
  volumeAttachmentType,
} from "../../api/index.ts";
import type { Informer, InformerSet } from "../../kube/index.ts";

/** What core controllers read of any node class: whether it is ready, and for which generation. */
export interface NodeClass extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** The shared informers of the process with the indexes of operations 3.7. */
export interface Caches {
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly nodeClaims: Informer<NodeClaim>;
  readonly nodePools: Informer<NodePool>;
  /** One per node class kind of the provider, the default first. */
  readonly nodeClasses: readonly Informer<NodeClass>[];
  readonly daemonSets: Informer<DaemonSet>;
  readonly podDisruptionBudgets: Informer<PodDisruptionBudget>;
  readonly persistentVolumeClaims: Informer<PersistentVolumeClaim>;
  readonly persistentVolumes: Informer<PersistentVolume>;
  readonly storageClasses: Informer<StorageClass>;
  readonly csiNodes: Informer<CSINode>;
  readonly volumeAttachments: Informer<VolumeAttachment>;
  readonly namespaces: Informer<Namespace>;
  /** Only where dynamic resource allocation is looked at: not every cluster serves it. */
  readonly resourceSlices?: Informer<ResourceSlice>;
}

/** Index names; values are plain names, provider ids, or `group/Kind/name` for node classes. */
export const indexes = Object.freeze({
  nodeName: "spec.nodeName",
  /** Of pods without a node: the one that they were promised. */
  nominatedNode: "status.nominatedNodeName",
  providerId: "providerID",
  /** The cloud's own id: what follows the last slash of the provider id. */
  instanceId: "instanceID",
  nodeClass: "nodeClassRef",
});

export const nodeClassIndexValue = (ref: NodeClassReference): string => `${ref.group}/${ref.kind}/${ref.name}`;

const textIndex = (value: string | undefined): readonly string[] =>
  value === undefined || value === "" ? [] : [value];

export function createCaches(options: {
  readonly informers: InformerSet;
  readonly nodeClassTypes: readonly ResourceType[];
  /** Whether dynamic resource allocation is looked at. */
  readonly dynamicResources?: boolean;
}): Caches {
  const { informers } = options;
  return {
    pods: informers.informer({
      type: podType,
      indexes: {
        [indexes.nodeName]: (pod) => textIndex(pod.spec.nodeName),
        [indexes.nominatedNode]: (pod) =>
          textIndex(pod.spec.nodeName).length > 0 ? [] : textIndex(pod.status?.nominatedNodeName),
      },
    }),
    nodes: informers.informer({
      type: nodeType,
      indexes: { [indexes.providerId]: (node) => textIndex(node.spec.providerID) },
    }),
    nodeClaims: informers.informer({
      type: nodeClaimType,
      indexes: {
        [indexes.providerId]: (claim) => textIndex(claim.status?.providerID),
        [indexes.instanceId]: (claim) => textIndex(claim.status?.providerID?.split("/").at(-1)),
        [indexes.nodeClass]: (claim) => [nodeClassIndexValue(claim.spec.nodeClassRef)],
      },
    }),
    nodePools: informers.informer({
      type: nodePoolType,
      indexes: { [indexes.nodeClass]: (pool) => [nodeClassIndexValue(pool.spec.template.spec.nodeClassRef)] },
    }),
    nodeClasses: options.nodeClassTypes.map((type) => informers.informer<NodeClass>({ type })),
    daemonSets: informers.informer({ type: daemonSetType }),
    podDisruptionBudgets: informers.informer({ type: podDisruptionBudgetType }),
    persistentVolumeClaims: informers.informer({ type: persistentVolumeClaimType }),
    persistentVolumes: informers.informer({ type: persistentVolumeType }),
    storageClasses: informers.informer({ type: storageClassType }),
    csiNodes: informers.informer({ type: csiNodeType }),
    volumeAttachments: informers.informer({
      type: volumeAttachmentType,
      indexes: { [indexes.nodeName]: (attachment) => textIndex(attachment.spec.nodeName) },
    }),
    namespaces: informers.informer({ type: namespaceType }),
    ...(options.dynamicResources === true ? { resourceSlices: resourceSlices(informers) } : {}),
  };
}

/** By the node that they name, or that owns them. */
const resourceSlices = (informers: InformerSet): Informer<ResourceSlice> =>
  informers.informer({
    type: resourceSliceType,
    optional: true,
    indexes: {
      [indexes.nodeName]: ({ metadata, spec }) => [
        ...new Set([
          ...textIndex(spec.nodeName),
          ...(metadata.ownerReferences ?? []).filter(({ kind }) => kind === "Node").map(({ name }) => name),
        ]),
      ],
    },
  });
