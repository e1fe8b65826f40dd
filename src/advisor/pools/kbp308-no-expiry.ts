import { overPools, poolProblem } from "../model/judging.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import type { Rule } from "../model/rule.ts";

export const noExpiry: Rule = {
  id: "KBP308",
  name: "no-expiry",
  severity: "warning",
  requirements: ["R49", "R50"],
  needs: ["objects"],
  document: {
    what: "Nodes of a pool never expire.",
    why: "Old nodes keep old images and kubelets; expiry is how they are renewed a few at a time.",
    fix: "Set ttlSecondsUntilExpired, for example 2592000 (30 days), or expireAfter: 720h on a NodePool.",
  },
  check: (facts) =>
    overPools(facts, (pool) =>
      pool.expirySeconds !== undefined
        ? undefined
        : poolProblem(pool, pool.era === "v1" ? pool.paths.expiry : ["spec"], {
            message: `Nodes of ${pool.title} are never renewed`,
            edit: proposedEdit(pool.entry, setValue(pool.paths.expiry, pool.era === "v1" ? "720h" : 2_592_000)),
            evidence: pool.era === "v1" ? "expireAfter is Never" : "ttlSecondsUntilExpired is not set",
          }),
    ),
};
