import { formatTimestamp, getCondition, type NodeClaim, nodeClaimType, type Pod } from "../../api/index.ts";
import type { Delta, KubeClient, ObjectKey } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import {
  type Caches,
  indexes,
  isManagedClaim,
  millisOf,
  oneWorker,
  patchStatus,
  type Reconciler,
} from "../plumbing/index.ts";

export interface PodEventsDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly provider: CloudProvider;
}

const dedupeMilliseconds = 10_000;

/**
 * Notes on a claim when a pod last came to or left its node, from which `consolidateAfter` counts (spec: lifecycle 1.13).
 * Keys are node names.
 */
export function createPodEvents(deps: PodEventsDeps): Reconciler {
  const stirred = new Set<string>();
  return {
    name: "nodeclaim.podevents",
    workers: oneWorker,
    reconcile: async (nodeName, signal) => {
      const claim = claimOfNode(deps, nodeName);
      if (claim === undefined) return;
      const event = stirred.delete(nodeName) ? deps.clock.now() : lastBinding(deps, nodeName);
      const last = millisOf(claim.status?.lastPodEventTime);
      if (event === undefined || (last !== undefined && event - last < dedupeMilliseconds)) return;
      const after: NodeClaim = { ...claim, status: { ...claim.status, lastPodEventTime: formatTimestamp(event) } };
      await patchStatus(deps.kube, { type: nodeClaimType, before: claim, after, lock: false }, signal);
    },
    watch: (queue) =>
      queue.watches(deps.caches.pods, (delta) => {
        const nodes = nodesTouchedBy(delta);
        if (delta.type !== "added" || !delta.initial) for (const node of nodes) stirred.add(node);
        return nodes;
      }),
  };
}

/**
 * What a start lists happened before it, maybe while nobody watched: the last binding counts, at its own time. Upstream
 * takes the list for events of now, and so starts the clock of `consolidateAfter` anew on every node (lifecycle 8.21).
 */
function lastBinding(deps: PodEventsDeps, nodeName: string): number | undefined {
  const times = deps.caches.pods.store
    .byIndex(indexes.nodeName, nodeName)
    .filter((pod) => !isOfDaemonSet(pod))
    .flatMap((pod) => millisOf(getCondition(pod, "PodScheduled")?.lastTransitionTime ?? pod.status?.startTime) ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

function claimOfNode(deps: PodEventsDeps, nodeName: string): NodeClaim | undefined {
  const providerId = deps.caches.nodes.store.get(nodeName)?.spec.providerID ?? "";
  if (providerId === "") return undefined;
  const [claim, ...others] = deps.caches.nodeClaims.store.byIndex(indexes.providerId, providerId);
  return claim !== undefined && others.length === 0 && isManagedClaim(deps.provider, claim) ? claim : undefined;
}

const isOfDaemonSet = (pod: Pod): boolean =>
  (pod.metadata.ownerReferences ?? []).some(({ apiVersion, kind }) => apiVersion === "apps/v1" && kind === "DaemonSet");

const isTerminal = (pod: Pod): boolean => pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

/** Bound pods when they appear; else only the moments of binding, ending and being told to end. */
export function nodesTouchedBy(delta: Delta<Pod>): readonly ObjectKey[] {
  const { object } = delta;
  const nodeName = object.spec.nodeName ?? "";
  if (nodeName === "" || isOfDaemonSet(object) || delta.type === "deleted") return [];
  if (delta.type === "added") return [nodeName];
  const { previous } = delta;
  const isNews =
    (previous.spec.nodeName ?? "") !== nodeName ||
    (isTerminal(object) && !isTerminal(previous)) ||
    (isTerminating(object) && !isTerminating(previous));
  return isNews ? [nodeName] : [];
}
