/** Single changes of volumes and devices that might let a pod in. */
import type { PersistentVolumeClaim, Pod, StorageClass } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { type Attempt, podObject, withPodSpec } from "./remedy.ts";

export function volumeAttempts(snapshot: ClusterSnapshot, pod: Pod): readonly Attempt[] {
  return [...missingObjects(snapshot, pod), ...volumeDrops(snapshot, pod), ...deviceDrops(snapshot, pod)];
}

const claimNamesOf = ({ spec }: Pod): readonly string[] =>
  (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);

/** A claim that is not there, or one whose storage class is not. */
function missingObjects(snapshot: ClusterSnapshot, pod: Pod): readonly Attempt[] {
  const namespace = pod.metadata.namespace ?? "default";
  return claimNamesOf(pod).flatMap((name): readonly Attempt[] => {
    const key = `${namespace}/${name}`;
    const claim = snapshot.persistentVolumeClaims.get(key);
    if (claim === undefined) return [withClaim(snapshot, { namespace, name, key })];
    const { storageClassName = "", volumeName = "" } = claim.spec;
    if (volumeName !== "") return [];
    return storageClassName !== "" && !snapshot.storageClasses.has(storageClassName)
      ? [withClass(snapshot, storageClassName)]
      : [];
  });
}

function withClaim(
  snapshot: ClusterSnapshot,
  { namespace, name, key }: { readonly namespace: string; readonly name: string; readonly key: string },
): Attempt {
  const [storageClassName] = [...snapshot.storageClasses.keys()].toSorted();
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace },
    spec: storageClassName === undefined ? {} : { storageClassName },
  };
  const of = storageClassName === undefined ? "" : `, of a storage class such as ${storageClassName}`;
  return {
    remedy: {
      kind: "add-claim",
      text: `create PersistentVolumeClaim ${key}${of}`,
      object: `PersistentVolumeClaim/${key}`,
    },
    snapshot: { ...snapshot, persistentVolumeClaims: new Map([...snapshot.persistentVolumeClaims, [key, claim]]) },
  };
}

function withClass(snapshot: ClusterSnapshot, name: string): Attempt {
  const made: StorageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name },
    provisioner: "ebs.csi.aws.com",
    volumeBindingMode: "WaitForFirstConsumer",
  };
  return {
    remedy: { kind: "add-storage-class", text: `create StorageClass ${name}`, object: `StorageClass/${name}` },
    snapshot: { ...snapshot, storageClasses: new Map([...snapshot.storageClasses, [name, made]]) },
  };
}

/** A volume at a time: its zone or its driver may be what refuses the pod. */
function volumeDrops(snapshot: ClusterSnapshot, pod: Pod): readonly Attempt[] {
  const volumes = pod.spec.volumes ?? [];
  return volumes
    .filter(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim !== undefined || ephemeral !== undefined)
    .map((volume) => ({
      remedy: {
        kind: "drop-volume" as const,
        text: `do without volume ${volume.name}, or with one that is not bound to its place`,
        object: podObject(pod),
      },
      snapshot: withPodSpec(snapshot, pod, { ...pod.spec, volumes: volumes.filter((each) => each !== volume) }),
    }));
}

function deviceDrops(snapshot: ClusterSnapshot, pod: Pod): readonly Attempt[] {
  const { resourceClaims = [], ...rest } = pod.spec;
  if (resourceClaims.length === 0) return [];
  const containers = rest.containers.map((container) => {
    const { claims: _, ...resources } = { claims: undefined, ...container.resources };
    return { ...container, resources };
  });
  return [
    {
      remedy: {
        kind: "drop-resource-claims",
        text: "ask for devices by a resource such as nvidia.com/gpu in place of resource claims",
        object: podObject(pod),
        patch: { spec: { resourceClaims: null } },
      },
      snapshot: withPodSpec(snapshot, pod, { ...rest, containers }),
    },
  ];
}
