import { poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const noGlobalBound: Rule = {
  id: "KBP604",
  name: "no-global-bound",
  severity: "info",
  requirements: ["R67"],
  needs: ["objects"],
  document: {
    what: "Of several pools, at least one has no limit.",
    why: "There is no limit for a whole cluster: only the sum of the limits of all pools bounds it. With one pool KBP601 says the same.",
    fix: "Limit every pool.",
  },
  check(facts) {
    if (facts.pools.length < 2) return undefined;
    const open = facts.pools.filter(({ limits }) => Object.keys(limits).length === 0);
    const [first] = open;
    if (first === undefined) return [];
    return [
      poolProblem(first, first.paths.limits, {
        message: `Cluster bound: unbounded because of ${open.map(({ title }) => title).join(", ")}`,
        evidence: `${open.length} of ${facts.pools.length} pools have no limits`,
      }),
    ];
  },
};
