import type { Condition, Deployment, ReplicaSet } from "../../api/index.ts";
import { conditionOf, withCondition } from "../stand-ins/status-write.ts";
import { millisecondsOf, timestampOf } from "../stand-ins/timestamps.ts";
import { resolveFenceposts } from "./counts.ts";
import { wantedReplicas } from "./deployment-rollout.ts";

type Status = NonNullable<Deployment["status"]>;

interface Sets {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

const total = (sets: Sets, of: (status: NonNullable<ReplicaSet["status"]>) => number | undefined): number =>
  [sets.current, ...sets.old].reduce((sum, set) => sum + (set?.status === undefined ? 0 : (of(set.status) ?? 0)), 0);

/** Status as `kubectl rollout status` reads it. */
export function computeDeploymentStatus(deployment: Deployment, sets: Sets, now: number): Status {
  const replicas = total(sets, (status) => status.replicas);
  const availableReplicas = total(sets, (status) => status.availableReplicas);
  const counts = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas,
    updatedReplicas: sets.current?.status?.replicas ?? 0,
    readyReplicas: total(sets, (status) => status.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(
      0,
      [sets.current, ...sets.old].reduce((sum, set) => sum + (set?.spec.replicas ?? 0), 0) - availableReplicas,
    ),
  };
  const terminatingReplicas = total(sets, (status) => status.terminatingReplicas);
  return { ...counts, terminatingReplicas, conditions: progressing(deployment, { ...sets, counts, now }) };
}

const updateTime = (
  before: Condition | undefined,
  { isNews, now }: { readonly isNews: boolean; readonly now: number },
): string => (isNews ? undefined : before?.lastUpdateTime) ?? timestampOf(now);

function availability(deployment: Deployment, availableReplicas: number, now: number): readonly Condition[] {
  const wanted = wantedReplicas(deployment);
  const { unavailable } = resolveFenceposts(deployment.spec.strategy?.rollingUpdate, wanted);
  const most = deployment.spec.strategy?.type === "Recreate" ? 0 : unavailable;
  const isMet = availableReplicas >= wanted - most;
  const status = isMet ? "True" : "False";
  const before = conditionOf(deployment.status?.conditions, "Available");
  return withCondition(deployment.status?.conditions, {
    type: "Available",
    lastUpdateTime: updateTime(before, { isNews: before?.status !== status, now }),
    status,
    reason: isMet ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    message: isMet ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
    now,
  });
}

interface Progress extends Sets {
  readonly counts: Omit<Status, "conditions">;
  readonly now: number;
}

/** Every replica is of the current template and available, and no old one is left. */
export function isComplete(deployment: Deployment, counts: Omit<Status, "conditions">): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    (counts.updatedReplicas ?? 0) === wanted &&
    (counts.replicas ?? 0) === wanted &&
    (counts.availableReplicas ?? 0) === wanted
  );
}

/** Whether the rollout came closer to its end since the status was written last. */
function hasMoved(deployment: Deployment, counts: Omit<Status, "conditions">): boolean {
  const before = deployment.status ?? {};
  const grew = (field: "updatedReplicas" | "readyReplicas" | "availableReplicas"): boolean =>
    (counts[field] ?? 0) > (before[field] ?? 0);
  return (
    grew("updatedReplicas") ||
    grew("readyReplicas") ||
    grew("availableReplicas") ||
    oldReplicas(counts) < oldReplicas(before)
  );
}

const oldReplicas = ({ replicas = 0, updatedReplicas = 0 }: Status): number => replicas - updatedReplicas;

function progressing(deployment: Deployment, progress: Progress): readonly Condition[] {
  const { counts, now, current } = progress;
  const conditions = availability(deployment, counts.availableReplicas ?? 0, now);
  const old = conditionOf(conditions, "Progressing");
  const name = current?.metadata.name ?? "";
  const set = (status: "True" | "False", reason: string, message: string): readonly Condition[] => {
    const isNews = old?.reason !== reason || old.status !== status || reason === "ReplicaSetUpdated";
    const lastUpdateTime = updateTime(old, { isNews, now });
    return withCondition(conditions, { type: "Progressing", status, reason, message, lastUpdateTime, now });
  };
  if (current === undefined) return conditions;
  if (isComplete(deployment, counts)) {
    return set("True", "NewReplicaSetAvailable", `ReplicaSet "${name}" has successfully progressed.`);
  }
  if (old === undefined) return set("True", "NewReplicaSetCreated", `Created new replica set "${name}"`);
  if (hasMoved(deployment, counts) || isRestarted(deployment, old)) {
    return set("True", "ReplicaSetUpdated", `ReplicaSet "${name}" is progressing.`);
  }
  if (untilDeadline(deployment, old, now) === 0) {
    return set("False", "ProgressDeadlineExceeded", `ReplicaSet "${name}" has timed out progressing.`);
  }
  return conditions;
}

/** A finished rollout whose spec changed is a new one. */
const isRestarted = (deployment: Deployment, old: Condition): boolean =>
  old.reason === "NewReplicaSetAvailable" && deployment.status?.observedGeneration !== deployment.metadata.generation;

/** Milliseconds until a rollout that does not move counts as stuck; undefined when it is over or has no deadline. */
export function untilDeadline(
  deployment: Deployment,
  progress: Condition | undefined,
  now: number,
): number | undefined {
  const seconds = deployment.spec.progressDeadlineSeconds;
  if (progress === undefined || seconds === undefined || seconds >= 2 ** 31 - 1) return undefined;
  if (progress.reason === "NewReplicaSetAvailable" || progress.reason === "ProgressDeadlineExceeded") return undefined;
  const since = millisecondsOf(progress.lastUpdateTime) ?? now;
  return Math.max(0, since + seconds * 1000 - now);
}
