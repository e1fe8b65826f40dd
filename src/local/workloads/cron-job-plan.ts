import { Cron } from "croner";
import type { CronJob, Job } from "../../api/index.ts";
import { millisecondsOf } from "../stand-ins/timestamps.ts";
import { isFinished } from "./job-plan.ts";

/** More missed starts than this are not made up for (kube-controller-manager's limit). */
const mostMissed = 100;

export interface CronJobPlan {
  /** The time for which a Job is due now, in epoch milliseconds. */
  readonly start: number | undefined;
  /** Jobs to delete first: replaced ones, and finished ones beyond the history limits. */
  readonly remove: readonly Job[];
  /** When to look again, in milliseconds; undefined when the schedule never comes or is suspended. */
  readonly again: number | undefined;
  /** What is wrong with the schedule, for an event. */
  readonly problem: string | undefined;
}

const createdAt = (job: Job): number => millisecondsOf(job.metadata.creationTimestamp) ?? 0;

const hasCondition = (job: Job, type: string): boolean =>
  job.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") === true;

/** Finished Jobs beyond the history limits, oldest first. */
function surplus(jobs: readonly Job[], type: "Complete" | "Failed", limit: number): readonly Job[] {
  const ended = jobs
    .filter((job) => hasCondition(job, type))
    .sort(
      (left, right) =>
        createdAt(left) - createdAt(right) || ((left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1),
    );
  return ended.slice(0, Math.max(ended.length - limit, 0));
}

interface Times {
  /** Latest start that is due and not made, if any. */
  readonly due: number | undefined;
  readonly next: number | undefined;
  readonly missed: number;
}

function timesOf(cron: Cron, since: number, now: number): Times {
  let due: number | undefined;
  let missed = 0;
  let next = cron.nextRun(new Date(since))?.getTime();
  while (next !== undefined && next <= now && missed <= mostMissed) {
    due = next;
    missed += 1;
    next = cron.nextRun(new Date(next))?.getTime();
  }
  return { due, next, missed };
}

function parse(spec: CronJob["spec"]): Cron | { readonly problem: string } {
  try {
    return new Cron(spec.schedule, { mode: "5-part", timezone: spec.timeZone ?? "Etc/UTC", paused: true });
  } catch (error) {
    return { problem: `schedule "${spec.schedule}" cannot be read: ${(error as Error).message}` };
  }
}

/** From when on starts count as missed: the last one, or the deadline before now if that is later. */
function missedSince({ spec, status, metadata }: CronJob, now: number): number {
  const last = millisecondsOf(status?.lastScheduleTime) ?? millisecondsOf(metadata.creationTimestamp) ?? now;
  const deadline = (spec.startingDeadlineSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  return Math.max(last, now - deadline);
}

export function computeCronJobPlan(cronJob: CronJob, jobs: readonly Job[], now: number): CronJobPlan {
  const { spec } = cronJob;
  const history = [
    ...surplus(jobs, "Complete", spec.successfulJobsHistoryLimit ?? 3),
    ...surplus(jobs, "Failed", spec.failedJobsHistoryLimit ?? 1),
  ];
  const nothing = { start: undefined, remove: history, again: undefined, problem: undefined };
  if (spec.suspend === true) return nothing;
  const cron = parse(spec);
  if ("problem" in cron) return { ...nothing, problem: cron.problem };
  const times = timesOf(cron, missedSince(cronJob, now), now);
  const again = times.next === undefined ? undefined : Math.max(times.next - now, 1);
  if (times.missed > mostMissed) {
    return {
      ...nothing,
      again,
      problem: "too many missed start times; set startingDeadlineSeconds or check clock skew",
    };
  }
  const active = jobs.filter((job) => !isFinished(job));
  const isHeld = spec.concurrencyPolicy === "Forbid" && active.length > 0;
  if (times.due === undefined || isHeld) return { ...nothing, again };
  const replaced = spec.concurrencyPolicy === "Replace" ? active : [];
  return { start: times.due, remove: [...replaced, ...history], again, problem: undefined };
}
