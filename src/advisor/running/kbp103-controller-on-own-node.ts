import { labels } from "../../api/index.ts";
import { controllerPods } from "../facts/controller-pods.ts";
import { overEach } from "../model/judging.ts";
import { nameText, objectNameOf, placeOf } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

export const controllerOnOwnNode: Rule = {
  id: "KBP103",
  name: "controller-on-own-node",
  severity: "error",
  requirements: ["R19"],
  needs: ["cluster"],
  document: {
    what: "A controller pod runs on a node that the controller itself owns.",
    why: "When that node goes, nothing is left that could bring a new one.",
    fix: "Move the controller to a node group or to Fargate; see KBP104.",
  },
  check(facts) {
    return overEach(controllerPods(facts), (pod) => {
      const node = facts.nodes.find(({ object }) => object.metadata.name === pod.object.spec.nodeName)?.object;
      const owned = node?.metadata.labels ?? {};
      const owner = owned[labels.nodePool] ?? owned[labels.provisionerName];
      if (owner === undefined) return undefined;
      return {
        place: placeOf(pod, ["spec", "nodeName"]),
        message: `Controller ${nameText(objectNameOf(pod))} runs on ${node?.metadata.name ?? ""} owned by ${owner}`,
        evidence: labels.nodePool in owned ? labels.nodePool : labels.provisionerName,
      };
    });
  },
};
