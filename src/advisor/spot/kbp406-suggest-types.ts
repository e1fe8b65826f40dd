import { labels } from "../../api/index.ts";
import { requirementPath } from "../facts/pools.ts";
import { isNarrow, suggestionsFor, suggestionText } from "../facts/similar-types.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const suggestTypes: Rule = {
  id: "KBP406",
  name: "suggest-types",
  severity: "info",
  requirements: ["R56"],
  needs: ["objects", "catalogue"],
  document: {
    what: "Goes with KBP401: types of the same size as those that the pool names, which it does not allow.",
    why: "A longer list of equal machines costs nothing and gives spot more markets.",
    fix: "Paste the list, or ask for another: karpenter instance-types --memory-gib 4 --vcpus 2.",
  },
  check: (facts) =>
    overEach(
      facts.pools.filter((pool) => isNarrow(facts, pool)),
      (pool) => {
        const suggestions = suggestionsFor(facts, pool);
        if (suggestions.length === 0) return undefined;
        return poolProblem(pool, requirementPath(pool, labels.instanceType), {
          message: suggestions.map((suggestion) => suggestionText(suggestion, facts.region)).join("; "),
          evidence: `${pool.title} allows ${facts.typesOf(pool).length} types`,
        });
      },
    ),
};
