import type { ClusterSnapshot, ProvisioningPlan } from "../../core/index.ts";
import type { Caches } from "../plumbing/index.ts";
import { createPlannedPods, type PlannedPods } from "../pod-nominations/index.ts";
import type { Batcher } from "./batcher.ts";
import type { CreationOutcome } from "./create-claims.ts";

/** Pods that a plan gave a place and that have no node yet. */
export interface ExpectedPods {
  /** What the plan places is expected now, what it leaves over is not; other pods stay as they were. */
  planned(plan: ProvisioningPlan, created: readonly CreationOutcome[]): void;
  /** How many pods still wait though the machine that was planned for them is ready: the scheduler put others there. */
  leftOver(snapshot: Pick<ClusterSnapshot, "nodes">): number;
}

/**
 * The scheduler knows nothing of the plan: it puts pods elsewhere, and the room made for others is gone. So while pods are
 * expected, each binding of one asks for a look at what is left once no more follow, instead of leaving the rest to their next
 * retry, up to ten seconds later (our addition to scheduling 1.6). Pods without hope are not expected and cause no passes.
 */
export function createExpectedPods(deps: {
  readonly caches: Pick<Caches, "pods">;
  readonly batcher: Batcher;
  /** Shared with whoever tells the scheduler of the plan; one of its own when absent. */
  readonly planned?: PlannedPods;
}): ExpectedPods {
  const expected = deps.planned ?? createPlannedPods(deps.caches);
  // An id of its own for each: the window stays open until the scheduler is through.
  expected.onBound((uid) => {
    if (expected.size > 0) deps.batcher.trigger(`bound/${uid}`);
  });
  return {
    planned: (plan, created) => {
      for (const outcome of created) {
        if (outcome.ok) expected.expect(outcome.planned.pods, outcome.claim.metadata.name ?? "");
      }
      for (const { pod, node } of plan.nominations) expected.expect([pod], node);
      for (const { pod } of plan.unplaced) expected.forget(pod);
    },
    leftOver: ({ nodes }) => {
      const ready = new Set<string>();
      for (const { name, claim, initialized } of nodes) {
        if (initialized) ready.add(name).add(claim?.key.name ?? name);
      }
      return [...expected.machines()].filter((machine) => ready.has(machine)).length;
    },
  };
}
