import { budgetsOf, coveredBy, disruptionsAllowed } from "../facts/budgets.ts";
import { conditionOf, sinceText, timeOf } from "../facts/cluster-life.ts";
import type { Workload } from "../facts/workloads.ts";
import { listText, overEach, titleOf } from "../model/judging.ts";
import { nameText, objectNameOf, placeOf } from "../model/place.ts";
import { type Edit, proposedEdit, removeValue, setValue } from "../model/edit.ts";
import type { Problem, Rule } from "../model/rule.ts";
import type { Facts } from "../facts/facts.ts";

export const budgetBlocks: Rule = {
  id: "KBP504",
  name: "pdb-blocks",
  severity: "error",
  requirements: ["R28", "R61"],
  needs: ["objects"],
  document: {
    what: "A PodDisruptionBudget can never allow a disruption: maxUnavailable 0, minAvailable of all replicas, two budgets over one pod, or one that has allowed none for an hour.",
    why: "Nodes with such pods are never drained: not for price, not for drift, and interruptions take the pods without a stop.",
    fix: "Relax the budget, raise the replicas, or leave one budget for each pod.",
  },
  check: (facts) => overEach(facts.budgets, (budget) => judge(facts, budget)),
};

function judge(facts: Facts, budget: Facts["budgets"][number]): readonly Problem[] {
  const { maxUnavailable, minAvailable } = budget.object.spec ?? {};
  const covered = coveredBy(facts, budget);
  const field = maxUnavailable === undefined ? "minAvailable" : "maxUnavailable";
  const path = ["spec", field];
  const title = nameText(objectNameOf(budget));
  if (isZero(maxUnavailable) || minAvailable === "100%" || blocksAll(covered, budget))
    return [
      {
        place: placeOf(budget, path),
        message: `${title} blocks draining of every node with ${covered.length === 0 ? "its pods" : listText(covered.map(titleOf))}`,
        edit: relaxed(budget),
        evidence: `${field}: ${maxUnavailable ?? minAvailable ?? ""}${replicasText(covered)}`,
      },
    ];
  const doubled = covered.find((workload) => budgetsOf(facts, workload).length > 1);
  const first = doubled === undefined ? undefined : budgetsOf(facts, doubled)[0];
  if (doubled === undefined) return blockedNow(facts, budget);
  if (first === budget) return [];
  return [
    {
      place: placeOf(budget, ["spec", "selector"]),
      message: `${title} blocks draining: pods of ${titleOf(doubled)} have more than one budget, and then none can be evicted`,
      evidence: budgetsOf(facts, doubled)
        .map((each) => nameText(objectNameOf(each)))
        .join(", "),
    },
  ];
}

function relaxed(budget: Facts["budgets"][number]): Edit {
  const hasLeast = budget.object.spec?.minAvailable !== undefined;
  const changes = hasLeast ? [removeValue(["spec", "minAvailable"])] : [];
  return proposedEdit(budget, ...changes, setValue(["spec", "maxUnavailable"], 1));
}

const isZero = (value: number | string | undefined): boolean => value === 0 || value === "0" || value === "0%";

/** In a cluster: whatever the object says, for an hour none of its pods could go. */
function blockedNow({ now, thresholds }: Facts, budget: Facts["budgets"][number]): readonly Problem[] {
  const condition = conditionOf(budget.object, "DisruptionAllowed");
  const since = timeOf(condition?.lastTransitionTime);
  if (budget.object.status?.disruptionsAllowed !== 0 || condition?.status !== "False") return [];
  if (now === undefined || since === undefined || now - since <= thresholds.blockedSeconds * 1000) return [];
  return [
    {
      place: placeOf(budget, ["status", "disruptionsAllowed"]),
      message: `${nameText(objectNameOf(budget))} blocks draining of every node with its pods`,
      evidence: `disruptionsAllowed: 0 ${sinceText(since)}`,
    },
  ];
}

/** Several workloads under one budget are summed, as the controller does. */
function blocksAll(covered: readonly Workload[], { object }: Facts["budgets"][number]): boolean {
  const replicas = covered.reduce((sum, workload) => sum + (workload.replicas ?? 0), 0);
  return replicas > 0 && disruptionsAllowed(object, replicas) === 0;
}

const replicasText = (covered: readonly Workload[]): string =>
  covered.length === 0 ? "" : `, replicas: ${covered.map(({ replicas = 0 }) => replicas).join(" + ")}`;
