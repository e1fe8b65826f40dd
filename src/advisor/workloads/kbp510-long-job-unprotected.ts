import { annotations, eraAnnotations, type Job } from "../../api/index.ts";
import { durationText, timeOf } from "../facts/cluster-life.ts";
import type { Facts } from "../facts/facts.ts";
import { poolsFor } from "../facts/serving.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import type { Problem, Rule } from "../model/rule.ts";

export const longJobUnprotected: Rule = {
  id: "KBP510",
  name: "long-job-unprotected",
  severity: "info",
  requirements: ["R75"],
  needs: ["objects"],
  document: {
    what: "A StatefulSet, or a Job that may take more than an hour or has run for so long, has pods without protection on a pool that expires or consolidates nodes. A warning for Jobs whose pods are not restarted.",
    why: "Its work begins anew, or is lost, when its node is replaced.",
    fix: 'Annotate the pod template: karpenter.sh/do-not-disrupt: "true", or karpenter.sh/do-not-evict: "true" in the old era.',
  },
  check: (facts) => overWorkloads(facts, (workload) => judge(facts, workload), ["StatefulSet", "Job", "CronJob"]),
};

function judge(facts: Facts, workload: Workload): Problem | undefined {
  const { job, spec, kind } = workload;
  const deadline = job?.activeDeadlineSeconds ?? spec.activeDeadlineSeconds ?? 0;
  const ran = ranSeconds(facts, workload);
  // A Job without a deadline that has not run yet says nothing of how long it takes.
  if (kind !== "StatefulSet" && Math.max(deadline, ran) <= facts.thresholds.longJobSeconds) return undefined;
  if (isAnnotated(workload)) return undefined;
  const pool = poolsFor(facts, workload).find((each) => each.consolidates || each.expirySeconds !== undefined);
  if (pool === undefined) return undefined;
  return workloadProblem(workload, workload.metadataPath, {
    message: `${titleOf(workload)} would be restarted by ${pool.consolidates ? "consolidation" : "expiry"}`,
    evidence: `it may run on ${pool.title}${timeText(deadline, ran)}`,
    edit: proposedEdit(workload.entry, setValue([...workload.metadataPath, "annotations", keyOf(pool.era)], "true")),
    severity: job !== undefined && spec.restartPolicy === "Never" ? "warning" : "info",
  });
}

const timeText = (deadline: number, ran: number): string => {
  if (deadline > 0) return `; activeDeadlineSeconds: ${deadline}`;
  return ran > 0 ? `; it has run for ${durationText(ran)}` : "";
};

/** What the status of a Job in a cluster tells, up to now; 0 where it tells nothing. */
function ranSeconds({ now }: Facts, { entry }: Workload): number {
  const { startTime, completionTime } = (entry.object as Partial<Job>).status ?? {};
  const [start, end] = [timeOf(startTime), timeOf(completionTime) ?? now];
  return start === undefined || end === undefined ? 0 : Math.max(0, (end - start) / 1000);
}

const keyOf = (era: "v1alpha5" | "v1"): string => (era === "v1" ? annotations.doNotDisrupt : eraAnnotations.doNotEvict);

const isAnnotated = ({ annotations: own }: Workload): boolean =>
  own[eraAnnotations.doNotEvict] !== undefined || own[annotations.doNotDisrupt] !== undefined;
