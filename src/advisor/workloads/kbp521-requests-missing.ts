import { namespaceDefaults } from "../facts/limit-ranges.ts";
import { poolsFor } from "../facts/serving.ts";
import { containersOf } from "../facts/workloads.ts";
import { overEach, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const requestsMissing: Rule = {
  id: "KBP521",
  name: "requests-missing",
  severity: "warning",
  requirements: ["R80", "R82", "R83"],
  needs: ["objects"],
  document: {
    what: "A container has no request of cpu or memory, after limits and the defaults of its namespace. An error on pools that consolidate.",
    why: "Machines are chosen by requests: what is not asked for is not there when it is needed.",
    fix: "Set the request, or a LimitRange with defaultRequest.",
  },
  check: (facts) =>
    overEach(facts.workloads, (workload) => {
      const defaults = namespaceDefaults(facts, workload.namespace).requests;
      const consolidates = () => poolsFor(facts, workload).some((pool) => pool.consolidates);
      return containersOf(workload)
        .filter(({ init, container }) => !init || container.restartPolicy === "Always")
        .flatMap(({ container, path }) => {
          const requests = { ...defaults, ...workload.spec.resources?.requests, ...container.resources?.requests };
          const missing = ["cpu", "memory"].filter((resource) => requests[resource] === undefined);
          if (missing.length === 0) return [];
          return workloadProblem(workload, [...path, "resources"], {
            message: `${container.name} of ${titleOf(workload)} has no ${missing.join(" and no ")} request`,
            evidence: "neither requests, limits, nor defaults of the namespace",
            severity: consolidates() ? "error" : "warning",
          });
        });
    }),
};
