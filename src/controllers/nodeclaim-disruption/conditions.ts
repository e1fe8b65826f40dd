import { type NodeClaim, nodeClaimType, type NodePool } from "../../api/index.ts";
import { poolViewOf } from "../../core/index.ts";
import { type Delta, objectKey, type ReconcileResult } from "../../kube/index.ts";
import {
  indexes,
  isManagedClaim,
  manyWorkers,
  mergeResults,
  nodeClassIndexValue,
  patchStatus,
  poolNameOf,
  type Reconciler,
  waitForOwnWrite,
} from "../plumbing/index.ts";
import { judgeConsolidatable } from "./consolidatable.ts";
import type { ClaimConditionDeps } from "./deps.ts";
import { createDriftJudge, type DriftJudge } from "./drift.ts";

/** Says on each claim whether it may be disrupted, and for what (spec: lifecycle 3.11 and 4.1). */
export function createClaimDisruptionConditions(deps: ClaimConditionDeps): Reconciler {
  const drift = createDriftJudge(deps);
  return {
    name: "nodeclaim.disruption",
    type: nodeClaimType,
    workers: manyWorkers,
    reconcile: async (key, signal) => {
      const claim = deps.caches.nodeClaims.store.get(key);
      if (claim === undefined || !isManagedClaim(deps.provider, claim)) return undefined;
      if (claim.metadata.deletionTimestamp !== undefined) return undefined;
      const pool = deps.caches.nodePools.store.get(poolNameOf(claim));
      return pool === undefined ? undefined : judge(deps, drift, { claim, pool, signal });
    },
    watch: (queue) => {
      queue.watches(deps.caches.nodeClaims, ({ type, object }) => {
        if (type === "deleted") drift.forget(object);
        return type === "deleted" ? [] : [objectKey(object)];
      });
      queue.watches(deps.caches.nodePools, (delta) =>
        isNews(delta) ? claimsOfPool(deps, delta.object.metadata.name ?? "") : [],
      );
      for (const informer of deps.caches.nodeClasses) {
        queue.watches(informer, ({ object }) => {
          const { group, kind } = informer.type;
          const ref = nodeClassIndexValue({ group, kind, name: object.metadata.name ?? "" });
          const pools = deps.caches.nodePools.store.byIndex(indexes.nodeClass, ref);
          return pools.flatMap(({ metadata }) => claimsOfPool(deps, metadata.name ?? ""));
        });
      }
    },
  };
}

async function judge(
  deps: ClaimConditionDeps,
  drift: DriftJudge,
  { claim, pool, signal }: { readonly claim: NodeClaim; readonly pool: NodePool; readonly signal: AbortSignal },
): Promise<ReconcileResult | undefined> {
  const view = poolViewOf(pool);
  const drifted = await drift.judge(claim, view, signal);
  const quiet = judgeConsolidatable(drifted.claim, view, deps.clock);
  const change = { type: nodeClaimType, before: claim, after: quiet.claim, lock: true };
  const written = await patchStatus(deps.kube, change, signal);
  if (written !== undefined) await waitForOwnWrite(deps.clock, deps.caches.nodeClaims, written, signal);
  if (drifted.error !== undefined) throw drifted.error;
  return mergeResults([drifted.result, quiet.result]);
}

/**
 * The status of a pool is written every few seconds; looking at all of its claims each time would be for nothing. Its
 * spec counts, and the hash that is stamped on it after a change of the spec.
 */
const isNews = (delta: Delta<NodePool>): boolean =>
  delta.type !== "updated" ||
  delta.object.metadata.generation !== delta.previous.metadata.generation ||
  JSON.stringify(delta.object.metadata.annotations) !== JSON.stringify(delta.previous.metadata.annotations);

const claimsOfPool = (deps: ClaimConditionDeps, pool: string): readonly string[] =>
  deps.caches.nodeClaims.store
    .list()
    .filter((claim) => poolNameOf(claim) === pool)
    .map(objectKey);
