import {
  type Deployment,
  deploymentType,
  type KubeObject,
  type OwnerReference,
  type Pod,
  productAnnotations,
  replicaSetType,
  type ResourceType,
} from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { TerminationDeps } from "./deps.ts";

/** A replacement that does not become ready must not hold the drain for ever. */
const patienceMilliseconds = 5 * 60_000;

export interface Surge {
  /** Whether a pod stays for now, because the one that takes its place is on its way. Asks for that one if nobody has. */
  holds(pod: Pod, signal: AbortSignal): Promise<boolean>;
  forget(podUid: string): void;
}

/**
 * Brings the replacement of a single replica up before it is evicted, where its pod asks for it by annotation: a rollout
 * of its Deployment makes a pod beside it, which cannot come to a node that is going. Upstream evicts, and the workload is
 * down until the new pod runs.
 */
export function createSurge(deps: TerminationDeps): Surge {
  const since = new Map<string, number>();
  return {
    forget: (podUid) => void since.delete(podUid),
    holds: async (pod, signal) => {
      if (pod.metadata.annotations?.[productAnnotations.surge] !== "true") return false;
      const uid = pod.metadata.uid ?? "";
      const begun = since.get(uid);
      if (begun !== undefined && deps.clock.monotonic() - begun > patienceMilliseconds) {
        tell(deps, pod, `its replacement was not ready after ${patienceMilliseconds / 60_000} minutes, it is evicted`);
        return false;
      }
      const deployment = await deploymentOf(deps, pod, signal);
      const refusal = refusalOf(deployment);
      if (deployment === undefined || refusal !== undefined) {
        tell(deps, pod, `it is evicted, ${refusal}`);
        return false;
      }
      if (begun === undefined) since.set(uid, deps.clock.monotonic());
      await rollOut(deps, deployment, pod, signal);
      return true;
    },
  };
}

/** Why no pod can come up beside this one; undefined when one can. */
function refusalOf(deployment: Deployment | undefined): string | undefined {
  if (deployment === undefined) return "no Deployment owns it";
  const { replicas = 1, strategy, paused = false } = deployment.spec;
  if (paused) return "its Deployment is paused";
  if (replicas !== 1) return `its Deployment has ${replicas} replicas, not 1`;
  if (strategy?.type === "Recreate") return "its Deployment is of strategy Recreate";
  const { maxSurge } = strategy?.rollingUpdate ?? {};
  return maxSurge === 0 || maxSurge === "0%" ? "its Deployment allows no surge" : undefined;
}

/** Once for each pod: the template names the pod that it was changed for. */
async function rollOut(deps: TerminationDeps, deployment: Deployment, pod: Pod, signal: AbortSignal): Promise<void> {
  const uid = pod.metadata.uid ?? "";
  const { template } = deployment.spec;
  if (template.metadata?.annotations?.[productAnnotations.surgedFor] === uid) return;
  const { namespace = "", name = "" } = deployment.metadata;
  const annotations = { [productAnnotations.surgedFor]: uid };
  const body = { spec: { template: { metadata: { annotations } } } };
  await deps.kube.patch(deploymentType, { namespace, name }, { type: "merge", body, signal });
  tell(deps, pod, `a pod that takes its place comes up first, by a rollout of Deployment ${name}`);
}

async function deploymentOf(deps: TerminationDeps, pod: Pod, signal: AbortSignal): Promise<Deployment | undefined> {
  const set = await ownerOf(deps, pod, { type: replicaSetType, signal });
  return set === undefined ? undefined : ownerOf(deps, set, { type: deploymentType, signal });
}

async function ownerOf<T extends KubeObject>(
  deps: TerminationDeps,
  { metadata }: KubeObject,
  { type, signal }: { readonly type: ResourceType<T>; readonly signal: AbortSignal },
): Promise<T | undefined> {
  const isOwner = (owner: OwnerReference): boolean => owner.controller === true && owner.kind === type.kind;
  const owner = (metadata.ownerReferences ?? []).find(isOwner);
  if (owner === undefined) return undefined;
  try {
    return await deps.kube.get(type, { namespace: metadata.namespace ?? "", name: owner.name }, { signal });
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return undefined;
    throw error;
  }
}

const tell = (deps: TerminationDeps, pod: Pod, what: string): void =>
  deps.events.publish({
    object: pod,
    type: "Normal",
    reason: "Surge",
    message: `Its node goes: ${what}`,
    dedupeValues: [pod.metadata.uid ?? "", what],
  });
