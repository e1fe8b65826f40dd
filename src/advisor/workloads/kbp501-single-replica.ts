import type { Facts } from "../facts/facts.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import type { Rule } from "../model/rule.ts";

export const singleReplica: Rule = {
  id: "KBP501",
  name: "single-replica",
  severity: "warning",
  requirements: ["R59"],
  needs: ["objects"],
  document: {
    what: "A Deployment or StatefulSet has one replica.",
    why: "Each drain of its node is an outage, and nodes are replaced all the time.",
    fix: "Run two or more; where one is meant, say so with the annotation or a comment.",
  },
  check: (facts) =>
    overWorkloads(
      facts,
      (workload) =>
        workload.replicas !== 1 || facts.controllers.includes(workload) || isScaled(facts, workload)
          ? undefined
          : workloadProblem(workload, ["spec", "replicas"], {
              message: `${titleOf(workload)} has one replica`,
              evidence: "replicas: 1, or not set",
              edit: proposedEdit(workload.entry, setValue(["spec", "replicas"], 2)),
            }),
      ["Deployment", "StatefulSet"],
    ),
};

interface Autoscaler {
  readonly spec?: {
    readonly minReplicas?: number;
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
  };
}

/** An autoscaler that keeps two or more; the object then says nothing of its replicas. */
const isScaled = ({ objects }: Facts, { kind, name, namespace }: Workload): boolean =>
  objects.some(({ object }) => {
    const { scaleTargetRef: target, minReplicas = 1 } = (object as Autoscaler).spec ?? {};
    return (
      object.kind === "HorizontalPodAutoscaler" &&
      (object.metadata.namespace ?? "default") === namespace &&
      target?.kind === kind &&
      target.name === name &&
      minReplicas > 1
    );
  });
