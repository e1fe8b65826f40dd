import type { Workload } from "../facts/workloads.ts";
import { titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

const handler = "aws-node-termination-handler";

export const nthPresent: Rule = {
  id: "KBP120",
  name: "nth-present",
  severity: "warning",
  requirements: ["R29"],
  needs: ["objects"],
  document: {
    what: "The Node Termination Handler runs beside the controller. An error when the interruption queue is set.",
    why: "Both drain the same nodes; on one queue each message reaches only one of them.",
    fix: "Remove the handler, then set the interruption queue.",
  },
  check(facts) {
    if (facts.workloads.length === 0) return undefined;
    const queued = (facts.settings?.queue ?? "") !== "";
    return facts.workloads.filter(isHandler).map((workload) =>
      workloadProblem(workload, [], {
        message: `${titleOf(workload)}: Node Termination Handler runs beside ${queued ? "Karpenter's interruption handling" : "Karpenter"}`,
        evidence: queued ? `interruption queue: ${facts.settings?.queue ?? ""}` : "no interruption queue is known",
        severity: queued ? "error" : "warning",
      }),
    );
  },
};

/** The daemon of IMDS mode and the Deployment of queue mode alike (v1alpha5 6.4). */
function isHandler({ kind, name, labels, spec }: Workload): boolean {
  if (kind !== "DaemonSet" && kind !== "Deployment") return false;
  const texts = [name, ...Object.values(labels), ...spec.containers.map(({ image = "" }) => image)];
  return texts.some((text) => text.includes(handler));
}
