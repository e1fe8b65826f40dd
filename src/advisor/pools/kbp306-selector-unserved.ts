import { awsLabelRules, labels } from "../../api/index.ts";
import { hasValue, isCompatible, labelRequirements, type Requirement, requirementText } from "../../core/index.ts";
import type { Facts } from "../facts/facts.ts";
import type { Workload } from "../facts/workloads.ts";
import { overWorkloads, titleOf, workloadProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

/** Keys that have rules of their own: KBP505 and KBP506. */
const others: ReadonlySet<string> = new Set([labels.zone, labels.arch, labels.os]);

export const selectorUnserved: Rule = {
  id: "KBP306",
  name: "selector-unserved",
  severity: "error",
  requirements: ["R8", "R48"],
  needs: ["objects", "catalogue"],
  document: {
    what: "A required node selector or affinity names a key or value that no pool and no node offers.",
    why: "The pods stay pending for ever: no machine that could be launched has the label.",
    fix: "Add the label or requirement to a pool, or correct the workload.",
  },
  check(facts) {
    if (facts.pools.length === 0) return undefined;
    return overWorkloads(facts, (workload) => {
      const missing = unservedKey(facts, workload);
      if (missing === undefined) return undefined;
      return workloadProblem(workload, selectorPath(workload, missing.key), {
        message: `No pool provides ${wish(missing)} asked by ${titleOf(workload)}`,
        evidence: requirementText(missing),
      });
    });
  },
};

/** The first key, in order, that nobody offers in any of the alternatives. */
function unservedKey(facts: Facts, { alternatives }: Workload): Requirement | undefined {
  const open = alternatives.map((wanted) =>
    [...wanted.values()]
      .filter(({ key }) => !others.has(key))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .find((requirement) => !isOffered(facts, requirement)),
  );
  return open.every((missing) => missing !== undefined) ? open[0] : undefined;
}

function isOffered({ pools, nodes, types }: Facts, requirement: Requirement): boolean {
  const wanted = new Map([[requirement.key, requirement]]);
  const offering = pools.filter((pool) => isCompatible(pool.requirements, wanted, awsLabelRules.wellKnown));
  if (offering.some(({ isEc2 }) => !isEc2)) return true;
  if (offering.length > 0) return isOfSomeType(types, requirement);
  return nodes.some(({ object }) => isCompatible(labelRequirements(object.metadata.labels), wanted));
}

/** A well-known key of machine types must be one that some type has with that value. */
function isOfSomeType(types: Facts["types"], requirement: Requirement): boolean {
  const { key } = requirement;
  const having = types.filter((type) => type.requirements.has(key));
  if (!awsLabelRules.wellKnown.has(key) || having.length === 0) return true;
  return having.some((type) =>
    [...(type.requirements.get(key)?.values ?? [])].some((value) => hasValue(requirement, value)),
  );
}

const selectorPath = ({ specPath, spec }: Workload, key: string) =>
  spec.nodeSelector?.[key] === undefined ? [...specPath, "affinity"] : [...specPath, "nodeSelector", key];

const wish = ({ key, values, complement }: Requirement): string =>
  complement || values.size === 0 ? key : `${key}=${[...values].toSorted().join("|")}`;
