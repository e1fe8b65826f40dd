import { labels } from "../../api/index.ts";
import { requirementFor, requirementText, singleValueOf } from "../../core/index.ts";
import { launchTemplateUses } from "../facts/launch-templates.ts";
import { requirementPath } from "../facts/pools.ts";
import { overEach, poolProblem } from "../model/judging.ts";
import type { Rule } from "../model/rule.ts";

export const launchTemplateMultiArch: Rule = {
  id: "KBP131",
  name: "lt-multi-arch",
  severity: "error",
  requirements: ["R21"],
  needs: ["objects"],
  document: {
    what: "A pool with a launch template of the user's own allows more than one architecture.",
    why: "The template has one image, which boots on one architecture only.",
    fix: "Remove the launch template, or require one architecture.",
  },
  check: (facts) =>
    overEach(launchTemplateUses(facts), ({ launchTemplate, pools }) =>
      pools
        .filter((pool) => singleValueOf(pool.requirements.get(labels.arch)) === undefined)
        .map((pool) => {
          const arch = requirementFor(pool.requirements, labels.arch);
          return poolProblem(pool, requirementPath(pool, labels.arch), {
            message: `${launchTemplate} has one AMI but ${pool.title} allows ${[...arch.values].join(", ") || "any architecture"}`,
            evidence: requirementText(arch),
          });
        }),
    ),
};
