import { conditionTypes, getCondition, type NodeClaim, removeCondition, setCondition } from "../../api/index.ts";
import { claimViewOf, consolidatableOf, isStaticPool, type PoolView } from "../../core/index.ts";
import type { ReconcileResult } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";
import { requeueAfter, timestampOf } from "../plumbing/index.ts";

export interface Judged {
  readonly claim: NodeClaim;
  readonly result?: ReconcileResult;
}

/** Spec: lifecycle 3.11. Pod events need no watch of their own: they come as `lastPodEventTime` on the claim. */
export function judgeConsolidatable(claim: NodeClaim, pool: PoolView, clock: Clock): Judged {
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
