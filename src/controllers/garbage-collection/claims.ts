import { conditionTypes, isConditionTrue, type NodeClaim, nodeClaimType } from "../../api/index.ts";
import { isReschedulable } from "../../core/index.ts";
import type { KubeClient } from "../../kube/index.ts";
import { type Logger, mapLimit } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import {
  type Caches,
  countDisrupted,
  deleteObject,
  indexes,
  type Instruments,
  isManagedClaim,
  oneWorker,
  type Reconciler,
  requeueAfter,
  singletonKey,
} from "../plumbing/index.ts";

export interface ClaimCollectionDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly log: Logger;
  readonly provider: CloudProvider;
  readonly instruments: Instruments;
}

const periodMilliseconds = 2 * 60_000;
const parallel = 20;

/** Deletes claims whose machine vanished behind our back (spec: lifecycle 1.9, core). */
export function createClaimCollection(deps: ClaimCollectionDeps): Reconciler {
  return {
    name: "nodeclaim.garbagecollection",
    workers: oneWorker,
    reconcile: async (_key, signal) => {
      // Claims before the cloud: a machine launched in between must not make its claim look orphaned.
      const claims = deps.caches.nodeClaims.store.list().filter((claim) => isManagedClaim(deps.provider, claim));
      const instances = await deps.provider.list({ signal });
      const alive = new Set(instances.flatMap(({ providerId, terminating }) => (terminating ? [] : [providerId])));
      const orphans = claims.filter((claim) => isOrphan(claim, alive) && !isNodeReady(deps.caches, claim));
      await mapLimit(orphans, parallel, (claim, context) => collect(deps, claim, context.signal), { signal });
      return requeueAfter(periodMilliseconds);
    },
    watch: (queue) => queue.enqueue(singletonKey),
  };
}

const isOrphan = (claim: NodeClaim, alive: ReadonlySet<string>): boolean =>
  claim.metadata.deletionTimestamp === undefined &&
  isConditionTrue(claim, conditionTypes.registered) &&
  !alive.has(claim.status?.providerID ?? "");

/** A kubelet that still beats proves that the cloud's list is stale. Missing and duplicate Nodes count as no Node. */
function isNodeReady(caches: Caches, claim: NodeClaim): boolean {
  const [node, ...others] = caches.nodes.store.byIndex(indexes.providerId, claim.status?.providerID ?? "");
  return node !== undefined && others.length === 0 && isConditionTrue(node, conditionTypes.ready);
}

async function collect(deps: ClaimCollectionDeps, claim: NodeClaim, signal: AbortSignal): Promise<void> {
  if (!(await deleteObject(deps.kube, nodeClaimType, claim, signal))) return;
  deps.log.info("garbage collected nodeclaim", {
    NodeClaim: claim.metadata.name,
    "provider-id": claim.status?.providerID,
  });
  const nodeName = claim.status?.nodeName ?? "";
  const pods = nodeName === "" ? [] : deps.caches.pods.store.byIndex(indexes.nodeName, nodeName);
  const moved = pods.filter(isReschedulable).length;
  countDisrupted(deps.instruments, { claim, reason: "garbage_collected", pods: moved });
}
