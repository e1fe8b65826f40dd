import { labels } from "../../api/index.ts";
import type { Facts } from "../facts/facts.ts";
import { fittingTypes } from "../facts/oversized.ts";
import { type Pool, requirementPath } from "../facts/pools.ts";
import { isNarrow, type Suggestion, suggestionsFor, suggestionText } from "../facts/similar-types.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const suggestTypes: Rule = {
  id: "KBP406",
  name: "suggest-types",
  severity: "info",
  requirements: ["R56"],
  needs: ["objects", "catalogue"],
  document: {
    what: "Goes with KBP401 (types of the same size as those that the pool names, which it does not allow) and with KBP140 (types that are large enough for its largest pod).",
    why: "A longer list of equal machines costs nothing and gives spot more markets; a list that fits its pods keeps machines from growing.",
    fix: "Paste the list, or ask for another: karpenter instance-types --memory-gib 4 --vcpus 2.",
  },
  check(facts) {
    const asked = facts.pools.map((pool) => ({ pool, suggestions: suggestionsOf(facts, pool) }));
    return overEach(
      asked.filter(({ suggestions }) => suggestions !== undefined),
      ({ pool, suggestions = [] }) =>
        suggestions.length === 0
          ? undefined
          : poolProblem(pool, requirementPath(pool, labels.instanceType), {
              message: suggestions.map((suggestion) => suggestionText(suggestion, facts.region)).join("; "),
              evidence: `${pool.title} allows ${facts.typesOf(pool).length} types`,
            }),
    );
  },
};

/** Undefined for pools of which neither KBP401 nor KBP140 says anything. */
function suggestionsOf(facts: Facts, pool: Pool): readonly Suggestion[] | undefined {
  if (isNarrow(facts, pool)) return suggestionsFor(facts, pool);
  const fitting = fittingTypes(facts, pool);
  return fitting === undefined ? undefined : [fitting];
}
