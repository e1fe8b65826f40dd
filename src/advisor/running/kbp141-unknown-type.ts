import { awsLabels, labels, normaliseLabelKey, type RequirementSpec } from "../../api/index.ts";
import type { Facts } from "../facts/facts.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

const checkedKeys: readonly string[] = [
  labels.instanceType,
  awsLabels.instanceFamily,
  awsLabels.instanceCategory,
  awsLabels.instanceSize,
];

export const unknownType: Rule = {
  id: "KBP141",
  name: "unknown-type",
  severity: "warning",
  requirements: ["R25", "R47"],
  needs: ["objects", "catalogue"],
  document: {
    what: "A type, family, category or size is named that the region does not have.",
    why: "A misspelt name allows nothing, or excludes nothing, without a word.",
    fix: "Correct the name.",
  },
  check(facts) {
    const known = new Map(checkedKeys.map((key) => [key, valuesOf(facts, key)]));
    return overEach(
      facts.pools.filter(({ isEc2 }) => isEc2),
      (pool) =>
        pool.written.flatMap((spec, index) => {
          const values = known.get(normaliseLabelKey(spec.key));
          if (values === undefined || !lists(spec)) return [];
          return (spec.values ?? []).flatMap((value, at) =>
            values.has(value)
              ? []
              : poolProblem(pool, [...pool.paths.requirements, index, "values", at], {
                  message: `${value} does not exist in ${facts.region}`,
                  evidence: `${spec.key} ${spec.operator} of ${pool.title}`,
                }),
          );
        }),
    );
  },
};

const lists = ({ operator }: RequirementSpec): boolean => operator === "In" || operator === "NotIn";

const valuesOf = ({ types }: Facts, key: string): ReadonlySet<string> =>
  new Set(types.flatMap(({ requirements }) => [...(requirements.get(key)?.values ?? [])]));
