import { labels } from "../../api/index.ts";
import type { Facts } from "../facts/facts.ts";
import { allowsSpot, type Pool, requirementPath } from "../facts/pools.ts";
import { hasAccelerator, spotOfferings } from "../facts/types.ts";
import { listText, overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";
import { spotRunsOut } from "./spot-runs-out.ts";

export const spotNarrow: Rule = {
  id: "KBP401",
  name: "spot-narrow",
  severity: "warning",
  requirements: ["R51", "R53", "R57"],
  needs: ["objects", "catalogue"],
  document: {
    what: "A pool that may use spot has fewer than 20 types for it (fewer than 5: an error; pools of accelerators alone: 4 and 2).",
    why: "Each type in each zone is a market of its own; with few of them all can be empty at once, and pods stay pending.",
    fix: "Widen families, sizes and generations.",
  },
  check: (facts) =>
    overEach(facts.pools.filter(allowsSpot), (pool) => {
      const types = facts.typesOf(pool).filter((type) => spotOfferings(pool, type).length > 0);
      const { error, warning } = boundsOf(facts, pool);
      if (types.length >= warning || facts.typesOf(pool).length === 0) return undefined;
      const markets = types.reduce((sum, type) => sum + spotOfferings(pool, type).length, 0);
      return poolProblem(pool, requirementPath(pool, labels.instanceType), {
        message: `${pool.title} has ${types.length} types for spot; recommended ${warning}`,
        evidence: `${listText(types.map(({ name }) => name))}; ${markets} pairs of type and zone`,
        severity: types.length < error ? "error" : "warning",
        whatIf: spotRunsOut(pool),
      });
    }),
};

function boundsOf(facts: Facts, pool: Pool): { readonly error: number; readonly warning: number } {
  const { thresholds } = facts;
  return facts.typesOf(pool).every(hasAccelerator)
    ? { error: thresholds.acceleratorTypesError, warning: thresholds.acceleratorTypesWarning }
    : { error: thresholds.spotTypesError, warning: thresholds.spotTypesWarning };
}
