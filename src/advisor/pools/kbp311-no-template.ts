import type { Provisioner } from "../../api/index.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

const classKinds: readonly string[] = ["AWSNodeTemplate", "EC2NodeClass"];

/** P6, read leniently as admission does (D3). */
export const noTemplate: Rule = {
  id: "KBP311",
  name: "no-template",
  severity: "error",
  requirements: ["R45", "R47"],
  needs: ["objects"],
  document: {
    what: "A Provisioner names no node template and has no inline provider.",
    why: "Without one nothing can be launched; the one called default is used where there is one (D3).",
    fix: "Set spec.providerRef.name to an AWSNodeTemplate.",
  },
  check: (facts) =>
    overEach(
      facts.pools.filter(({ era }) => era === "v1alpha5"),
      (pool) => {
        const { provider, providerRef } = (pool.entry.object as Provisioner).spec ?? {};
        if (provider !== undefined || providerRef?.name !== undefined) return undefined;
        const fallback = facts.objects.find(
          ({ object }) => classKinds.includes(object.kind) && object.metadata.name === "default",
        );
        return poolProblem(pool, ["spec"], {
          message: `${pool.title} names no node template`,
          evidence: fallback === undefined ? "and none is called default" : `${fallback.object.kind} default is used`,
          severity: fallback === undefined ? "error" : "warning",
        });
      },
    ),
};
