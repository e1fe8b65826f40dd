/** Objects, of files or of an API server, as the picture that the engine decides on. */
import type { KubeObject, NodeClaim, PersistentVolumeClaim, Pod, StatefulSet, StorageClass } from "../../api/index.ts";
import {
  applyClusterEvents,
  type ClusterEvent,
  type ClusterState,
  claimViewOf,
  emptyClusterState,
  type InstanceType,
  type PoolView,
  type WatchedKind,
} from "../../core/index.ts";
import { claimViewOfMachine, viewOfStoredClaim } from "../../legacy/index.ts";
import type { TurnOf } from "../simulate/in-turn.ts";
import { expandWorkloads } from "./expand-workloads.ts";
import { admittedSpec, markedUnschedulable, prioritiesOf } from "./pending-pod.ts";
import type { Scale } from "./replicas.ts";

export interface OfferedPool {
  readonly view: PoolView;
  readonly types: readonly InstanceType[];
}

export interface ObjectCluster {
  readonly state: ClusterState;
  /** All pods, those that are bound included, in the order of the input. */
  readonly pods: readonly Pod[];
  readonly turnOf: TurnOf;
}

/** Cluster state with every pod that has no node waiting for one. Objects without a namespace are in `default`. */
export function clusterOfObjects(
  given: readonly KubeObject[],
  pools: readonly OfferedPool[],
  scale: Scale = new Map(),
): ObjectCluster {
  const objects = given.map(inNamespace);
  const priorities = prioritiesOf(objects);
  const expansion = expandWorkloads(objects, scale);
  const pods = [...objects.filter(isPod), ...expansion.pods].map((pod) =>
    markedUnschedulable({ ...identified(pod), spec: admittedSpec(pod.spec, priorities) }),
  );
  const events: ClusterEvent[] = [
    ...namespaceEvents(objects, pods),
    ...pools.flatMap(({ view, types }): readonly ClusterEvent[] => [
      { type: "pool", view },
      { type: "instance-types", pool: view.key, types },
    ]),
    ...objects.flatMap(plainEvents),
    ...claimEvents(objects, expansion.claims),
    ...pods.map((object): ClusterEvent => ({ type: "upsert", kind: "Pod", object })),
  ];
  return { state: applyClusterEvents(emptyClusterState(), events), pods, turnOf: turnsOf(objects) };
}

/** Pods of StatefulSets come one after the other unless the set makes them in parallel. */
function turnsOf(objects: readonly KubeObject[]): TurnOf {
  const ordered = new Set(
    objects.flatMap((object) => {
      if (object.kind !== "StatefulSet") return [];
      const { metadata, spec } = object as StatefulSet;
      return spec.podManagementPolicy === "Parallel"
        ? []
        : [`${metadata.namespace ?? "default"}/${metadata.name ?? ""}`];
    }),
  );
  return ({ metadata: { name = "", namespace = "default", ownerReferences = [] } }) => {
    const owner = ownerReferences.find(({ kind, controller }) => kind === "StatefulSet" && controller === true);
    if (owner === undefined || !ordered.has(`${namespace}/${owner.name}`)) return 0;
    const ordinal = name.slice(owner.name.length + 1);
    return /^\d+$/.test(ordinal) ? Number(ordinal) : 0;
  };
}

const isPod = (object: KubeObject): object is Pod => object.kind === "Pod";

const identified = (pod: Pod): Pod => {
  const { name = pod.metadata.generateName ?? "", namespace = "default", uid = `${namespace}/${name}` } = pod.metadata;
  return { ...pod, metadata: { ...pod.metadata, name, namespace, uid } };
};

const namespaced: ReadonlySet<string> = new Set([
  "Pod",
  "Deployment",
  "ReplicaSet",
  "ReplicationController",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "PodDisruptionBudget",
  "PersistentVolumeClaim",
  "HorizontalPodAutoscaler",
]);

function inNamespace(object: KubeObject): KubeObject {
  if (!namespaced.has(object.kind) || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace: "default" } };
}

const watched: ReadonlySet<string> = new Set<WatchedKind>([
  "Node",
  "DaemonSet",
  "PodDisruptionBudget",
  "PersistentVolume",
  "StorageClass",
  "CSINode",
]);

function plainEvents(object: KubeObject): readonly ClusterEvent[] {
  if (object.kind === "NodeClaim")
    return [{ type: "claim", view: claimViewOf(viewOfStoredClaim(object as NodeClaim)) }];
  if (object.kind === "Machine") return [{ type: "claim", view: claimViewOf(claimViewOfMachine(object)) }];
  if (!watched.has(object.kind)) return [];
  const withUid =
    object.metadata.uid === undefined
      ? { ...object, metadata: { ...object.metadata, uid: `${object.kind}/${object.metadata.name ?? ""}` } }
      : object;
  return [{ type: "upsert", kind: object.kind as WatchedKind, object: withUid } as ClusterEvent];
}

/** Claims that name no storage class get the default one, as admission does it. */
function claimEvents(objects: readonly KubeObject[], made: readonly PersistentVolumeClaim[]): readonly ClusterEvent[] {
  const standard = objects.find(
    ({ kind, metadata }) =>
      kind === "StorageClass" && metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
  ) as StorageClass | undefined;
  const written = objects.filter(({ kind }) => kind === "PersistentVolumeClaim") as PersistentVolumeClaim[];
  return [...written, ...made].map((claim): ClusterEvent => {
    const isPlain = claim.spec.storageClassName === undefined && standard?.metadata.name !== undefined;
    const spec = isPlain ? { ...claim.spec, storageClassName: standard.metadata.name } : claim.spec;
    return { type: "upsert", kind: "PersistentVolumeClaim", object: { ...claim, spec } };
  });
}

function namespaceEvents(objects: readonly KubeObject[], pods: readonly Pod[]): readonly ClusterEvent[] {
  const written = new Map(
    objects.filter(({ kind }) => kind === "Namespace").map((object) => [object.metadata.name ?? "", object]),
  );
  const names = new Set([...written.keys(), ...pods.map(({ metadata }) => metadata.namespace ?? "default")]);
  return [...names].map((name): ClusterEvent => {
    const labels = { "kubernetes.io/metadata.name": name, ...written.get(name)?.metadata.labels };
    return {
      type: "upsert",
      kind: "Namespace",
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } },
    };
  });
}
