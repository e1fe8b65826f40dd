import { awsLabelRules } from "../../api/index.ts";
import { compatibilityError, type Requirements } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
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
  if (near === undefined) {
    const [pool] = pools;
    const [wanted] = workload.alternatives;
    if (pool === undefined || wanted === undefined) return undefined;
    const text = compatibilityError(pool.requirements, wanted, awsLabelRules.wellKnown) ?? "";
    return problemOf(workload, `layer pool: ${pool.title}: ${text}`);
  }
  if (!willing.some((pool) => tolerates(workload, pool)))
    return problemOf(workload, `layer pool: ${near.title} has a taint that the pod does not tolerate`);
  if (!hasType(facts, near, workload))
    return problemOf(workload, `layer cloud: no type of ${near.title} has all of it and room for one pod`);
  return undefined;
}

function eachKeyIsOffered({ pools }: Facts, { alternatives }: Workload): boolean {
  return alternatives.every((wanted) =>
    [...wanted].every(([key, requirement]) => {
      const alone: Requirements = new Map([[key, requirement]]);
      return pools.some((pool) => selects({ alternatives: [alone] }, pool));
    }),
  );
}

const problemOf = (workload: Workload, evidence: string): Problem =>
  workloadProblem(workload, workload.specPath, {
    message: `What ${titleOf(workload)} requires is offered only apart: ${evidence}`,
    evidence,
  });
