import {
  conditionTypes,
  getCondition,
  type NodeClaim,
  nodeClaimType,
  removeCondition,
  setCondition,
} from "../../api/index.ts";
import { isActive, isDaemonPod, isMirrorPod, poolKeyAt } from "../../core/index.ts";
import { type KubeClient, objectKey } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import type { ClusterModel } from "../cluster-state/index.ts";
import {
  type Caches,
  indexes,
  oneWorker,
  patchStatus,
  poolNameOf,
  type Reconciler,
  requeueAfter,
  timestampOf,
  waitForOwnWrite,
} from "../plumbing/index.ts";

export interface MachineEmptinessDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly model: ClusterModel;
  readonly clock: Clock;
  readonly log: Logger;
}

const emptyType = "MachineEmpty";
/** A node that pods are expected on is looked at again after this (spec: v1alpha5 4.7.4). */
const nominatedMilliseconds = 30_000;

/**
 * Says on each claim of a Provisioner with an empty TTL whether its node is empty, and tells of each change in the log
 * (spec: v1alpha5 4.7.4, 4.10, 4.13). When it goes is decided elsewhere, by today's rules of empty nodes.
 */
export function createMachineEmptiness(deps: MachineEmptinessDeps): Reconciler {
  const { caches } = deps;
  return {
    name: "machine.emptiness",
    type: nodeClaimType,
    workers: oneWorker,
    reconcile: async (key, signal) => {
      const claim = caches.nodeClaims.store.get(key);
      if (claim === undefined || !isOfProvisioner(claim) || claim.metadata.deletionTimestamp !== undefined)
        return undefined;
      const wasEmpty = getCondition(claim, emptyType)?.status === "True";
      const isEmpty = hasEmptyTtl(deps, claim) && isInitialized(claim) && holdsNothing(deps, claim);
      // Only an empty node that is not marked yet asks for the picture.
      if (isEmpty && !wasEmpty && isNominated(deps, claim)) return requeueAfter(nominatedMilliseconds);
      if (isEmpty !== wasEmpty) await mark(deps, { claim, isEmpty, signal });
      return undefined;
    },
    watch: (queue) => {
      queue.watches(caches.nodeClaims, ({ type, object }) =>
        type !== "deleted" && isOfProvisioner(object) ? [objectKey(object)] : [],
      );
      queue.watches(caches.nodePools, ({ object: { metadata } }) =>
        poolKeyAt(metadata.name ?? "").kind === "Provisioner" ? claimsOf(deps, metadata.name ?? "") : [],
      );
      queue.watches(caches.pods, ({ object }) =>
        isDaemonPod(object) ? [] : claimsOn(deps, object.spec.nodeName ?? ""),
      );
    },
  };
}

async function mark(
  { kube, caches, clock, log }: MachineEmptinessDeps,
  { claim, isEmpty, signal }: { readonly claim: NodeClaim; readonly isEmpty: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const after = isEmpty
    ? setCondition(claim, { type: emptyType, status: "True" }, timestampOf(clock))
    : removeCondition(claim, emptyType);
  const written = await patchStatus(kube, { type: nodeClaimType, before: claim, after, lock: true }, signal);
  if (written !== undefined) await waitForOwnWrite(clock, caches.nodeClaims, written, signal);
  log.debug(isEmpty ? "marking empty" : "no longer empty", { Node: claim.status?.nodeName });
}

const isOfProvisioner = (claim: NodeClaim): boolean => poolKeyAt(poolNameOf(claim)).kind === "Provisioner";

/** Consolidation wins where a stored object has both. */
function hasEmptyTtl({ caches }: MachineEmptinessDeps, claim: NodeClaim): boolean {
  const { consolidationPolicy, consolidateAfter = "Never" } =
    caches.nodePools.store.get(poolNameOf(claim))?.spec.disruption ?? {};
  return consolidationPolicy === "WhenEmpty" && consolidateAfter !== "Never";
}

const isInitialized = (claim: NodeClaim): boolean => getCondition(claim, conditionTypes.initialized)?.status === "True";

const holdsNothing = ({ caches }: MachineEmptinessDeps, { status }: NodeClaim): boolean =>
  caches.pods.store
    .byIndex(indexes.nodeName, status?.nodeName ?? "")
    .every((pod) => !isActive(pod) || isDaemonPod(pod) || isMirrorPod(pod));

function isNominated({ model, clock }: MachineEmptinessDeps, { status }: NodeClaim): boolean {
  const node = model.snapshot().nodes.find(({ providerId }) => providerId === status?.providerID);
  return (node?.nominatedUntil ?? 0) > clock.now();
}

const claimsOf = ({ caches }: MachineEmptinessDeps, pool: string): readonly string[] =>
  caches.nodeClaims.store
    .list()
    .filter((claim) => poolNameOf(claim) === pool)
    .map(objectKey);

function claimsOn({ caches }: MachineEmptinessDeps, nodeName: string): readonly string[] {
  const providerId = caches.nodes.store.get(nodeName)?.spec.providerID ?? "";
  if (providerId === "") return [];
  return caches.nodeClaims.store.byIndex(indexes.providerId, providerId).filter(isOfProvisioner).map(objectKey);
}
