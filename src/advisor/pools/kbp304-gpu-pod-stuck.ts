import { hasType, selects, tolerates } from "../facts/serving.ts";
import { acceleratorsIn } from "../facts/types.ts";
import { overEach, titleOf, workloadProblem } from "../model/judging.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import type { Rule } from "../model/rule.ts";

export const gpuPodStuck: Rule = {
  id: "KBP304",
  name: "gpu-pod-stuck",
  severity: "error",
  requirements: ["R46", "R64"],
  needs: ["objects", "catalogue"],
  document: {
    what: "A pod asks for an accelerator and tolerates no pool that can supply it.",
    why: "It stays pending: a taint keeps it from the only machines that could run it.",
    fix: "Add a toleration of the pool's taint to the pod.",
  },
  check(facts) {
    const asking = facts.workloads.filter(({ requests }) => acceleratorsIn(requests).length > 0);
    if (facts.pools.length === 0) return undefined;
    return overEach(asking, (workload) => {
      const able = facts.pools.filter((pool) => selects(workload, pool) && hasType(facts, pool, workload));
      if (able.length === 0 || able.some((pool) => tolerates(workload, pool))) return undefined;
      const [resource = ""] = acceleratorsIn(workload.requests);
      return workloadProblem(workload, [...workload.specPath, "tolerations"], {
        message: `${titleOf(workload)} asks for ${resource} but tolerates none of ${able.map(({ title }) => title).join(", ")}`,
        evidence: able.flatMap(({ taints }) => taints.map(({ key, effect }) => `${key}:${effect}`)).join(", "),
        edit: proposedEdit(
          workload.entry,
          setValue(
            [...workload.specPath, "tolerations"],
            [
              ...(workload.spec.tolerations ?? []),
              ...(able[0]?.taints ?? []).map(({ key, effect }) => ({ key, operator: "Exists", effect })),
            ],
          ),
        ),
      });
    });
  },
};
