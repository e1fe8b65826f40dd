import { poolsFor } from "../facts/serving.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const softSpread: Rule = {
  id: "KBP508",
  name: "soft-spread-vs-consolidation",
  severity: "info",
  requirements: ["R60"],
  needs: ["objects"],
  document: {
    what: "A workload has a preferred anti-affinity or a ScheduleAnyway spread, on a pool that consolidates.",
    why: "Consolidation treats preferences as needs, so that the preference can keep nodes alive that nothing requires.",
    fix: "Make it required, or drop it.",
  },
  check(facts) {
    if (!facts.pools.some(({ consolidates }) => consolidates)) return undefined;
    return overWorkloads(facts, (workload) => {
      const preference = preferenceOf(workload);
      const pool = preference === undefined ? undefined : poolsFor(facts, workload).find((each) => each.consolidates);
      if (preference === undefined || pool === undefined) return undefined;
      return workloadProblem(workload, [...workload.specPath, ...preference.path], {
        message: `${titleOf(workload)}'s preference can stop consolidation`,
        evidence: `${preference.text}; ${pool.title} consolidates`,
      });
    });
  },
};

function preferenceOf({ spec }: Workload) {
  const preferred = spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (preferred.length > 0) return { text: "preferred anti-affinity", path: ["affinity", "podAntiAffinity"] };
  const constraints = spec.topologySpreadConstraints ?? [];
  const index = constraints.findIndex(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway");
  return index < 0 ? undefined : { text: "ScheduleAnyway", path: ["topologySpreadConstraints", index] };
}
