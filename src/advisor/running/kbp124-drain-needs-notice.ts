import { mayRunOnSpot, poolsFor } from "../facts/serving.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const drainNeedsNotice: Rule = {
  id: "KBP124",
  name: "drain-needs-notice",
  severity: "error",
  requirements: ["R30"],
  needs: ["objects"],
  document: {
    what: "Pods that need time to stop can land on a pool while no interruption queue is set. Skipped where the input holds no settings.",
    why: "Without the queue the machine goes from under them, with no grace at all.",
    fix: "Turn interruption handling on; on spot keep the grace within 120 s.",
  },
  check(facts) {
    const { settings } = facts;
    if (settings === undefined || facts.pools.length === 0) return undefined;
    return overWorkloads(facts, (workload) => {
      const need = needOf(workload, facts.thresholds.longGraceSeconds);
      if (settings.queue !== "" || need === undefined) return undefined;
      const pools = poolsFor(facts, workload);
      if (pools.length === 0) return undefined;
      return workloadProblem(workload, need.path, {
        message: `${titleOf(workload)} needs ${need.text} to stop, without interruption handling it gets none`,
        evidence: `it may run on ${pools.map(({ title }) => title).join(", ")}; no queue is set`,
        severity: pools.some((pool) => mayRunOnSpot(workload, pool)) ? "error" : "warning",
      });
    });
  },
};

function needOf({ spec, specPath }: Workload, long: number) {
  const grace = spec.terminationGracePeriodSeconds ?? 30;
  if (grace >= long) return { text: `${grace} s`, path: [...specPath, "terminationGracePeriodSeconds"] };
  const index = spec.containers.findIndex((container) => hasPreStop(container));
  return index < 0 ? undefined : { text: "its preStop hook", path: [...specPath, "containers", index, "lifecycle"] };
}

const hasPreStop = (container: object): boolean => {
  const { lifecycle } = container as { readonly lifecycle?: { readonly preStop?: unknown } };
  return lifecycle?.preStop !== undefined;
};
