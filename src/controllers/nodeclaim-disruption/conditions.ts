import {
  conditionTypes,
  getCondition,
  type NodeClaim,
  nodeClaimType,
  type NodePool,
  removeCondition,
  setCondition,
} from "../../api/index.ts";
import { claimViewOf, consolidatableOf, isStaticPool, type PoolView, poolViewOf } from "../../core/index.ts";
import { type Delta, type KubeClient, objectKey, type ReconcileResult } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import {
  type Caches,
  isManagedClaim,
  manyWorkers,
  patchStatus,
  poolNameOf,
  type Reconciler,
  requeueAfter,
  timestampOf,
  waitForOwnWrite,
} from "../plumbing/index.ts";

export interface ClaimConditionDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly provider: CloudProvider;
}

/** Says on each claim whether it may be disrupted, and for what (spec: lifecycle 3.11). */
export function createClaimDisruptionConditions(deps: ClaimConditionDeps): Reconciler {
  return {
    name: "nodeclaim.disruption",
    type: nodeClaimType,
    workers: manyWorkers,
    reconcile: async (key, signal) => {
      const claim = deps.caches.nodeClaims.store.get(key);
      if (claim === undefined || !isManagedClaim(deps.provider, claim)) return undefined;
      if (claim.metadata.deletionTimestamp !== undefined) return undefined;
      const pool = deps.caches.nodePools.store.get(poolNameOf(claim));
      if (pool === undefined) return undefined;
      const judged = judgeConsolidatable(claim, poolViewOf(pool), deps.clock);
      const change = { type: nodeClaimType, before: claim, after: judged.claim, lock: true };
      const written = await patchStatus(deps.kube, change, signal);
      if (written !== undefined) await waitForOwnWrite(deps.clock, deps.caches.nodeClaims, written, signal);
      return judged.result;
    },
    watch: (queue) => {
      queue.watches(deps.caches.nodeClaims);
      queue.watches(deps.caches.nodePools, (delta) =>
        isSpecChange(delta) ? claimsOfPool(deps, delta.object.metadata.name ?? "") : [],
      );
    },
  };
}

/** The status of a pool is written every few seconds; looking at all of its claims each time would be for nothing. */
const isSpecChange = (delta: Delta<NodePool>): boolean =>
  delta.type !== "updated" || delta.object.metadata.generation !== delta.previous.metadata.generation;

const claimsOfPool = (deps: ClaimConditionDeps, pool: string): readonly string[] =>
  deps.caches.nodeClaims.store
    .list()
    .filter((claim) => poolNameOf(claim) === pool)
    .map(objectKey);

/** Pod events need no watch of their own: they come as `lastPodEventTime` on the claim. */
function judgeConsolidatable(
  claim: NodeClaim,
  pool: PoolView,
  clock: Clock,
): { readonly claim: NodeClaim; readonly result?: ReconcileResult } {
  const type = conditionTypes.consolidatable;
  if (isStaticPool(pool)) return { claim };
  const now = clock.now();
  const judgement = consolidatableOf(claimViewOf(claim), pool, now);
  if (judgement.status === "true") return { claim: setCondition(claim, { type, status: "True" }, timestampOf(clock)) };
  const cleared = getCondition(claim, type) === undefined ? claim : removeCondition(claim, type);
  return judgement.status === "wait"
    ? { claim: cleared, result: requeueAfter(judgement.until - now) }
    : { claim: cleared };
}
