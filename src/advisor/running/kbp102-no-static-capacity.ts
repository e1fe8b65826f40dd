import { controllerPods, isFargateNode, isOnFargate, isReady, ownerOf } from "../facts/controller-pods.ts";
import { poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const noStaticCapacity: Rule = {
  id: "KBP102",
  name: "no-static-capacity",
  severity: "error",
  requirements: ["R17"],
  needs: ["cluster"],
  document: {
    what: "Every ready node belongs to a pool, and no controller pod runs on Fargate.",
    why: "When the nodes go, nothing is left that could host the controller, and nothing brings nodes without it.",
    fix: "Add a node group with at least one (better two) nodes, or a Fargate profile.",
  },
  check(facts) {
    const [pool] = facts.pools;
    if (pool === undefined || facts.nodes.length === 0) return undefined;
    const isStatic = facts.nodes.some((node) => isReady(node) && ownerOf(node) === undefined && !isFargateNode(node));
    if (isStatic || controllerPods(facts).some(isOnFargate)) return [];
    return [
      poolProblem(pool, [], {
        message: "Nothing outside Karpenter can host the controller; a restart would deadlock",
        evidence: `of ${facts.nodes.length} nodes none is ready and without a pool`,
      }),
    ];
  },
};
