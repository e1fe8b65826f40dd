import { awsLabelRules } from "../../api/index.ts";
import { isCompatible, labelRequirements, toleratesAll } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import { autoscalersOf, type ScaledGroup, scaledGroups } from "../facts/scaling-groups.ts";
import { poolsFor } from "../facts/serving.ts";
import type { Workload } from "../facts/workloads.ts";
import { titleOf, workloadProblem } from "../model/judging.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

export const autoscalerOverlap: Rule = {
  id: "KBP108",
  name: "cas-overlap",
  severity: "warning",
  requirements: ["R14"],
  needs: ["objects"],
  document: {
    what: "Cluster Autoscaler may scale a node group that takes the same pods as a pool.",
    why: "Both answer the same pending pod, and one machine too many is bought. Static groups beside pools are fine.",
    fix: "Pin the group (minimum = maximum), or keep its pods apart from the pool's by a taint and a label.",
  },
  check(facts): Verdict {
    const autoscalers = autoscalersOf(facts);
    if (autoscalers.length === 0 || facts.pools.length === 0) return undefined;
    const groups = autoscalers.map((autoscaler) => ({ autoscaler, groups: scaledGroups(facts, autoscaler) }));
    if (groups.some((each) => each.groups === undefined))
      return {
        notChecked:
          "needs the node groups that Cluster Autoscaler discovers (--aws, action autoscaling:DescribeAutoScalingGroups)",
      };
    return groups.flatMap((each) => (each.groups ?? []).flatMap((group) => judge(facts, each.autoscaler, group)));
  },
};

function judge(facts: Facts, autoscaler: Workload, group: ScaledGroup): readonly Problem[] {
  if (group.min >= group.max) return [];
  for (const workload of facts.workloads) {
    if (workload.kind === "DaemonSet" || workload === autoscaler || !takes(group, workload)) continue;
    const [pool] = poolsFor(facts, workload);
    if (pool === undefined) continue;
    return [
      workloadProblem(autoscaler, autoscaler.specPath, {
        message: `Cluster Autoscaler and ${pool.title} compete for the same pods, such as those of ${titleOf(workload)}`,
        evidence: `group ${group.name} may have ${group.min} to ${group.max} nodes`,
      }),
    ];
  }
  return [];
}

/** Well-known keys that nobody has told of the group are open; a label of the user's that it lacks is not there. */
const takes = ({ labels, taints }: ScaledGroup, { alternatives, spec }: Workload): boolean =>
  toleratesAll(
    taints.filter(({ effect }) => effect !== "PreferNoSchedule"),
    spec.tolerations,
  ) && alternatives.some((wanted) => isCompatible(labelRequirements(labels), wanted, awsLabelRules.wellKnown));
