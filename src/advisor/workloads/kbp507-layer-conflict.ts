import { noRequirements, type Requirement, requirementText, type Requirements } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import type { Pool } from "../facts/pools.ts";
import { hasType, selects, serves, tolerates } from "../facts/serving.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Problem, Rule } from "../model/rule.ts";

/** Each key alone is met by some pool (KBP306, 505 and 506 say where not); no pool meets them together. */
export const layerConflict: Rule = {
  id: "KBP507",
  name: "layer-conflict",
  severity: "error",
  requirements: ["R8", "R62"],
  needs: ["objects", "catalogue"],
  document: {
    what: "What a pod requires is offered key by key, but by no pool together: the layers of cloud, pool and pod do not meet.",
    why: "It stays pending, though each line of it looks right.",
    fix: "Align the pod with one pool, or widen that pool.",
  },
  check(facts) {
    if (facts.pools.length === 0) return undefined;
    return overWorkloads(facts, (workload) => conflict(facts, workload));
  },
};

function conflict(facts: Facts, workload: Workload): Problem | undefined {
  const { pools } = facts;
  if (workload.alternatives.every(({ size }) => size === 0) || facts.nodes.length > 0) return undefined;
  if (pools.some((pool) => serves(facts, pool, workload)) || !eachKeyIsOffered(facts, workload)) return undefined;
  const willing = pools.filter((pool) => selects(workload, pool));
  const [near] = willing;
  if (near === undefined) return poolLayer(facts, workload);
  if (!willing.some((pool) => tolerates(workload, pool))) {
    const keys = near.taints.map(({ key }) => key).join(", ");
    return problemOf(workload, `taint: pod tolerates too little, ${near.title} has ${keys}`, "pool");
  }
  if (!hasType(facts, near, workload))
    return problemOf(
      workload,
      `type: no machine of ${near.title} has all that the pod wants, and room for it`,
      "cloud",
    );
  return undefined;
}

/** Of the pool that comes nearest: the one with the fewest keys in the way. */
function poolLayer({ pools }: Facts, workload: Workload): Problem | undefined {
  const [wanted = noRequirements] = workload.alternatives;
  const ranked = pools
    .map((pool) => ({ pool, conflicts: [...wanted.values()].filter((each) => !meets(pool, each)) }))
    .toSorted((a, b) => a.conflicts.length - b.conflicts.length);
  const { pool, conflicts: [first] = [] } = ranked[0] ?? {};
  if (pool === undefined || first === undefined) return undefined;
  const allowed = pool.requirements.get(first.key);
  const allows = allowed === undefined ? "nothing" : valuesText(allowed);
  return problemOf(workload, `${first.key}: pod wants ${valuesText(first)}, ${pool.title} allows ${allows}`, "pool");
}

const meets = (pool: Pool, wanted: Requirement): boolean =>
  selects({ alternatives: [new Map([[wanted.key, wanted]])] }, pool);

const valuesText = (requirement: Requirement): string =>
  requirement.complement || requirement.values.size === 0
    ? requirementText(requirement)
    : [...requirement.values].toSorted().join(", ");

function eachKeyIsOffered({ pools }: Facts, { alternatives }: Workload): boolean {
  return alternatives.every((wanted) =>
    [...wanted].every(([key, requirement]) => {
      const alone: Requirements = new Map([[key, requirement]]);
      return pools.some((pool) => selects({ alternatives: [alone] }, pool));
    }),
  );
}

const problemOf = (workload: Workload, message: string, layer: string): Problem =>
  workloadProblem(workload, workload.specPath, {
    message,
    evidence: `layer ${layer}; each of what ${titleOf(workload)} requires is offered, but only apart`,
  });
