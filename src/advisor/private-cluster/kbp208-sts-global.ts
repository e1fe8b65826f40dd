import { isControllerAccount } from "../facts/service-accounts.ts";
import type { Workload } from "../facts/workloads.ts";
import { privateReason } from "../facts/private-network.ts";
import { safeEdit, setValue } from "../model/edit.ts";
import { placeOf } from "../model/place.ts";
import { workloadProblem } from "../model/judging.ts";
import type { Problem, Rule } from "../model/rule.ts";

const variable = "AWS_STS_REGIONAL_ENDPOINTS";
const annotation = "eks.amazonaws.com/sts-regional-endpoints";

export const stsGlobal: Rule = {
  id: "KBP208",
  name: "sts-global",
  severity: "error",
  requirements: ["R32"],
  needs: ["objects"],
  document: {
    what: "The cluster is private (aws.isolatedVPC, or no way out of its subnets) and the controller's service account, or AWS_STS_REGIONAL_ENDPOINTS: legacy in its environment, asks for the global endpoint of STS.",
    why: "Only the regional one can be had through a VPC endpoint.",
    fix: 'Set the annotation eks.amazonaws.com/sts-regional-endpoints to "true", or remove it.',
  },
  check(facts) {
    const accounts = facts.objects.filter(isControllerAccount);
    if (privateReason(facts) === undefined || accounts.length + facts.controllers.length === 0) return undefined;
    const annotated = accounts
      .filter(({ object }) => object.metadata.annotations?.[annotation] === "false")
      .map((entry) => ({
        place: placeOf(entry, ["metadata", "annotations", annotation]),
        message: "STS is called globally",
        evidence: `${annotation}: "false"`,
        edit: safeEdit(entry, setValue(["metadata", "annotations", annotation], "true")),
      }));
    return [...annotated, ...facts.controllers.flatMap(globalByEnvironment)];
  },
};

function globalByEnvironment(workload: Workload): readonly Problem[] {
  return workload.spec.containers.flatMap((container, index) => {
    const { env = [] } = container as { readonly env?: readonly { readonly name?: string; readonly value?: string }[] };
    const at = env.findIndex(({ name, value }) => name === variable && value === "legacy");
    if (at < 0) return [];
    return workloadProblem(workload, [...workload.specPath, "containers", index, "env", at], {
      message: "STS is called globally",
      evidence: `${variable}: legacy`,
    });
  });
}
