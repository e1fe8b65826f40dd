import type { Deployment, ReplicaSet } from "../../api/index.ts";
import { millisecondsOf } from "../stand-ins/timestamps.ts";
import { resolveFenceposts } from "./counts.ts";

/** New sizes of ReplicaSets by name; those not named keep theirs. */
export type Sizes = ReadonlyMap<string, number>;

export const desiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas";

const size = (set: ReplicaSet): number => set.spec.replicas ?? 1;
const available = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;
const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number =>
  sets.reduce((total, set) => total + of(set), 0);

/** Oldest first; by name among equals. */
export const byAge = (left: ReplicaSet, right: ReplicaSet): number =>
  (millisecondsOf(left.metadata.creationTimestamp) ?? 0) - (millisecondsOf(right.metadata.creationTimestamp) ?? 0) ||
  ((left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1);

export const wantedReplicas = (deployment: Deployment): number => deployment.spec.replicas ?? 1;

export function mostReplicas(deployment: Deployment): number {
  if (deployment.spec.strategy?.type === "Recreate") return wantedReplicas(deployment);
  return (
    wantedReplicas(deployment) +
    resolveFenceposts(deployment.spec.strategy?.rollingUpdate, wantedReplicas(deployment)).surge
  );
}

/** Size that the ReplicaSet of a new template starts with. */
export function firstSize(deployment: Deployment, old: readonly ReplicaSet[]): number {
  if (deployment.spec.strategy?.type === "Recreate") return wantedReplicas(deployment);
  const room = mostReplicas(deployment) - sum(old, size);
  return Math.max(0, Math.min(room, wantedReplicas(deployment)));
}

/** One step of a rolling update: the new set up into the surge, old ones down as far as availability allows. */
export function computeRollingUpdate(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): Sizes {
  const wanted = wantedReplicas(deployment);
  if (size(current) > wanted) return new Map([[nameOf(current), wanted]]);
  if (size(current) < wanted) {
    const room = mostReplicas(deployment) - sum([current, ...old], size);
    if (room > 0) return new Map([[nameOf(current), size(current) + Math.min(room, wanted - size(current))]]);
  }
  return scaleDownOld(deployment, current, old);
}

function scaleDownOld(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): Sizes {
  const wanted = wantedReplicas(deployment);
  const { unavailable } = resolveFenceposts(deployment.spec.strategy?.rollingUpdate, wanted);
  const leastAvailable = wanted - unavailable;
  const sizes = new Map<string, number>();
  const sizeNow = (set: ReplicaSet): number => sizes.get(nameOf(set)) ?? size(set);
  const oldestFirst = old.filter((set) => size(set) > 0).sort(byAge);
  let spare = sum([current, ...old], size) - leastAvailable - (size(current) - available(current));
  for (const set of oldestFirst) {
    // Pods that never became available are of no use: they go first.
    const useless = Math.min(spare, size(set) - available(set));
    if (useless <= 0) continue;
    sizes.set(nameOf(set), size(set) - useless);
    spare -= useless;
  }
  // Bounded by sizes too: a status that lags still counts pods as available that are on their way out.
  let surplus = Math.min(sum([current, ...old], available) - leastAvailable, spare);
  for (const set of oldestFirst) {
    const less = Math.min(surplus, sizeNow(set));
    if (less <= 0) continue;
    sizes.set(nameOf(set), sizeNow(set) - less);
    surplus -= less;
  }
  return sizes;
}

/** All old pods go before a new one comes. `oldPods` are those of old sets that have not ended yet. */
export function computeRecreate(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  given: { readonly old: readonly ReplicaSet[]; readonly oldPods: number },
): { readonly sizes: Sizes; readonly mayCreate: boolean } {
  const down = given.old.filter((set) => size(set) > 0);
  if (down.length > 0) return { sizes: new Map(down.map((set) => [nameOf(set), 0])), mayCreate: false };
  if (given.oldPods > 0) return { sizes: new Map(), mayCreate: false };
  const wanted = wantedReplicas(deployment);
  const sizes = current !== undefined && size(current) !== wanted ? [[nameOf(current), wanted] as const] : [];
  return { sizes: new Map(sizes), mayCreate: true };
}

/** Whether `spec.replicas` moved since the sets were last sized. */
export function isScaling(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const noted = set.metadata.annotations?.[desiredReplicasAnnotation];
    return size(set) > 0 && noted !== undefined && Number(noted) !== wantedReplicas(deployment);
  });
}

/**
 * New sizes after `spec.replicas` moved in the middle of a rollout, or while paused: the difference is shared out by
 * size, largest sets first, so that a rollout goes on where it was.
 */
export function computeScaling(deployment: Deployment, sets: readonly ReplicaSet[]): Sizes {
  const wanted = wantedReplicas(deployment);
  const live = sets.filter((set) => size(set) > 0);
  const only = live.length <= 1 ? (live[0] ?? sets.toSorted(byAge).at(-1)) : undefined;
  if (live.length <= 1) return only === undefined ? new Map() : new Map([[nameOf(only), wanted]]);
  const total = sum(live, size);
  const allowed = wanted > 0 ? mostReplicas(deployment) : 0;
  let left = allowed - total;
  const sizes = new Map<string, number>();
  const largestFirst = live.toSorted((a, b) => size(b) - size(a) || -byAge(a, b));
  for (const set of largestFirst) {
    const share = Math.round((size(set) * allowed) / total) - size(set);
    const step = left > 0 ? Math.min(Math.max(share, 0), left) : Math.max(Math.min(share, 0), left);
    sizes.set(nameOf(set), size(set) + step);
    left -= step;
  }
  const first = largestFirst[0];
  if (first !== undefined) sizes.set(nameOf(first), Math.max(0, (sizes.get(nameOf(first)) ?? 0) + left));
  return sizes;
}

/** Old, empty sets beyond the history limit, oldest first. */
export function computeHistoryRemoval(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const empty = old.filter((set) => size(set) === 0 && (set.status?.replicas ?? 0) === 0);
  return empty.sort(byAge).slice(0, Math.max(empty.length - limit, 0));
}

const nameOf = (set: ReplicaSet): string => set.metadata.name ?? "";
