import { controllerPods, isOnFargate } from "../facts/controller-pods.ts";
import { overEach } from "../model/judging.ts";
import { placeOf } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

export const fargatePartial: Rule = {
  id: "KBP105",
  name: "fargate-partial",
  severity: "warning",
  requirements: ["R18"],
  needs: ["cluster"],
  document: {
    what: "Some pods of the controller's namespace run on Fargate, and some do not.",
    why: "The profile selects by labels that leave some out; those need a node, which the others were to do without.",
    fix: "Select the whole namespace in the Fargate profile.",
  },
  check(facts) {
    const namespaces = [...new Set(controllerPods(facts).map(({ object }) => object.metadata.namespace ?? "default"))];
    return overEach(namespaces.toSorted(), (namespace) => {
      const pods = facts.pods.filter(
        ({ object }) => (object.metadata.namespace ?? "default") === namespace && isRunning(object.status?.phase),
      );
      const outside = pods.filter((pod) => !isOnFargate(pod));
      const [first] = outside;
      if (first === undefined || outside.length === pods.length) return undefined;
      return {
        place: placeOf(first),
        message: `Only ${pods.length - outside.length} of ${pods.length} pods of namespace ${namespace} run on Fargate`,
        evidence: outside.map(({ object }) => object.metadata.name ?? "").join(", "),
      };
    });
  },
};

const isRunning = (phase: string | undefined): boolean => phase !== "Succeeded" && phase !== "Failed";
