import { parseAmount } from "../../core/index.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const nearLimit: Rule = {
  id: "KBP603",
  name: "near-limit",
  severity: "warning",
  requirements: ["R68"],
  needs: ["cluster"],
  document: {
    what: "A pool uses 80 % of a limit or more; at 100 % it is an error.",
    why: "At the limit no more machines are added and pods stay pending.",
    fix: "Raise the limit, or find out what grew.",
  },
  check: (facts) =>
    overEach(
      facts.pools.filter(({ limits, usage }) => Object.keys(limits).some((resource) => resource in usage)),
      (pool) =>
        Object.keys(pool.limits)
          .toSorted()
          .flatMap((resource) => {
            const [used, limit] = [pool.usage[resource], pool.limits[resource]];
            if (used === undefined || limit === undefined) return [];
            const [amount, most] = [parseAmount(resource, used), parseAmount(resource, limit)];
            if (!amount.ok || !most.ok || amount.value < most.value * facts.thresholds.nearLimitShare) return [];
            return poolProblem(pool, [...pool.paths.limits, resource], {
              message: `${pool.title} uses ${used} of ${limit} ${resource}`,
              evidence: `status.resources.${resource}: ${used}`,
              severity: amount.value >= most.value ? "error" : "warning",
            });
          }),
    ),
};
