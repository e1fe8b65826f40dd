import { overPools, poolProblem } from "../model/judging.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import type { Rule } from "../model/rule.ts";

export const ttlExtreme: Rule = {
  id: "KBP309",
  name: "ttl-extreme",
  severity: "warning",
  requirements: ["R49"],
  needs: ["objects"],
  document: {
    what: "Nodes expire after less than an hour, or empty nodes wait for less than 15 seconds or more than a day.",
    why: "Nodes that go too soon are bought again; nodes that wait too long are paid for nothing.",
    fix: "Choose an expiry of days, and an empty time of half a minute to some minutes.",
  },
  check: (facts) =>
    overPools(facts, (pool) => {
      const { shortestExpirySeconds, shortestEmptySeconds, longestEmptySeconds } = facts.thresholds;
      const { expirySeconds, emptySeconds, consolidates, paths } = pool;
      const problems = [];
      if (expirySeconds !== undefined && expirySeconds < shortestExpirySeconds)
        problems.push(
          poolProblem(pool, paths.expiry, {
            message: `Expiry after ${expirySeconds} s of ${pool.title} causes churn`,
            evidence: `expected at least ${shortestExpirySeconds} s`,
            edit: proposedEdit(pool.entry, setValue(paths.expiry, pool.era === "v1" ? "720h" : 2_592_000)),
          }),
        );
      // A pool that consolidates judges price as well: 0s is its default and no haste.
      if (emptySeconds === undefined || consolidates) return problems;
      if (emptySeconds < shortestEmptySeconds || emptySeconds > longestEmptySeconds)
        problems.push(
          poolProblem(pool, paths.empty, {
            message: `Empty time of ${emptySeconds} s of ${pool.title} causes ${emptySeconds < shortestEmptySeconds ? "churn" : "waste"}`,
            evidence: `expected ${shortestEmptySeconds} to ${longestEmptySeconds} s`,
            edit: proposedEdit(pool.entry, setValue(paths.empty, pool.era === "v1" ? "1m" : 60)),
          }),
        );
      return problems;
    }),
};
