import { awsResourceNames } from "../../api/index.ts";
import { hasAccelerator } from "../facts/types.ts";
import { listText, overPools, poolProblem } from "../model/judging.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import type { Rule } from "../model/rule.ts";

const gpuTaint = Object.freeze({ key: awsResourceNames.nvidiaGpu, value: "true", effect: "NoSchedule" });

export const expensiveUntainted: Rule = {
  id: "KBP303",
  name: "expensive-untainted",
  severity: "warning",
  requirements: ["R45"],
  needs: ["objects", "catalogue"],
  document: {
    what: "All types of a pool have accelerators, and it has no taint that keeps other pods away.",
    why: "Any pod may land on machines that cost many times as much, and keep them.",
    fix: "Taint the pool with nvidia.com/gpu=true:NoSchedule or a key of your own, and let pods that need it tolerate it.",
  },
  check: (facts) =>
    overPools(facts, (pool) => {
      const types = facts.typesOf(pool);
      if (types.length === 0 || !types.every(hasAccelerator)) return undefined;
      if (pool.taints.some(({ effect }) => effect !== "PreferNoSchedule")) return undefined;
      return poolProblem(pool, pool.paths.taints, {
        message: `Any pod may land on ${pool.title}'s GPU nodes`,
        evidence: `types: ${listText(types.map(({ name }) => name))}; no NoSchedule or NoExecute taint`,
        edit: proposedEdit(pool.entry, setValue(pool.paths.taints, [...pool.taints, gpuTaint])),
      });
    }),
};
