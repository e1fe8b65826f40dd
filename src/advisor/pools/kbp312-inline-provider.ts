import type { Provisioner } from "../../api/index.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const inlineProvider: Rule = {
  id: "KBP312",
  name: "inline-provider",
  severity: "warning",
  requirements: ["R23"],
  needs: ["objects"],
  document: {
    what: "A Provisioner carries its AWS settings inline, in spec.provider.",
    why: "The form is deprecated since v0.13, knows neither user data nor image selectors, and is gone in v1beta1.",
    fix: "Move the settings to an AWSNodeTemplate and name it in spec.providerRef.",
  },
  check: (facts) =>
    overEach(
      facts.pools.filter(({ era }) => era === "v1alpha5"),
      (pool) =>
        (pool.entry.object as Provisioner).spec?.provider === undefined
          ? undefined
          : poolProblem(pool, ["spec", "provider"], {
              message: `${pool.title} has deprecated inline settings`,
              evidence: "spec.provider is used",
            }),
    ),
};
