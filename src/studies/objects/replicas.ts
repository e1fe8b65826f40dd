import type { KubeObject } from "../../api/index.ts";

/** What `--scale` says: `web=3`, `shop/web=3`, `Deployment/web=3` or `Deployment/shop/web=3`. */
export type Scale = ReadonlyMap<string, number>;

interface Autoscaler extends KubeObject {
  readonly spec?: {
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
  };
}

export type Replicas = (workload: KubeObject & { readonly spec: { readonly replicas?: number | undefined } }) => number;

/** How many pods a workload has: as `--scale` says, else its own number within the bounds of its autoscaler. */
export function createReplicas(objects: readonly KubeObject[], scale: Scale): Replicas {
  const bounds = new Map<string, { readonly least: number; readonly most: number }>();
  for (const object of objects) {
    if (object.kind !== "HorizontalPodAutoscaler") continue;
    const {
      scaleTargetRef,
      minReplicas = 1,
      maxReplicas = Number.POSITIVE_INFINITY,
    } = (object as Autoscaler).spec ?? {};
    const { namespace = "default" } = object.metadata;
    const target = `${scaleTargetRef?.kind ?? ""}/${namespace}/${scaleTargetRef?.name ?? ""}`;
    bounds.set(target, { least: minReplicas, most: maxReplicas });
  }
  return (workload) => {
    const asked = scaleOf(workload, scale);
    if (asked !== undefined) return asked;
    const own = workload.spec.replicas ?? 1;
    const { namespace = "default", name = "" } = workload.metadata;
    const bound = bounds.get(`${workload.kind}/${namespace}/${name}`);
    // An autoscaler leaves a workload alone that is scaled to nothing.
    if (bound === undefined || own === 0) return own;
    return Math.min(Math.max(own, bound.least), bound.most);
  };
}

/** The most exact of the names wins. */
export function scaleOf({ kind, metadata }: KubeObject, scale: Scale): number | undefined {
  return scaleNames(kind, metadata)
    .map((name) => scale.get(name))
    .find((count) => count !== undefined);
}

const scaleNames = (kind: string, { namespace = "default", name = "" }: KubeObject["metadata"]): readonly string[] => [
  `${kind}/${namespace}/${name}`,
  `${namespace}/${name}`,
  `${kind}/${name}`,
  name,
];

const scalable: ReadonlySet<string> = new Set([
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "ReplicationController",
  "Job",
]);

/** Names of `--scale` that meet nothing. */
export function unmetScales(objects: readonly KubeObject[], scale: Scale): readonly string[] {
  const known = new Set(
    objects.filter(({ kind }) => scalable.has(kind)).flatMap(({ kind, metadata }) => scaleNames(kind, metadata)),
  );
  return [...scale.keys()].filter((name) => !known.has(name));
}
