import { poolsFor } from "../facts/serving.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";
import { withValue } from "../model/with-value.ts";

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
        whatIf: {
          kind: "objects",
          entry: workload.entry,
          object: withValue(workload.entry.object, [...workload.specPath, ...preference.removed], undefined),
          subject: preference.subject,
        },
      });
    });
  },
};

function preferenceOf({ spec }: Workload) {
  const preferred = spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (preferred.length > 0)
    return {
      text: "preferred anti-affinity",
      subject: "this anti-affinity",
      path: ["affinity", "podAntiAffinity"],
      removed: ["affinity", "podAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution"],
    };
  const constraints = spec.topologySpreadConstraints ?? [];
  const index = constraints.findIndex(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway");
  const path = ["topologySpreadConstraints", index];
  return index < 0 ? undefined : { text: "ScheduleAnyway", subject: "this spread", path, removed: path };
}
