import type { Facts } from "../facts/facts.ts";
import type { Pool } from "../facts/pools.ts";
import { acceleratorsIn, hasAccelerator } from "../facts/types.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const partialLimits: Rule = {
  id: "KBP602",
  name: "partial-limits",
  severity: "info",
  requirements: ["R66"],
  needs: ["objects"],
  document: {
    what: "A pool limits only one of cpu and memory, or has only accelerator types and no limit for their accelerators.",
    why: "The resource that is left out can grow without bound, and usually carries the price.",
    fix: "Add the missing resource to the limits.",
  },
  check: (facts) =>
    overEach(
      facts.pools.filter(({ limits }) => Object.keys(limits).length > 0),
      (pool) =>
        missing(facts, pool).map((resource) =>
          poolProblem(pool, pool.paths.limits, {
            message: `${resource} of ${pool.title} is unlimited`,
            evidence: `limited: ${Object.keys(pool.limits).toSorted().join(", ")}`,
          }),
        ),
    ),
};

function missing(facts: Facts, pool: Pool): readonly string[] {
  const { limits } = pool;
  if ("nodes" in limits) return [];
  const basic = ["cpu", "memory"].filter((resource) => !(resource in limits));
  const partial = basic.length === 1 ? basic : [];
  const types = facts.typesOf(pool);
  if (types.length === 0 || !types.every(hasAccelerator)) return partial;
  const offered = new Set(types.flatMap(({ capacity }) => acceleratorsIn(capacity)));
  return [...offered].some((resource) => resource in limits) ? partial : [...partial, ...[...offered].toSorted()];
}
