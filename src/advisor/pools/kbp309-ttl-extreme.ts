import { labels } from "../../api/index.ts";
import { conditionOf, timeOf } from "../facts/cluster-life.ts";
import type { Facts } from "../facts/facts.ts";
import type { Pool } from "../facts/pools.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import { overPools, poolProblem } from "../model/judging.ts";
import type { Problem, Rule } from "../model/rule.ts";

export const ttlExtreme: Rule = {
  id: "KBP309",
  name: "ttl-extreme",
  severity: "warning",
  requirements: ["R49"],
  needs: ["objects"],
  document: {
    what: "Nodes expire after less than an hour, or sooner than nodes of the pool have taken to start, or empty nodes wait for less than 15 seconds or more than a day.",
    why: "Nodes that go too soon are bought again; nodes that wait too long are paid for nothing.",
    fix: "Choose an expiry of days, and an empty time of half a minute to some minutes.",
  },
  check: (facts) => overPools(facts, (pool) => [...expiryProblem(facts, pool), ...emptyProblem(facts, pool)]),
};

function expiryProblem(facts: Facts, pool: Pool): readonly Problem[] {
  const { expirySeconds, paths, era, title, entry } = pool;
  if (expirySeconds === undefined) return [];
  const least = facts.thresholds.shortestExpirySeconds;
  const start = startSeconds(facts, pool);
  if (expirySeconds >= least && expirySeconds >= start) return [];
  return [
    poolProblem(pool, paths.expiry, {
      message: `TTL ${expirySeconds} of ${title} causes churn`,
      evidence: `expiry, seconds; expected at least ${expirySeconds < start ? `the ${start} that its nodes take to start` : least}`,
      edit: proposedEdit(entry, setValue(paths.expiry, era === "v1" ? "720h" : 2_592_000)),
    }),
  ];
}

function emptyProblem({ thresholds }: Facts, pool: Pool): readonly Problem[] {
  const { shortestEmptySeconds: least, longestEmptySeconds: most } = thresholds;
  const { emptySeconds, consolidates, paths, era, title, entry } = pool;
  // A pool that consolidates judges price as well: 0s is its default and no haste.
  if (emptySeconds === undefined || consolidates || (emptySeconds >= least && emptySeconds <= most)) return [];
  return [
    poolProblem(pool, paths.empty, {
      message: `TTL ${emptySeconds} of ${title} causes ${emptySeconds < least ? "churn" : "waste"}`,
      evidence: `time that empty nodes wait, seconds; expected ${least} to ${most}`,
      edit: proposedEdit(entry, setValue(paths.empty, era === "v1" ? "1m" : 60)),
    }),
  ];
}

/** The longest that a node of the pool has taken until it was initialized, seconds; 0 where the input has none. */
function startSeconds({ objects }: Facts, { name }: Pool): number {
  const times = objects.flatMap(({ object }) => {
    const own = object.metadata.labels ?? {};
    if ((own[labels.nodePool] ?? own[labels.provisionerName]) !== name) return [];
    const initialized = conditionOf(object, "Initialized") ?? conditionOf(object, "MachineInitialized");
    const [from, to] = [timeOf(object.metadata.creationTimestamp), timeOf(initialized?.lastTransitionTime)];
    return initialized?.status !== "True" || from === undefined || to === undefined ? [] : [(to - from) / 1000];
  });
  return Math.max(0, ...times);
}
