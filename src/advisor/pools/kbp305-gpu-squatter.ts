import { isTolerated } from "../../core/index.ts";
import { awsResourceNames, type Taint } from "../../api/index.ts";
import type { Facts } from "../facts/facts.ts";
import { selects } from "../facts/serving.ts";
import { acceleratorsIn, hasAccelerator } from "../facts/types.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

const acceleratorKeys: readonly string[] = [awsResourceNames.nvidiaGpu, awsResourceNames.amdGpu];

export const gpuSquatter: Rule = {
  id: "KBP305",
  name: "gpu-squatter",
  severity: "warning",
  requirements: ["R46", "R55"],
  needs: ["objects"],
  document: {
    what: "A pod tolerates the taint of accelerator nodes, asks for no accelerator, and selects nothing that keeps it away.",
    why: "It may take room on machines that cost many times as much, and keep them from being removed.",
    fix: "Remove the toleration, or select nodes of another pool.",
  },
  check: (facts) =>
    overWorkloads(facts, (workload) => {
      if (acceleratorsIn(workload.requests).length > 0) return undefined;
      const taint = taintsOf(facts, workload).find((each) => isTolerated(each, workload.spec.tolerations));
      if (taint === undefined) return undefined;
      return workloadProblem(workload, [...workload.specPath, "tolerations"], {
        message: `${titleOf(workload)} may occupy GPU nodes`,
        evidence: `it tolerates ${taint.key}:${taint.effect} and asks for no accelerator`,
      });
    }),
};

/** Taints of pools of accelerators that the pod could land on; without such a pool the usual keys. */
function taintsOf(facts: Facts, workload: Workload): readonly Taint[] {
  const pools = facts.pools.filter((pool) => {
    const types = facts.typesOf(pool);
    return types.length > 0 && types.every(hasAccelerator);
  });
  if (pools.length > 0) return pools.filter((pool) => selects(workload, pool)).flatMap(({ taints }) => taints);
  if (workload.alternatives.every((wanted) => wanted.size > 0)) return [];
  return acceleratorKeys.filter((key) => namesKey(workload, key)).map((key) => ({ key, effect: "NoSchedule" }));
}

const namesKey = ({ spec }: Workload, key: string): boolean =>
  spec.tolerations?.some((toleration) => toleration.key === key) === true;
