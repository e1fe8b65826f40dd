import { overPools, poolProblem } from "../model/judging.ts";
import { proposedEdit, setValue } from "../model/edit.ts";
import type { Rule } from "../model/rule.ts";

export const noScaleIn: Rule = {
  id: "KBP307",
  name: "no-scale-in",
  severity: "warning",
  requirements: ["R3", "R4", "R49"],
  needs: ["objects"],
  document: {
    what: "A pool neither removes empty nodes nor consolidates.",
    why: "Its nodes stay when their pods are gone, and are paid for.",
    fix: "Set ttlSecondsAfterEmpty or consolidation.enabled (Provisioner), or a consolidateAfter other than Never (NodePool).",
  },
  check: (facts) =>
    overPools(facts, (pool) =>
      pool.emptySeconds !== undefined
        ? undefined
        : poolProblem(pool, pool.era === "v1" ? pool.paths.empty : ["spec"], {
            message: `Nodes of ${pool.title} are never removed`,
            edit: proposedEdit(
              pool.entry,
              pool.era === "v1"
                ? setValue(pool.paths.empty, "0s")
                : setValue(["spec", "consolidation"], { enabled: true }),
            ),
            evidence:
              pool.era === "v1" ? "consolidateAfter is Never" : "neither ttlSecondsAfterEmpty nor consolidation is set",
          }),
    ),
};
