import { labels } from "../../api/index.ts";
import { type Requirement, requirementText } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import { isServed, unservedRequirement } from "../facts/unserved.ts";
import { volumeZones } from "../facts/volume-zones.ts";
import type { Workload } from "../facts/workloads.ts";
import { denied } from "../model/account-judging.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

export const zoneUnserved: Rule = {
  id: "KBP505",
  name: "zone-unserved",
  severity: "error",
  requirements: ["R12", "R63"],
  needs: ["objects", "catalogue"],
  document: {
    what: "A pod requires a zone, or has a volume in one, that no pool and no node serves: by the pools' requirements, and by the subnets of their classes where the account or the status tells them.",
    why: "It stays pending: no machine is launched outside the pools' zones.",
    fix: "Add the zone to a pool, with a subnet in it, or drop the selector; move a volume by a snapshot.",
  },
  check(facts): Verdict {
    if (facts.pools.length === 0) return undefined;
    const problems = overWorkloads(facts, (workload) => judge(facts, workload));
    const network = facts.account?.network;
    // Subnets decide as well, and the account that was asked for them does not tell.
    return problems?.length === 0 && network?.ok === false ? denied(network) : problems;
  },
};

function judge(facts: Facts, workload: Workload): Problem | undefined {
  const requirement = unservedRequirement(facts, workload, labels.zone);
  if (requirement === undefined) return judgeVolumes(facts, workload);
  return workloadProblem(workload, workload.specPath, {
    message: `Zone ${zonesText([requirement])} is not served, which ${titleOf(workload)} requires`,
    evidence: requirementText(requirement),
  });
}

/** A volume cannot follow its pod: the pod must go where it is. */
function judgeVolumes(facts: Facts, workload: Workload): Problem | undefined {
  const stuck = volumeZones(facts, workload).find(({ wanted }) => !wanted.some((zone) => isServed(facts, zone)));
  if (stuck === undefined) return undefined;
  return workloadProblem(workload, [...workload.specPath, "volumes"], {
    message: `Zone ${zonesText(stuck.wanted)} is not served, where a volume of ${titleOf(workload)} is`,
    evidence: `claim ${stuck.claim}: ${stuck.wanted.map(requirementText).join(" or ")}`,
  });
}

const zonesText = (requirements: readonly Requirement[]): string =>
  [...new Set(requirements.flatMap(({ values }) => [...values]))].toSorted().join(", ");
