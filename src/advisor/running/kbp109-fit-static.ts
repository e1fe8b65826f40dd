import type { Facts } from "../facts/facts.ts";
import { daysOf, type Series } from "../facts/metrics.ts";
import { poolProblem } from "../model/judging.ts";
import { textPlace } from "../model/place.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

export const fitStatic: Rule = {
  id: "KBP109",
  name: "fit-static",
  severity: "info",
  requirements: ["R11", "R13"],
  needs: ["metrics"],
  document: {
    what: "A pool has had the same number of nodes for 30 days, and their use hardly changed.",
    why: "Autoscaling serves demand that changes; a load that does not is served as well by a managed node group.",
    fix: "Keep it or move it: no action is needed.",
  },
  check(facts): Verdict {
    const { metrics } = facts;
    if (metrics?.poolNodes === undefined) return { notChecked: "needs the figures poolNodes and poolUtilization" };
    return metrics.poolNodes.length === 0 ? undefined : metrics.poolNodes.flatMap((nodes) => judge(facts, nodes));
  },
};

const poolNameOf = ({ labels }: Series): string => labels["nodepool"] ?? labels["provisioner"] ?? "";

function judge(facts: Facts, nodes: Series): readonly Problem[] {
  const name = poolNameOf(nodes);
  const count = steadyCount(facts, nodes);
  const use = facts.metrics?.poolUtilization?.find((series) => poolNameOf(series) === name);
  if (count === 0 || use === undefined || daysOf(use) < facts.thresholds.staticDays) return [];
  const variation = variationOf(use);
  if (variation >= facts.thresholds.staticVariation) return [];
  const told = {
    message: `Pool ${name} is static; a managed node group would serve it as well`,
    evidence: `${count} nodes for ${Math.floor(daysOf(nodes))} days; their use varies by ${(variation * 100).toFixed(1)} %`,
  };
  const pool = facts.pools.find((each) => each.name === name);
  if (pool !== undefined) return [poolProblem(pool, [], told)];
  return [{ place: textPlace("Metrics", facts.metrics?.file ?? "", 1), ...told }];
}

/** How many nodes it had all the time; 0 where the count changed, or is not known for long enough. */
function steadyCount({ thresholds }: Facts, nodes: Series): number {
  const counts = new Set(nodes.samples.map(({ value }) => value));
  const [count = 0] = counts;
  return daysOf(nodes) >= thresholds.staticDays && counts.size === 1 ? count : 0;
}

/** Standard deviation over mean. */
function variationOf({ samples }: Series): number {
  const mean = samples.reduce((sum, { value }) => sum + value, 0) / samples.length;
  if (mean === 0) return 0;
  const square = samples.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / samples.length;
  return Math.sqrt(square) / mean;
}
