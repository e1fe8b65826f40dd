import type { Condition, Job, Pod } from "../../api/index.ts";
import { isDeleting } from "../stand-ins/ownership.ts";
import { isActive, isReady, isTerminal } from "../stand-ins/pod-state.ts";
import { conditionOf, withCondition } from "../stand-ins/status-write.ts";
import { millisecondsOf, timestampOf } from "../stand-ins/timestamps.ts";

/** Holds a Job's pod until its end has been counted, so that no end is lost when the pod is deleted. */
export const jobTrackingFinalizer = "batch.kubernetes.io/job-tracking";

export const completionIndexAnnotation = "batch.kubernetes.io/job-completion-index";

/** Pods whose end is noted in the status but which still carry the finalizer (crash between two writes is safe). */
export interface Uncounted {
  readonly succeeded?: readonly string[];
  readonly failed?: readonly string[];
}

export type JobStatus = NonNullable<Job["status"]> & {
  /** Pods that are being deleted and have not ended yet. */
  readonly terminating?: number;
  readonly uncountedTerminatedPods?: Uncounted;
  readonly completedIndexes?: string;
};

type JobSpec = Job["spec"] & { readonly completionMode?: "NonIndexed" | "Indexed" };

export interface JobPlan {
  /** Completion indexes of pods to create; undefined for pods without one. */
  readonly create: readonly (number | undefined)[];
  readonly remove: readonly Pod[];
  /** Pods whose finalizer can go once `status` is written. */
  readonly release: readonly Pod[];
  readonly status: JobStatus;
  /** The finished Job is to be deleted. */
  readonly isExpired: boolean;
  readonly again: number | undefined;
}

const firstBackoff = 10_000;
const mostBackoff = 600_000;

export const isFinished = (job: Job): boolean =>
  job.status?.conditions?.some(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  ) === true;

const hasFinalizer = (pod: Pod): boolean => pod.metadata.finalizers?.includes(jobTrackingFinalizer) === true;

interface Tally {
  readonly succeeded: number;
  readonly failed: number;
  readonly uncounted: Uncounted;
  readonly release: readonly Pod[];
  readonly completedIndexes: ReadonlySet<number>;
}

const uidOf = (pod: Pod): string => pod.metadata.uid ?? "";

/** A pod that is being deleted counts as failed when it has stopped without success. */
const hasSucceeded = (pod: Pod): boolean => pod.status?.phase === "Succeeded";
const hasFailed = (pod: Pod): boolean => pod.status?.phase === "Failed";

function tallyOf(job: Job, owned: readonly Pod[]): Tally {
  const status: JobStatus = job.status ?? {};
  const noted = status.uncountedTerminatedPods ?? {};
  const byUid = new Map(owned.map((pod) => [uidOf(pod), pod]));
  const isHeld = (uid: string): boolean => {
    const pod = byUid.get(uid);
    return pod !== undefined && hasFinalizer(pod);
  };
  const settle = (uids: readonly string[] = [], ended: (pod: Pod) => boolean) => {
    const fresh = owned.filter((pod) => hasFinalizer(pod) && ended(pod) && !uids.includes(uidOf(pod))).map(uidOf);
    return { counted: uids.filter((uid) => !isHeld(uid)).length, left: [...uids.filter(isHeld), ...fresh] };
  };
  const succeeded = settle(noted.succeeded, hasSucceeded);
  const failed = settle(noted.failed, hasFailed);
  const held = new Set([...succeeded.left, ...failed.left]);
  const completedIndexes = parseIndexes(status.completedIndexes);
  for (const pod of owned) {
    const index = indexOf(pod);
    if (index !== undefined && hasSucceeded(pod)) completedIndexes.add(index);
  }
  return {
    succeeded: (status.succeeded ?? 0) + succeeded.counted,
    failed: (status.failed ?? 0) + failed.counted,
    uncounted: { succeeded: succeeded.left, failed: failed.left },
    release: owned.filter((pod) => held.has(uidOf(pod))),
    completedIndexes,
  };
}

export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[completionIndexAnnotation];
  return text === undefined ? undefined : Number(text);
}

/** `0-2,5` as a set. */
function parseIndexes(text: string | undefined): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? "").split(",").filter((each) => each !== "")) {
    const [first = 0, last = first] = part.split("-").map(Number);
    for (let index = first; index <= last; index += 1) indexes.add(index);
  }
  return indexes;
}

export function printIndexes(indexes: Iterable<number>): string {
  const sorted = [...indexes].sort((left, right) => left - right);
  const ranges: [number, number][] = [];
  for (const index of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(",");
}

type End = { readonly type: "Complete" | "Failed"; readonly reason: string; readonly message: string };

function endOf(
  job: Job,
  tally: { readonly succeeded: number; readonly failed: number; readonly active: number; readonly now: number },
): End | undefined {
  const { backoffLimit = 6, completions, activeDeadlineSeconds } = job.spec;
  if (tally.failed > backoffLimit) {
    return { type: "Failed", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  }
  const started = millisecondsOf(job.status?.startTime);
  if (
    activeDeadlineSeconds !== undefined &&
    started !== undefined &&
    tally.now - started >= activeDeadlineSeconds * 1000
  ) {
    return { type: "Failed", reason: "DeadlineExceeded", message: "Job was active longer than specified deadline" };
  }
  const isComplete =
    completions === undefined ? tally.succeeded > 0 && tally.active === 0 : tally.succeeded >= completions;
  if (!isComplete) return undefined;
  return { type: "Complete", reason: "CompletionsReached", message: "Reached expected number of succeeded pods" };
}

const isEnding = (pod: Pod): boolean => isDeleting(pod) && !isTerminal(pod);

/** What a Job does now, from the pods it owns. */
export function computeJobPlan(job: Job, owned: readonly Pod[], now: number): JobPlan {
  const tally = tallyOf(job, owned);
  const active = owned.filter(isActive);
  const succeeded = tally.succeeded + (tally.uncounted.succeeded ?? []).length;
  const failed = tally.failed + (tally.uncounted.failed ?? []).length;
  const end = isFinished(job) ? undefined : endOf(job, { succeeded, failed, active: active.length, now });
  const isIdle = isFinished(job) || end !== undefined || job.spec.suspend === true;
  const wanted = isIdle ? 0 : wantedActive(job, { succeeded, active: active.length });
  const wait = isIdle ? 0 : untilRetry(owned, failed, now);
  return {
    create: wait > 0 ? [] : newIndexes(job, { owned, active, tally, count: wanted - active.length }),
    remove: active.toSorted(leastUseful).slice(0, Math.max(active.length - wanted, 0)),
    release: tally.release,
    status: statusOf(job, { tally, active, terminating: owned.filter(isEnding).length, end, now }),
    ...lifetime(job, now, wait),
  };
}

function statusOf(
  job: Job,
  given: {
    readonly tally: Tally;
    readonly active: readonly Pod[];
    readonly terminating: number;
    readonly end: End | undefined;
    readonly now: number;
  },
): JobStatus {
  const { tally, active, end, now } = given;
  const isSuspended = job.spec.suspend === true;
  const startTime = job.status?.startTime ?? (isSuspended ? undefined : timestampOf(now));
  return {
    ...(startTime === undefined ? {} : { startTime }),
    active: active.length,
    terminating: given.terminating,
    ready: active.filter(isReady).length,
    succeeded: tally.succeeded,
    failed: tally.failed,
    uncountedTerminatedPods: tally.uncounted,
    ...(isIndexed(job) ? { completedIndexes: printIndexes(tally.completedIndexes) } : {}),
    ...endedStatus(job, { end, now, isSuspended }),
  };
}

const isIndexed = (job: Job): boolean => (job.spec as JobSpec).completionMode === "Indexed";

const leastUseful = (left: Pod, right: Pod): number =>
  Number(isReady(left)) - Number(isReady(right)) || ((left.metadata.name ?? "") < (right.metadata.name ?? "") ? 1 : -1);

function wantedActive(job: Job, counts: { readonly succeeded: number; readonly active: number }): number {
  const { parallelism = 1, completions } = job.spec;
  if (completions !== undefined) return Math.min(parallelism, Math.max(completions - counts.succeeded, 0));
  // A work queue: once one pod has succeeded no new ones are started.
  return counts.succeeded > 0 ? Math.min(counts.active, parallelism) : parallelism;
}

/** After failures new pods wait, 10 s doubled for each, since the last end. */
function untilRetry(owned: readonly Pod[], failed: number, now: number): number {
  if (failed === 0) return 0;
  const ends = owned
    .filter(hasFailed)
    .map((pod) => millisecondsOf(conditionOf(pod.status?.conditions, "Ready")?.lastTransitionTime) ?? 0);
  if (ends.length === 0) return 0;
  const wait = Math.min(firstBackoff * 2 ** (failed - 1), mostBackoff);
  return Math.max(0, Math.max(...ends) + wait - now);
}

function newIndexes(
  job: Job,
  given: {
    readonly owned: readonly Pod[];
    readonly active: readonly Pod[];
    readonly tally: Tally;
    readonly count: number;
  },
): readonly (number | undefined)[] {
  if (given.count <= 0) return [];
  if (!isIndexed(job)) return Array.from({ length: given.count }, () => undefined);
  const taken = new Set(given.owned.filter((pod) => !isTerminal(pod) || isDeleting(pod)).map(indexOf));
  const free: number[] = [];
  for (let index = 0; index < (job.spec.completions ?? 0) && free.length < given.count; index += 1) {
    if (!taken.has(index) && !given.tally.completedIndexes.has(index)) free.push(index);
  }
  return free;
}

function endedStatus(
  job: Job,
  given: { readonly end: End | undefined; readonly now: number; readonly isSuspended: boolean },
): Pick<JobStatus, "conditions" | "completionTime"> {
  const { end, now, isSuspended } = given;
  let conditions: readonly Condition[] | undefined = job.status?.conditions;
  const wasSuspended = conditionOf(conditions, "Suspended")?.status === "True";
  if (isSuspended !== wasSuspended) {
    const [status, reason] = isSuspended ? (["True", "JobSuspended"] as const) : (["False", "JobResumed"] as const);
    conditions = withCondition(conditions, { type: "Suspended", status, reason, now });
  }
  if (end !== undefined) {
    // What decides the end stands before the end itself.
    for (const type of [end.type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget", end.type]) {
      conditions = withCondition(conditions, { ...end, type, status: "True", lastProbeTime: timestampOf(now), now });
    }
  }
  const kept = conditions === undefined ? {} : { conditions };
  return end?.type === "Complete" ? { ...kept, completionTime: timestampOf(now) } : kept;
}

/** When to look again, and whether the time to live of the finished Job is over. */
function lifetime(job: Job, now: number, wait: number): Pick<JobPlan, "isExpired" | "again"> {
  const { ttlSecondsAfterFinished: ttl, activeDeadlineSeconds: deadline } = job.spec;
  if (isFinished(job)) {
    if (ttl === undefined) return { isExpired: false, again: undefined };
    const ended = job.status?.conditions?.find(({ type }) => type === "Complete" || type === "Failed");
    const left = (millisecondsOf(ended?.lastTransitionTime) ?? now) + ttl * 1000 - now;
    return left <= 0 ? { isExpired: true, again: undefined } : { isExpired: false, again: left };
  }
  const started = millisecondsOf(job.status?.startTime) ?? now;
  const waits = [wait, deadline === undefined ? 0 : started + deadline * 1000 - now].filter((each) => each > 0);
  return { isExpired: false, again: waits.length === 0 ? undefined : Math.min(...waits) };
}
