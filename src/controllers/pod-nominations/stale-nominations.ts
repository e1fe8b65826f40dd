import { type Pod, podType, taints } from "../../api/index.ts";
import { isActive } from "../../core/index.ts";
import { type Delta, isKubeFault, type KubeClient, objectKey, type ReconcileResult } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import { type Caches, hasTaint, indexes, manyWorkers, type Reconciler, requeueAfter } from "../plumbing/index.ts";
import { nominationManager, type Nominator } from "./nominator.ts";

/** Longer than kube-scheduler holds a pod back (10 s): what is not bound by then will not be. */
const bindMilliseconds = 30_000;
/** A promise that others take back within so long is given again, so often at most: each costs an attempt that fails. */
const againMilliseconds = 15_000;
const mostAgain = 4;
const openingMilliseconds = 200;

export interface StaleNominationsDeps {
  readonly kube: KubeClient;
  readonly caches: Pick<Caches, "pods" | "nodes">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly nominator: Nominator;
}

interface Found {
  readonly node: string;
  /** When a promise that an earlier process of ours made was first seen; undefined for those of others. */
  readonly since: number | undefined;
}

/**
 * A pod that was promised a node is none to find a machine for (scheduling 1.1, A7). So promises of ours that came to
 * nothing are taken back: at once where the node is gone or goes, or where others have taken the room, else after a while.
 * After a restart the API's own record of who wrote the field says which are ours; those of preemption and of other programs
 * are left alone.
 */
export function createStaleNominations(deps: StaleNominationsDeps): Reconciler {
  const { caches, clock, nominator } = deps;
  /** Promises that this process did not make, by UID. */
  const found = new Map<string, Found>();
  const forget = (uid: string): void => {
    nominator.forget(uid);
    found.delete(uid);
  };
  const heldFor = (node: string): readonly string[] =>
    caches.pods.store.byIndex(indexes.nominatedNode, node).filter(isHeld).map(objectKey);
  const sinceOf = async (pod: Pod, node: string, signal: AbortSignal): Promise<number | undefined> => {
    const { uid = "" } = pod.metadata;
    const own = nominator.promised.get(uid);
    if (own?.node === node) return own.at;
    const known = found.get(uid);
    if (known?.node === node) return known.since;
    const since = (await isOwn(deps, pod, signal)) ? clock.monotonic() : undefined;
    found.set(uid, { node, since });
    return since;
  };
  return {
    name: "pod.nomination",
    type: podType,
    workers: manyWorkers,
    reconcile: async (key, signal) => {
      const pod = caches.pods.store.get(key);
      const node = pod?.status?.nominatedNodeName ?? "";
      if (pod === undefined || !waits(pod)) return undefined;
      if (node === "") return repeat(deps, pod, signal);
      const since = await sinceOf(pod, node, signal);
      if (since === undefined) return undefined;
      const left = since + bindMilliseconds - clock.monotonic();
      if (left > 0 && isThere(deps, node) && !isTaken(deps, node, pod)) return requeueAfter(left);
      await takeBack(deps, pod, signal);
      return undefined;
    },
    watch: (queue) => {
      queue.watches(caches.pods, (delta) => {
        const { type, object } = delta;
        const { uid = "" } = object.metadata;
        if (type !== "deleted" && !isBound(object))
          return isHeld(object) || nominator.promised.has(uid) ? [objectKey(object)] : [];
        forget(uid);
        return isBinding(delta) ? heldFor(object.spec.nodeName ?? "") : [];
      });
      queue.watches(caches.nodes, ({ object }) =>
        isThere(deps, object.metadata.name ?? "") ? [] : heldFor(object.metadata.name ?? ""),
      );
    },
  };
}

const isBound = ({ spec }: Pod): boolean => (spec.nodeName ?? "") !== "";
const isBinding = (delta: Delta<Pod>): boolean =>
  isBound(delta.object) && (delta.type === "added" || (delta.type === "updated" && !isBound(delta.previous)));
const waits = (pod: Pod): boolean => !isBound(pod) && isActive(pod);
const isHeld = (pod: Pod): boolean => waits(pod) && (pod.status?.nominatedNodeName ?? "") !== "";

/** A promise of ours that others took back: given again once its node is open. */
async function repeat(deps: StaleNominationsDeps, pod: Pod, signal: AbortSignal): Promise<ReconcileResult | undefined> {
  const { caches, clock, nominator } = deps;
  const own = nominator.promised.get(pod.metadata.uid ?? "");
  if (own === undefined || own.again >= mostAgain || clock.monotonic() - own.at > againMilliseconds) return undefined;
  const node = caches.nodes.store.get(own.node);
  if (node === undefined || !isThere(deps, own.node)) return undefined;
  if (hasTaint(node, taints.unregistered)) return requeueAfter(openingMilliseconds);
  await nominator.nominateAgain(pod, signal);
  return undefined;
}

function isThere({ caches }: StaleNominationsDeps, name: string): boolean {
  const node = caches.nodes.store.get(name);
  return node !== undefined && node.metadata.deletionTimestamp === undefined && !hasTaint(node, taints.disrupted);
}

/** Pods that were not meant for the node were bound to it, and nothing is left. */
function isTaken({ caches, nominator }: StaleNominationsDeps, name: string, pod: Pod): boolean {
  const node = caches.nodes.store.get(name);
  return node !== undefined && !hasTaint(node, taints.unregistered) && !nominator.hasRoom(name, pod);
}

interface FieldRecord {
  readonly manager?: string;
  readonly fieldsV1?: { readonly "f:status"?: Readonly<Record<string, unknown>> };
}

/** Asks the API: caches do not keep `managedFields`. */
async function isOwn({ kube }: StaleNominationsDeps, pod: Pod, signal: AbortSignal): Promise<boolean> {
  const { name = "", namespace = "" } = pod.metadata;
  try {
    const { metadata } = await kube.get(podType, { name, namespace }, { signal });
    const records = (metadata.managedFields ?? []) as readonly FieldRecord[];
    return records.some(
      ({ manager, fieldsV1 }) =>
        manager === nominationManager && fieldsV1?.["f:status"]?.["f:nominatedNodeName"] !== undefined,
    );
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return false;
    throw error;
  }
}

/** Only as long as the pod is as it was seen: it may have been bound a moment ago. */
async function takeBack({ kube, log }: StaleNominationsDeps, pod: Pod, signal: AbortSignal): Promise<void> {
  const { name = "", namespace = "", resourceVersion } = pod.metadata;
  const body = { metadata: { resourceVersion }, status: { nominatedNodeName: null } };
  try {
    await kube.patch(
      podType,
      { name, namespace },
      { type: "merge", subresource: "status", fieldManager: nominationManager, body, signal },
    );
    const Node = pod.status?.nominatedNodeName;
    log.debug("took back the nomination of a pod that was not bound", { Pod: objectKey(pod), Node });
  } catch (error) {
    // What changed meanwhile is looked at with its event.
    if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
  }
}
