import { type Pod, productAnnotations } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { type DisruptionLimits, disruptionLimits } from "../pods/disruption-limits.ts";
import { isProvisionable } from "../pods/predicates.ts";
import { isCurrentlyReschedulable } from "../pods/reschedulable.ts";
import { filtered, type Resumable } from "../resumable.ts";
import { epochMillisOf } from "../time.ts";
import type { ResolvedOptions } from "./options.ts";

/** Pods that a pass plans for (scheduling 1.1, 1.2): pending ones first, then those of nodes that go. */
export function* loopPods(snapshot: ClusterSnapshot, options: ResolvedOptions): Resumable<readonly Pod[]> {
  const pending = yield* filtered(snapshot.pendingPods, isProvisionable);
  const displaced = displacedPods(snapshot, options);
  return displaced.length === 0 ? pending : pending.concat(displaced);
}

function displacedPods(snapshot: ClusterSnapshot, options: ResolvedOptions): readonly Pod[] {
  const leaving = snapshot.nodes.filter(({ markedForDeletion }) => markedForDeletion);
  if (leaving.length === 0) return [];
  const limits = disruptionLimits(snapshot.podDisruptionBudgets);
  // Without a clock every started protection still holds: capacity bought too late is cheaper than bought for nothing.
  const moment = {
    now: options.now ?? snapshot.takenAt ?? epochMillisOf(0),
    limits: limits.ok ? limits.value : blockAll,
  };
  const moving = leaving.flatMap(({ pods }) => pods.filter((pod) => isCurrentlyReschedulable(pod, moment)));
  return moving.some(isSurged) ? withoutSurged(moving, snapshot) : moving;
}

const isSurged = ({ metadata }: Pod): boolean => metadata.annotations?.[productAnnotations.surge] === "true";

/** Without those whose successor exists already, beside them: one place is enough for both. */
function withoutSurged(moving: readonly Pod[], { pendingPods, nodes }: ClusterSnapshot): readonly Pod[] {
  const successors = [...pendingPods, ...nodes.flatMap(({ pods }) => pods)].map(
    ({ metadata }) => metadata.annotations?.[productAnnotations.surgedFor],
  );
  const replaced = new Set(successors);
  return moving.filter((pod) => !isSurged(pod) || !replaced.has(pod.metadata.uid));
}

/** One budget that cannot be read must not lead to moves that it might forbid. */
const blockAll: DisruptionLimits = { check: () => ({ kind: "several-budgets", budgets: [] }) };
