import { labels } from "../../api/index.ts";
import type { Workload } from "../facts/workloads.ts";
import { overEach, titleOf, workloadProblem } from "../model/judging.ts";
import { type Edit, proposedEdit, setValue } from "../model/edit.ts";
import type { Rule } from "../model/rule.ts";

const ownerKeys: readonly string[] = [labels.provisionerName, labels.nodePool];

export const controllerAffinity: Rule = {
  id: "KBP104",
  name: "controller-affinity",
  severity: "warning",
  requirements: ["R19"],
  needs: ["objects"],
  document: {
    what: "The controller's Deployment may be scheduled onto nodes that the controller owns.",
    why: "Nodes that it owns can go at any time, and then nothing is left that could bring new ones.",
    fix: "Require node affinity DoesNotExist for karpenter.sh/provisioner-name and karpenter.sh/nodepool.",
  },
  check: (facts) =>
    overEach(
      facts.controllers.filter(({ kind }) => kind === "Deployment"),
      (workload) => {
        if (isPinned(workload)) return undefined;
        const missing = ownerKeys.filter((key) => !excludes(workload, key));
        if (missing.length === 0) return undefined;
        return workloadProblem(workload, [...workload.specPath, "affinity"], {
          message: `${titleOf(workload)} may be scheduled onto Karpenter nodes (missing ${missing.join(", ")})`,
          evidence: "no required node affinity DoesNotExist for it",
          ...(workload.spec.affinity?.nodeAffinity === undefined ? { edit: exclusion(workload) } : {}),
        });
      },
    ),
};

const exclusion = ({ entry, specPath }: Workload): Edit =>
  proposedEdit(
    entry,
    setValue([...specPath, "affinity", "nodeAffinity"], {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: ownerKeys.map((key) => ({ key, operator: "DoesNotExist" })) }],
      },
    }),
  );

/** Every alternative must exclude the key: terms are ORed. */
const excludes = ({ alternatives }: Workload, key: string): boolean =>
  alternatives.every((wanted) => {
    const requirement = wanted.get(key);
    return requirement !== undefined && !requirement.complement && requirement.values.size === 0;
  });

/** To a group of static nodes, or to Fargate. */
const isPinned = ({ spec, labels: podLabels }: Workload): boolean =>
  "eks.amazonaws.com/fargate-profile" in podLabels ||
  Object.keys(spec.nodeSelector ?? {}).some((key) => key !== labels.os && key !== labels.arch);
