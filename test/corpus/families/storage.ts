/** Volumes. */
import { labels, type PersistentVolume, type PersistentVolumeClaim } from "../../../src/api/index.ts";
import { type Change, eachWorkload, zones } from "./pods.ts";

const driver = "ebs.csi.aws.com";

/** Volumes that are bound to zones, that a class allows somewhere, or that are not there; nodes that attach few. */
export const volumes: Change = (draws, base) => {
  const claims: PersistentVolumeClaim[] = [];
  const made: PersistentVolume[] = [];
  const pendingPods = eachWorkload(draws, base.pendingPods, () => {
    if (draws.integer(3) === 0) return undefined;
    const kind = draws.pick(["bound", "bound", "class", "free", "immediate", "missing"]);
    const zone = draws.pick(zones);
    const others = draws.integer(3) === 0;
    return (pod) => {
      const name = `${pod.metadata.name ?? ""}-data`;
      if (kind !== "missing") claims.push(claimOf(name, kind));
      if (kind === "bound")
        made.push(
          volumeOf(name, others ? [zone, draws.pick(zones)] : [draws.integer(2) === 0 ? zone : draws.pick(zones)]),
        );
      const own = [{ name: "data", persistentVolumeClaim: { claimName: name } }];
      return { ...pod, spec: { ...pod.spec, volumes: own } };
    };
  });
  return {
    pendingPods,
    persistentVolumeClaims: claims,
    persistentVolumes: made,
    storageClasses: [
      storageClass("ebs", "WaitForFirstConsumer"),
      {
        ...storageClass("ebs-zonal", "WaitForFirstConsumer"),
        allowedTopologies: [
          { matchLabelExpressions: [{ key: labels.zone, values: [draws.pick(zones), draws.pick(zones)] }] },
        ],
      },
      storageClass("now", "Immediate"),
    ],
    csiNodes: (base.nodes ?? []).map(({ metadata }) => ({
      apiVersion: "storage.k8s.io/v1",
      kind: "CSINode",
      metadata: { name: metadata.name ?? "" },
      spec: { drivers: [{ name: driver, nodeID: metadata.name ?? "", allocatable: { count: draws.integer(5) } }] },
    })),
  };
};

const storageClass = (name: string, volumeBindingMode: "WaitForFirstConsumer" | "Immediate") => ({
  apiVersion: "storage.k8s.io/v1" as const,
  kind: "StorageClass" as const,
  metadata: { name },
  provisioner: driver,
  volumeBindingMode,
});

const classOf: Readonly<Record<string, string>> = { class: "ebs-zonal", immediate: "now" };

function claimOf(name: string, kind: string): PersistentVolumeClaim {
  const bound = kind === "bound";
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      namespace: "default",
      ...(bound ? { annotations: { "pv.kubernetes.io/bind-completed": "yes" } } : {}),
    },
    spec: { storageClassName: classOf[kind] ?? "ebs", ...(bound ? { volumeName: `pv-${name}` } : {}) },
    status: { phase: bound ? "Bound" : "Pending" },
  };
}

const volumeOf = (name: string, where: readonly string[]): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: `pv-${name}` },
  spec: {
    storageClassName: "ebs",
    csi: { driver, volumeHandle: `vol-${name}` },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: where.map((zone) => ({
          matchExpressions: [{ key: labels.zone, operator: "In", values: [zone] }],
        })),
      },
    },
  },
});
