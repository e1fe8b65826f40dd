import type { ClusterSnapshot } from "../../core/index.ts";

/** So long no pod has come or gone before a picture stands still. */
const stillMilliseconds = 5_000;
/** Where pods never rest, nobody waits longer than this. */
const mostMilliseconds = 60_000;
/** Changes no further apart are one motion: twice the time between passes would be two. */
const gapMilliseconds = 15_000;

/**
 * While pods come and go (a scaling, a rollout, a drain of ours) the next second tells more than the last: what is moved
 * meanwhile goes where nobody would put it a moment later, and must then stay for an hour. So repacking waits until pods
 * stand still (lifecycle 8, O12: instead of the fixed wait of 3.9).
 */
export interface MovingPicture {
  /** Takes the picture down. `now` in monotonic milliseconds. */
  isMoving(snapshot: ClusterSnapshot, now: number): boolean;
}

export function createMovingPicture(): MovingPicture {
  let version: number | undefined;
  let pods: string | undefined;
  let changedAt = Number.NEGATIVE_INFINITY;
  let began = Number.NEGATIVE_INFINITY;
  return {
    isMoving(snapshot, now) {
      const seen = snapshot.version === version && pods !== undefined ? pods : podsOf(snapshot);
      if (pods !== undefined && seen !== pods) {
        if (now - changedAt > gapMilliseconds) began = now;
        changedAt = now;
      }
      version = snapshot.version;
      pods = seen;
      return now - changedAt < stillMilliseconds && now - began < mostMilliseconds;
    },
  };
}

/** Who stands where, who is about to end, and who waits. */
const podsOf = ({ nodes, pendingPods }: ClusterSnapshot): string =>
  [
    ...nodes.map(({ pods }) =>
      pods
        .map(({ metadata: { uid = "", deletionTimestamp } }) => uid + (deletionTimestamp === undefined ? "" : "-"))
        .join(),
    ),
    pendingPods.map(({ metadata }) => metadata.uid ?? "").join(),
  ].join(" ");
