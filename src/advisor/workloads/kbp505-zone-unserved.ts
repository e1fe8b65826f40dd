import { labels } from "../../api/index.ts";
import { requirementText } from "../../core/index.ts";
import { unservedRequirement } from "../facts/unserved.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const zoneUnserved: Rule = {
  id: "KBP505",
  name: "zone-unserved",
  severity: "error",
  requirements: ["R12", "R63"],
  needs: ["objects", "catalogue"],
  document: {
    what: "A pod requires a zone that no pool and no node serves.",
    why: "It stays pending: no machine is launched outside the pools' zones.",
    fix: "Add the zone to a pool, with a subnet in it, or drop the selector.",
  },
  check(facts) {
    if (facts.pools.length === 0) return undefined;
    return overWorkloads(facts, (workload) => {
      const requirement = unservedRequirement(facts, workload, labels.zone);
      if (requirement === undefined) return undefined;
      return workloadProblem(workload, workload.specPath, {
        message: `Zone ${[...requirement.values].toSorted().join(", ")} is not served, which ${titleOf(workload)} requires`,
        evidence: requirementText(requirement),
      });
    });
  },
};
