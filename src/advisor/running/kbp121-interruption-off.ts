import { labels } from "../../api/index.ts";
import { allowsSpot, requirementPath } from "../facts/pools.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const interruptionOff: Rule = {
  id: "KBP121",
  name: "interruption-off",
  severity: "error",
  requirements: ["R26"],
  needs: ["objects"],
  document: {
    what: "A pool may launch spot machines and no interruption queue is set. Skipped where the input holds no settings.",
    why: "Spot machines go with two minutes' notice; without the queue nobody hears it, and pods die without a stop.",
    fix: "Set aws.interruptionQueueName (or aws.interruptionQueue) of karpenter-global-settings, or settings.interruptionQueue of the chart, to the queue's name.",
  },
  check(facts) {
    const { settings } = facts;
    if (settings === undefined) return undefined;
    return overEach(facts.pools.filter(allowsSpot), (pool) =>
      settings.queue !== ""
        ? undefined
        : poolProblem(pool, requirementPath(pool, labels.capacityType), {
            message: `${pool.title} may use spot but interruption handling is off`,
            evidence: "no interruption queue is set",
          }),
    );
  },
};
