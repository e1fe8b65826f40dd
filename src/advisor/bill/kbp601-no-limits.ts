import { overPools, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const noLimits: Rule = {
  id: "KBP601",
  name: "no-limits",
  severity: "warning",
  requirements: ["R65", "R66"],
  needs: ["objects"],
  document: {
    what: "A pool has no limits.",
    why: "Nothing but the account's quota ends its growth when a workload runs away.",
    fix: "Set limits for cpu and memory: spec.limits.resources of a Provisioner, spec.limits of a NodePool.",
  },
  check: (facts) =>
    overPools(facts, (pool) =>
      Object.keys(pool.limits).length > 0
        ? undefined
        : poolProblem(pool, pool.paths.limits, {
            message: `${pool.title} has no resource limits`,
            evidence: "limits are absent or empty",
          }),
    ),
};
