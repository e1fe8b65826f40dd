import type { Provisioner } from "../../api/index.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import { removeValue, safeEdit } from "../model/edit.ts";
import type { Rule } from "../model/rule.ts";

export const ttlAndConsolidation: Rule = {
  id: "KBP310",
  name: "ttl-and-consolidation",
  severity: "error",
  requirements: ["R49"],
  needs: ["objects"],
  document: {
    what: "A Provisioner sets both ttlSecondsAfterEmpty and consolidation.enabled.",
    why: "Admission refuses the object (v1alpha5 1.4, P4); in one that is stored already the time has no effect.",
    fix: "Keep one of them: consolidation removes empty nodes as well.",
  },
  check: (facts) =>
    overEach(
      facts.pools.filter(({ era }) => era === "v1alpha5"),
      (pool) => {
        const { spec = {} } = pool.entry.object as Provisioner;
        if (spec.ttlSecondsAfterEmpty === undefined || spec.consolidation?.enabled !== true) return undefined;
        return poolProblem(pool, pool.paths.empty, {
          message: `Both are set in ${pool.title}: ttlSecondsAfterEmpty and consolidation.enabled`,
          evidence: `ttlSecondsAfterEmpty: ${spec.ttlSecondsAfterEmpty}`,
          edit: safeEdit(pool.entry, removeValue(pool.paths.empty)),
        });
      },
    ),
};
