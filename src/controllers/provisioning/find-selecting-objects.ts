import {
  type KubeObject,
  type OwnerReference,
  type Pod,
  type ReplicaSet,
  replicaSetType,
  type ReplicationController,
  replicationControllerType,
  type ResourceType,
  type Service,
  serviceType,
  type StatefulSet,
  statefulSetType,
} from "../../api/index.ts";
import type { DefaultConstraint, SelectingObjects, SpreadDefaults } from "../../core/index.ts";
import { isKubeFault, type KubeClient } from "../../kube/index.ts";
import { type Logger, mapLimit } from "../../platform/index.ts";

const parallelCalls = 20;

/** Looks up what default spread constraints need to know of the pods of a pass (spec: scheduling 5.9). */
export function createSpreadDefaults(
  deps: { readonly kube: KubeClient; readonly log: Logger },
  constraints: readonly DefaultConstraint[],
): (pods: readonly Pod[], signal: AbortSignal) => Promise<SpreadDefaults> {
  return async (pods, signal) => {
    const bare = pods.filter(({ spec }) => (spec.topologySpreadConstraints?.length ?? 0) === 0);
    return { constraints, objects: await findObjects(deps, bare, signal) };
  };
}

async function findObjects(
  deps: { readonly kube: KubeClient; readonly log: Logger },
  pods: readonly Pod[],
  signal: AbortSignal,
): Promise<SelectingObjects> {
  const namespaces = [...new Set(pods.map(namespaceOf))].sort();
  const listed = await mapLimit(namespaces, parallelCalls, (namespace) => listServices(deps, namespace, signal), {
    signal,
  });
  const owners = <T extends KubeObject>(type: ResourceType<T>): Promise<ReadonlyMap<string, T>> =>
    findOwners(deps, { type, pods }, signal);
  return {
    services: listed.flat(),
    replicationControllers: await owners<ReplicationController>(replicationControllerType),
    replicaSets: await owners<ReplicaSet>(replicaSetType),
    statefulSets: await owners<StatefulSet>(statefulSetType),
  };
}

const namespaceOf = ({ metadata }: Pod): string => metadata.namespace ?? "default";

/** What cannot be looked up is left out: a pod without defaults is better than a pass that does not happen. */
async function listServices(
  { kube, log }: { readonly kube: KubeClient; readonly log: Logger },
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Service[]> {
  try {
    return (await kube.list(serviceType, { namespace, signal })).items;
  } catch (error) {
    signal.throwIfAborted();
    log.error("default spread constraints do without the services of a namespace", { namespace, error });
    return [];
  }
}

const controllerOf = ({ metadata }: Pod): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true);

async function findOwners<T extends KubeObject>(
  { kube, log }: { readonly kube: KubeClient; readonly log: Logger },
  ask: { readonly type: ResourceType<T>; readonly pods: readonly Pod[] },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, T>> {
  const { type, pods } = ask;
  const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
  const wanted = new Map<string, { readonly namespace: string; readonly name: string }>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner?.kind !== type.kind || owner.apiVersion !== apiVersion) continue;
    wanted.set(`${namespaceOf(pod)}/${owner.name}`, { namespace: namespaceOf(pod), name: owner.name });
  }
  const found = await mapLimit(
    [...wanted],
    parallelCalls,
    async ([key, address]): Promise<readonly (readonly [string, T])[]> => {
      try {
        return [[key, await kube.get(type, address, { signal })]];
      } catch (error) {
        signal.throwIfAborted();
        if (!isKubeFault(error, "NotFound"))
          log.error("default spread constraints do without an owner", { key, error });
        return [];
      }
    },
    { signal },
  );
  return new Map(found.flat());
}
