import { budgetsOf } from "../facts/budgets.ts";
import { overEach, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const controllerSingle: Rule = {
  id: "KBP106",
  name: "controller-single",
  severity: "info",
  requirements: ["R17"],
  needs: ["objects"],
  document: {
    what: "The controller's Deployment has one replica, or no PodDisruptionBudget.",
    why: "While its node is drained nothing scales.",
    fix: "Run two replicas with a PodDisruptionBudget of maxUnavailable: 1.",
  },
  check: (facts) =>
    overEach(
      facts.controllers.filter(({ kind }) => kind === "Deployment"),
      (workload) => {
        if ("eks.amazonaws.com/fargate-profile" in workload.labels) return undefined;
        const budget = budgetsOf(facts, workload).length > 0;
        const replicas = workload.replicas ?? 1;
        if (replicas > 1 && budget) return undefined;
        return workloadProblem(workload, ["spec", "replicas"], {
          message: replicas > 1 ? "Controller has no disruption budget" : "Controller has a single replica",
          evidence: `${titleOf(workload)}: replicas: ${replicas}, disruption budget: ${budget ? "yes" : "no"}`,
        });
      },
    ),
};
