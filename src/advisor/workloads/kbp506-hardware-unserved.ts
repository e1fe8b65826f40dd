import { labels } from "../../api/index.ts";
import { requirementText } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import { acceleratorsIn } from "../facts/types.ts";
import { unservedRequirement } from "../facts/unserved.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const hardwareUnserved: Rule = {
  id: "KBP506",
  name: "hardware-unserved",
  severity: "error",
  requirements: ["R64"],
  needs: ["objects", "catalogue"],
  document: {
    what: "A pod requires an architecture, an operating system or an accelerator that no pool and no node has.",
    why: "It stays pending for ever.",
    fix: "Extend a pool, or correct the pod.",
  },
  check(facts) {
    if (facts.pools.length === 0) return undefined;
    return overWorkloads(facts, (workload) => {
      const wish = labelled(facts, workload) ?? accelerator(facts, workload);
      if (wish === undefined) return undefined;
      return workloadProblem(workload, workload.specPath, {
        message: `No pool offers ${wish} asked by ${titleOf(workload)}`,
        evidence: facts.pools.map(({ title }) => title).join(", "),
      });
    });
  },
};

const labelled = (facts: Facts, workload: Workload): string | undefined =>
  [labels.arch, labels.os]
    .map((key) => unservedRequirement(facts, workload, key))
    .flatMap((requirement) => (requirement === undefined ? [] : [requirementText(requirement)]))[0];

/** Of a node that stands outside the pools, what it says it has counts too. */
function accelerator(facts: Facts, { requests }: Workload): string | undefined {
  return acceleratorsIn(requests).find(
    (resource) =>
      !facts.pools.some(
        (pool) => !pool.isEc2 || facts.typesOf(pool).some(({ capacity }) => (capacity[resource] ?? 0) > 0),
      ) && !facts.nodes.some(({ object }) => resource in (object.status?.allocatable ?? {})),
  );
}
