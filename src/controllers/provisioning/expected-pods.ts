import { conditionTypes, getCondition, parseTimestamp } from "../../api/index.ts";
import {
  type ClusterSnapshot,
  type EpochMillis,
  type ExpectedNodes,
  fitsResources,
  noResources,
  podRequests,
  type ProvisioningPlan,
  type StateNode,
  subtractResources,
} from "../../core/index.ts";
import type { Caches } from "../plumbing/index.ts";
import { createPlannedPods, type PlannedPods } from "../pod-nominations/index.ts";
import type { Batcher } from "./batcher.ts";
import type { CreationOutcome } from "./create-claims.ts";

/** Longer than kube-scheduler holds a pod back (10 s): one that is still waiting then has found its room taken. */
const bindMilliseconds = 15_000;

/** Pods that a plan gave a place and that have no node yet. */
export interface ExpectedPods {
  /** What the plan places is expected now, what it leaves over is not; other pods stay as they were. */
  planned(plan: ProvisioningPlan, created: readonly CreationOutcome[]): void;
  standing(snapshot: Pick<ClusterSnapshot, "nodes">, now: EpochMillis): Standing;
}

export interface Standing {
  /** Pods whose machine is on its way, or ready for less time than the scheduler may need: planned as they are. */
  readonly expected: ExpectedNodes;
  /** How many wait though their machine is there: the scheduler has put others into their room. */
  readonly leftOver: number;
}

/**
 * A plan holds until it is disproved. While pods are expected on machines that come, they are not planned again beside pods
 * that came later: packed in another order they might not fit, and a machine too many would be bought. And each binding of
 * one asks for a look at what is left once no more follow: where the scheduler has given their room to others, pods are
 * planned anew at once, not at their next retry, up to ten seconds later (our addition to scheduling 1.6).
 */
export function createExpectedPods(deps: {
  readonly caches: Pick<Caches, "pods">;
  readonly batcher: Batcher;
  /** Shared with whoever tells the scheduler of the plan; one of its own when absent. */
  readonly planned?: PlannedPods;
}): ExpectedPods {
  const planned = deps.planned ?? createPlannedPods(deps.caches);
  // An id of its own for each: the window stays open until the scheduler is through.
  planned.onBound((uid) => {
    if (planned.size > 0) deps.batcher.trigger(`bound/${uid}`);
  });
  return {
    planned: (plan, created) => {
      for (const outcome of created) {
        if (outcome.ok) planned.expect(outcome.planned.pods, outcome.claim.metadata.name ?? "");
      }
      for (const { pod, node } of plan.nominations) planned.expect([pod], node);
      for (const { pod } of plan.unplaced) planned.forget(pod);
    },
    standing: ({ nodes }, now) => {
      const expected = new Map<string, string>();
      let leftOver = 0;
      if (planned.size === 0) return { expected, leftOver };
      for (const node of nodes) {
        const pods = planned.on([node.claim?.key.name ?? node.name, node.name]);
        if (pods.length === 0 || node.markedForDeletion) continue;
        let room = isOverdue(node, now) ? noResources : subtractResources(node.allocatable, node.podRequests);
        for (const pod of pods) {
          const asked = podRequests(pod);
          if (fitsResources(asked, room)) {
            expected.set(pod.metadata.uid ?? "", node.name);
            room = subtractResources(room, asked);
          } else if (node.initialized) leftOver += 1;
        }
      }
      return { expected, leftOver };
    },
  };
}

/** Pods had time to be bound since the node could take them. */
function isOverdue({ claim, initialized }: StateNode, now: EpochMillis): boolean {
  if (!initialized || claim === undefined) return initialized;
  const condition = getCondition(claim.claim, conditionTypes.initialized);
  const since = parseTimestamp(condition?.lastTransitionTime ?? "");
  return since === undefined || now - since > bindMilliseconds;
}
