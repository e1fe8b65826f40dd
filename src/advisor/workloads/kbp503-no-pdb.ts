import type { KubeObject } from "../../api/index.ts";
import { budgetsOf } from "../facts/budgets.ts";
import type { Facts } from "../facts/facts.ts";
import { freeName } from "../facts/free-name.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const noDisruptionBudget: Rule = {
  id: "KBP503",
  name: "no-pdb",
  severity: "warning",
  requirements: ["R59", "R61"],
  needs: ["objects"],
  document: {
    what: "No PodDisruptionBudget matches a workload of several replicas.",
    why: "A drain may then evict all its pods at once.",
    fix: "Add a PodDisruptionBudget, for example with maxUnavailable: 1.",
  },
  check: (facts) =>
    overWorkloads(
      facts,
      (workload) =>
        (workload.replicas ?? 1) < 2 || budgetsOf(facts, workload).length > 0
          ? undefined
          : workloadProblem(workload, [], {
              message: `${titleOf(workload)} has no disruption budget`,
              evidence: `replicas: ${workload.replicas ?? 1}`,
              edit: { safe: false, entry: workload.entry, added: budgetFor(facts, workload) },
            }),
      ["Deployment", "StatefulSet"],
    ),
};

function budgetFor(facts: Facts, { entry, name, labels }: Workload): KubeObject & Readonly<Record<string, unknown>> {
  const { namespace } = entry.object.metadata;
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: {
      name: freeName(facts, { kind: "PodDisruptionBudget", namespace, name }),
      ...(namespace === undefined ? {} : { namespace }),
    },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  };
}
