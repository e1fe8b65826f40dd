import type { KubeObject, OwnerReference, Pod } from "../../api/index.ts";

/** Which pods of an input belong to which of its workloads. */
export interface OwnedPods {
  /** Live pods of the workload, whether through a ReplicaSet or a Job between them. */
  of(workload: KubeObject): readonly Pod[];
  /** Its owner is in the input and makes it anew. */
  isHeld(workload: KubeObject): boolean;
  /** Claims by `namespace/name`. */
  hasClaim(key: string): boolean;
}

export function createOwnedPods(objects: readonly KubeObject[]): OwnedPods {
  const known = new Map(objects.map((object) => [address(object), object]));
  const pods = new Map<string, Pod[]>();
  for (const object of objects) {
    if (object.kind !== "Pod" || !isLive(object as Pod)) continue;
    const owner = ownerOf(object, known);
    if (owner === undefined) continue;
    const list = pods.get(owner) ?? [];
    pods.set(owner, list);
    list.push(object as Pod);
  }
  return {
    of: (workload) => pods.get(address(workload)) ?? [],
    isHeld: (workload) => {
      const owner = controllerOf(workload);
      return owner !== undefined && known.has(addressOfOwner(workload, owner));
    },
    hasClaim: (key) => known.has(`PersistentVolumeClaim/${key}`),
  };
}

/** The workload at the top of the chain: of a ReplicaSet that is not in the input, its name tells the Deployment. */
function ownerOf(object: KubeObject, known: ReadonlyMap<string, KubeObject>): string | undefined {
  const owner = controllerOf(object);
  if (owner === undefined) return undefined;
  const own = addressOfOwner(object, owner);
  const between = known.get(own);
  if (between !== undefined) {
    const above = ownerOf(between, known);
    return above !== undefined && known.has(above) ? above : own;
  }
  const dash = owner.name.lastIndexOf("-");
  if (dash < 0) return own;
  const above = aboveOf.get(owner.kind);
  return above === undefined ? own : addressOfOwner(object, { ...owner, kind: above, name: owner.name.slice(0, dash) });
}

const aboveOf: ReadonlyMap<string, string> = new Map([
  ["ReplicaSet", "Deployment"],
  ["Job", "CronJob"],
]);

const controllerOf = ({ metadata }: KubeObject): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true);

const address = ({ kind, metadata: { namespace = "default", name = "" } }: KubeObject): string =>
  `${kind}/${namespace}/${name}`;

const addressOfOwner = ({ metadata }: KubeObject, { kind, name }: Pick<OwnerReference, "kind" | "name">): string =>
  `${kind}/${metadata.namespace ?? "default"}/${name}`;

function isLive({ metadata, status }: Pod): boolean {
  const phase = status?.phase;
  return metadata.deletionTimestamp === undefined && phase !== "Succeeded" && phase !== "Failed";
}
