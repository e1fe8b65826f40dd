import {
  conditionTypes,
  isConditionTrue,
  type NodeClaim,
  productAnnotations,
  removeCondition,
  setCondition,
} from "../../api/index.ts";
import { claimViewOf, isTypeOffered, type PoolView, templateDrift } from "../../core/index.ts";
import { millisOf, requeueAfter, timestampOf } from "../plumbing/index.ts";
import type { Judged } from "./consolidatable.ts";
import type { ClaimConditionDeps } from "./deps.ts";

/** Spec: lifecycle 0.2 and 4.1. */
const recheckMilliseconds = 5 * 60_000;
const typeCheckAgeMilliseconds = 60 * 60_000;
const typeCheckKeptMilliseconds = 30 * 60_000;

/** `error` leaves the condition as it was, and is thrown once everything else is written. */
export type DriftJudged = Judged & { readonly error?: unknown };

export interface DriftJudge {
  judge(claim: NodeClaim, pool: PoolView, signal: AbortSignal): Promise<DriftJudged>;
  forget(claim: NodeClaim): void;
}

/** Says on a claim whether it still is what its pool and class ask for (spec: lifecycle 4.1). */
export function createDriftJudge(deps: ClaimConditionDeps): DriftJudge {
  const types = createTypeChecks(deps);
  return {
    forget: (claim) => types.forget(claim),
    judge: async (claim, pool, signal) => {
      if (!isConditionTrue(claim, conditionTypes.launched)) return { claim: withReason(deps, claim, undefined) };
      const result = requeueAfter(recheckMilliseconds);
      try {
        const reason = await findReason(deps, types, { claim, pool, signal });
        return { claim: withReason(deps, claim, reason), result };
      } catch (error) {
        signal.throwIfAborted();
        return { claim, result, error };
      }
    },
  };
}

interface Question {
  readonly claim: NodeClaim;
  readonly pool: PoolView;
  readonly signal: AbortSignal;
}

/** Cheap checks first; the first hit is the reason. */
async function findReason(
  deps: ClaimConditionDeps,
  types: TypeChecks,
  question: Question,
): Promise<string | undefined> {
  const view = claimViewOf(question.claim);
  const template = templateDrift(view, question.pool);
  if (template !== undefined) return template;
  if (await types.isGone(question)) return "InstanceTypeNotFound";
  const provider = await deps.provider.driftReason(view, { signal: question.signal });
  return provider ?? (isToBeRebalanced(question) ? "SpotRebalanceRecommended" : undefined);
}

/** The cloud advised to move, and the pool wants that heeded: as drift, so that the replacement comes first. */
const isToBeRebalanced = ({ claim, pool: { pool } }: Question): boolean =>
  claim.metadata.annotations?.[productAnnotations.rebalanceRecommended] !== undefined &&
  pool.metadata.annotations?.[productAnnotations.onRebalance] === "replace";

/** The age of a drift is that of the first reason: a change of reason moves no time. */
function withReason(deps: ClaimConditionDeps, claim: NodeClaim, reason: string | undefined): NodeClaim {
  const type = conditionTypes.drifted;
  return reason === undefined
    ? removeCondition(claim, type)
    : setCondition(claim, { type, status: "True", reason, message: reason }, timestampOf(deps.clock));
}

interface TypeChecks {
  /** Whether the type of an old claim is no longer offered. Only a pass is remembered, for half an hour. */
  isGone(question: Question): Promise<boolean>;
  forget(claim: NodeClaim): void;
}

function createTypeChecks(deps: ClaimConditionDeps): TypeChecks {
  const passed = new Map<string, number>();
  const uidOf = ({ metadata }: NodeClaim): string => metadata.uid ?? "";
  const isDue = (claim: NodeClaim): boolean => {
    const created = millisOf(claim.metadata.creationTimestamp) ?? Number.POSITIVE_INFINITY;
    if (deps.clock.now() - created <= typeCheckAgeMilliseconds) return false;
    const last = passed.get(uidOf(claim)) ?? Number.NEGATIVE_INFINITY;
    return deps.clock.monotonic() - last >= typeCheckKeptMilliseconds;
  };
  return {
    isGone: async ({ claim, pool, signal }) => {
      if (!isDue(claim)) return false;
      const listed = await deps.provider.instanceTypes(pool, { signal });
      // A class that is missing or not ready says nothing about what is sold.
      if (!listed.ok) throw new Error(`listing instance types of ${pool.key.name}: ${listed.failure.message}`);
      if (!isTypeOffered(claimViewOf(claim), listed.value)) return true;
      passed.set(uidOf(claim), deps.clock.monotonic());
      return false;
    },
    forget: (claim) => void passed.delete(uidOf(claim)),
  };
}
