import { annotations, type Pod, productAnnotations } from "../../api/index.ts";
import { type ClusterSnapshot, disruptionGuard, type DisruptionPlan, type EpochMillis } from "../../core/index.ts";

/** Everything is looked at again after this long, whatever else. */
const mostMilliseconds = 60_000;

/**
 * Spares a pass that could find nothing new: the picture is the very one of the last pass, which found nothing, and nothing
 * in it depends on the clock. Its question costs less than the first look of a pass (spec: lifecycle 3.12).
 */
export interface QuietPicture {
  holds(snapshot: ClusterSnapshot, now: EpochMillis): boolean;
  /** A pass of all methods over the picture is through. */
  note(snapshot: ClusterSnapshot, plan: DisruptionPlan, now: EpochMillis): void;
}

export function createQuietPicture(bufferNodes: () => ReadonlySet<string> = () => new Set()): QuietPicture {
  let seen: string | undefined;
  let notedAt = 0;
  // Capacity buffers change without a change of the picture.
  const nameOf = ({ version, pendingPods }: ClusterSnapshot): string =>
    `${version} ${pendingPods.length} ${[...bufferNodes()].sort().join()}`;
  return {
    holds: (snapshot, now) => now - notedAt < mostMilliseconds && now >= notedAt && nameOf(snapshot) === seen,
    note(snapshot, { commands, reports }, now) {
      const found = commands.length > 0 || reports.some(({ unfinished }) => unfinished === true);
      seen = found || dependsOnClock(snapshot, now) ? undefined : nameOf(snapshot);
      notedAt = now;
    },
  };
}

/** Something ends or begins by itself: a nomination, a protected time of a pod, a window of a budget or of a pool. */
const dependsOnClock = ({ nodes, pools }: ClusterSnapshot, now: EpochMillis): boolean =>
  pools.some(({ pool }) => hasWindows(pool)) ||
  nodes.some(({ nominatedUntil = 0, pods }) => nominatedUntil > now || pods.some((pod) => isProtectedFor(pod, now)));

const hasWindows = ({ metadata, spec }: ClusterSnapshot["pools"][number]["pool"]): boolean =>
  (spec.disruption?.budgets ?? []).some(({ schedule }) => schedule !== undefined) ||
  metadata.annotations?.[productAnnotations.disruptionWindows] !== undefined;

function isProtectedFor(pod: Pod, now: EpochMillis): boolean {
  if (pod.metadata.annotations?.[annotations.doNotDisrupt] === undefined) return false;
  const guard = disruptionGuard(pod, now);
  return guard.protects && guard.endsAt !== undefined;
}
