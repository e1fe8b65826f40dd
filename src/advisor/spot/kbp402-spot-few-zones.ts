import { labels } from "../../api/index.ts";
import { allowsOnDemand, allowsSpot, requirementPath } from "../facts/pools.ts";
import { spotOfferings } from "../facts/types.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";
import { spotRunsOut } from "./spot-runs-out.ts";

export const spotFewZones: Rule = {
  id: "KBP402",
  name: "spot-few-zones",
  severity: "warning",
  requirements: ["R58"],
  needs: ["objects", "catalogue"],
  document: {
    what: "The spot machines of a pool are confined to one zone. An error when the pool has nothing but spot.",
    why: "Spot capacity differs from zone to zone; where one zone has none, another may.",
    fix: "Allow more zones, with subnets in them.",
  },
  check: (facts) =>
    overEach(facts.pools.filter(allowsSpot), (pool) => {
      const zones = new Set(facts.typesOf(pool).flatMap((type) => spotOfferings(pool, type).map(({ zone }) => zone)));
      if (zones.size === 0 || zones.size >= facts.thresholds.spotZones) return undefined;
      return poolProblem(pool, requirementPath(pool, labels.zone), {
        message: `Spot of ${pool.title} is confined to ${[...zones].toSorted().join(", ")}`,
        whatIf: spotRunsOut(pool),
        evidence: `${zones.size} of the zones of ${facts.region}`,
        severity: zones.size === 1 && !allowsOnDemand(pool) ? "error" : "warning",
      });
    }),
};
