import { labels } from "../../api/index.ts";
import type { Facts } from "../facts/facts.ts";
import { allowsOnDemand, allowsSpot, type Pool, requirementPath } from "../facts/pools.ts";
import { subnetZonesOf } from "../facts/subnet-zones.ts";
import { spotOfferings } from "../facts/types.ts";
import { denied } from "../model/account-judging.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";
import { spotRunsOut } from "./spot-runs-out.ts";

export const spotFewZones: Rule = {
  id: "KBP402",
  name: "spot-few-zones",
  severity: "warning",
  requirements: ["R58"],
  needs: ["objects", "catalogue"],
  document: {
    what: "The spot machines of a pool are confined to one zone, by its requirements or by the subnets of its class (where the account or the class's status tells them). An error when the pool has nothing but spot.",
    why: "Spot capacity differs from zone to zone; where one zone has none, another may.",
    fix: "Allow more zones, with subnets in them.",
  },
  check(facts): Verdict {
    const problems = overEach(facts.pools.filter(allowsSpot), (pool) => judge(facts, pool));
    const network = facts.account?.network;
    // Subnets decide as well, and the account that was asked for them does not tell.
    return problems?.length === 0 && network?.ok === false ? denied(network) : problems;
  },
};

function judge(facts: Facts, pool: Pool): Problem | undefined {
  const subnets = subnetZonesOf(facts, pool);
  const offered = facts.typesOf(pool).flatMap((type) => spotOfferings(pool, type).map(({ zone }) => zone));
  const zones = new Set(offered.filter((zone) => subnets?.has(zone) ?? true));
  if (zones.size === 0 || zones.size >= facts.thresholds.spotZones) return undefined;
  const within = subnets === undefined ? "" : `; its subnets are in ${[...subnets].toSorted().join(", ")}`;
  return poolProblem(pool, requirementPath(pool, labels.zone), {
    message: `Spot of ${pool.title} is confined to ${[...zones].toSorted().join(", ")}`,
    whatIf: spotRunsOut(pool),
    evidence: `${zones.size} of the zones of ${facts.region}${within}`,
    severity: zones.size === 1 && !allowsOnDemand(pool) ? "error" : "warning",
  });
}
