import {
  type Condition,
  conditionTypes,
  getCondition,
  isConditionTrue,
  type NodeClaim,
  nodeClaimType,
} from "../../api/index.ts";
import { countDisrupted, deleteObject, millisOf, requeueAfter } from "../plumbing/index.ts";
import { defaultLifecycleLimits, type LifecycleDeps, type Step, type StepOutcome } from "./step.ts";

/** Gives up claims that do not launch or whose machine does not join (spec: lifecycle 1.6). */
export function createLivenessStep(deps: LifecycleDeps): Step {
  const limits = deps.limits ?? defaultLifecycleLimits;
  return async (claim, signal) => {
    if (isConditionTrue(claim, conditionTypes.registered)) return { claim };
    const now = deps.clock.now();
    const unlaunched = isConditionTrue(claim, conditionTypes.launched)
      ? undefined
      : sinceMillis(claim, getCondition(claim, conditionTypes.launched));
    if (unlaunched !== undefined) {
      const left = unlaunched + limits.launchMilliseconds - now;
      // Not launched for so long that registration is late too: one deletion and one failure are enough (V9).
      if (left <= 0) return giveUp(deps, claim, "launch_timeout", signal);
      return { claim, result: requeueAfter(left) };
    }
    const left =
      sinceMillis(claim, getCondition(claim, conditionTypes.registered)) + limits.registrationMilliseconds - now;
    if (left > 0) return { claim, result: requeueAfter(left) };
    return giveUp(deps, claim, "registration_timeout", signal);
  };
}

/** An untouched condition counts from the creation of the claim. */
const sinceMillis = (claim: NodeClaim, condition: Condition | undefined): number =>
  millisOf(condition?.lastTransitionTime ?? claim.metadata.creationTimestamp) ?? 0;

async function giveUp(
  deps: LifecycleDeps,
  claim: NodeClaim,
  reason: "launch_timeout" | "registration_timeout",
  signal: AbortSignal,
): Promise<StepOutcome> {
  await deps.outcomes.recordFailure(claim, signal);
  if (await deleteObject(deps.kube, nodeClaimType, claim, signal)) {
    deps.log.error("deleted nodeclaim that made no progress", { NodeClaim: claim.metadata.name, reason });
    countDisrupted(deps.instruments, { claim, reason });
  }
  return { claim, deleted: true };
}
