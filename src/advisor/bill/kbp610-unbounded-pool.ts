import { awsLabels, labels, type RequirementSpec } from "../../api/index.ts";
import { normaliseLabelKey } from "../../api/index.ts";
import { overPools, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

/** Keys that say which machines a pool may buy. */
const machineKeys: ReadonlySet<string> = new Set([
  labels.instanceType,
  awsLabels.instanceFamily,
  awsLabels.instanceCategory,
  awsLabels.instanceSize,
  awsLabels.instanceCpu,
  awsLabels.instanceMemory,
  awsLabels.instanceGpuCount,
  awsLabels.instanceGpuName,
  awsLabels.instanceAcceleratorName,
]);

/** What only excludes or sets a floor leaves everything else open. */
const bounding: readonly RequirementSpec["operator"][] = ["In", "Lt", "Lte", "DoesNotExist"];

export const unboundedPool: Rule = {
  id: "KBP610",
  name: "unbounded-pool",
  severity: "error",
  requirements: ["R54", "R71"],
  needs: ["objects"],
  document: {
    what: "A pool has no limits and no requirement that bounds the machines which it may buy.",
    why: "It may add capacity without end, of any size: that is the behaviour asked for, and it costs.",
    fix: "Set limits, narrow the types, and have a billing alarm.",
  },
  check: (facts) =>
    overPools(facts, (pool) => {
      if (Object.keys(pool.limits).length > 0) return undefined;
      const keys = pool.written.filter(({ operator }) => bounding.includes(operator)).map(({ key }) => key);
      const own = [...keys, ...Object.keys(pool.labels)].map((key) => normaliseLabelKey(key));
      if (own.some((key) => machineKeys.has(key))) return undefined;
      return poolProblem(pool, ["spec"], {
        message: `${pool.title} can grow without bound with any type`,
        evidence: "no limits, and no requirement that bounds types, sizes, cpu or memory",
      });
    }),
};
