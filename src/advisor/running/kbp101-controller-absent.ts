import { controllerPods, isReady } from "../facts/controller-pods.ts";
import { poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const controllerAbsent: Rule = {
  id: "KBP101",
  name: "controller-absent",
  severity: "error",
  requirements: ["R1", "R16"],
  needs: ["cluster"],
  document: {
    what: "A cluster has pools and no ready controller pod.",
    why: "Nothing reads the pools: pods stay pending and empty nodes stay.",
    fix: "Install the chart, or look at the events of its Deployment.",
  },
  check(facts) {
    const [pool] = facts.pools;
    if (pool === undefined || facts.pods.length === 0) return undefined;
    const pods = controllerPods(facts);
    if (pods.some(isReady)) return [];
    const namespace = pods[0]?.object.metadata.namespace ?? "the cluster";
    return [
      poolProblem(pool, [], {
        message: `Pools exist but no Karpenter controller is running in ${namespace}`,
        evidence: `${pods.length} controller pods, none of them ready`,
      }),
    ];
  },
};
