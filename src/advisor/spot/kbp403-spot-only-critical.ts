import { annotations, eraAnnotations, labels } from "../../api/index.ts";
import { budgetsOf } from "../facts/budgets.ts";
import type { Facts } from "../facts/facts.ts";
import { allowsOnDemand, allowsSpot, requirementPath } from "../facts/pools.ts";
import { poolsFor, workloadsOf } from "../facts/serving.ts";
import type { Workload } from "../facts/workloads.ts";
import { overEach, poolProblem, titleOf } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";
import { spotRunsOut } from "./spot-runs-out.ts";

export const spotOnlyCritical: Rule = {
  id: "KBP403",
  name: "spot-only-critical",
  severity: "info",
  requirements: ["R57"],
  needs: ["objects"],
  document: {
    what: "A pool has nothing but spot, and serves pods that are guarded: by a disruption budget, do-not-evict, or a high priority.",
    why: "When spot runs out these pods stay pending, and no budget holds a machine that is taken back.",
    fix: "Allow on-demand too: it is used only when spot has none.",
  },
  check: (facts) =>
    overEach(
      facts.pools.filter((pool) => allowsSpot(pool) && !allowsOnDemand(pool)),
      (pool) => {
        const critical = workloadsOf(facts, pool).find(
          (workload) => isCritical(facts, workload) && !poolsFor(facts, workload).some(allowsOnDemand),
        );
        if (critical === undefined) return undefined;
        return poolProblem(pool, requirementPath(pool, labels.capacityType), {
          message: `${pool.title} has no on-demand fallback`,
          whatIf: spotRunsOut(pool),
          evidence: `it serves ${titleOf(critical)}`,
        });
      },
    ),
};

function isCritical(facts: Facts, workload: Workload): boolean {
  const { annotations: own, spec } = workload;
  if (own[eraAnnotations.doNotEvict] === "true" || own[annotations.doNotDisrupt] === "true") return true;
  if ((spec.priority ?? 0) >= facts.thresholds.criticalPriority) return true;
  return budgetsOf(facts, workload).length > 0;
}
