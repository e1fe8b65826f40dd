import { allowsSpot } from "../facts/pools.ts";
import { mayRunOnSpot, poolsFor } from "../facts/serving.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

/** What EC2 gives before it takes a spot machine back. */
const spotNoticeSeconds = 120;

export const graceBeyondNotice: Rule = {
  id: "KBP125",
  name: "grace-beyond-notice",
  severity: "warning",
  requirements: ["R30"],
  needs: ["objects"],
  document: {
    what: "A pod may run on spot and asks for a longer grace than the two minutes of notice.",
    why: "It is cut off in the middle of its stop.",
    fix: "Shorten the stop, write checkpoints, or require on-demand.",
  },
  check(facts) {
    if (!facts.pools.some(allowsSpot)) return undefined;
    return overWorkloads(facts, (workload) => {
      const grace = workload.spec.terminationGracePeriodSeconds ?? 30;
      if (grace <= spotNoticeSeconds) return undefined;
      const pool = poolsFor(facts, workload).find((each) => mayRunOnSpot(workload, each));
      if (pool === undefined) return undefined;
      return workloadProblem(workload, [...workload.specPath, "terminationGracePeriodSeconds"], {
        message: `${titleOf(workload)} wants ${grace} s but spot gives ${spotNoticeSeconds} s`,
        evidence: `it may run on spot machines of ${pool.title}`,
      });
    });
  },
};
