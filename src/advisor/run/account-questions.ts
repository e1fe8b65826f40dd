import type { AccountQuestions } from "../facts/account.ts";
import { type AdvisorInput, factsOf } from "../facts/facts.ts";
import { launchTemplateUses } from "../facts/launch-templates.ts";

/** What to look for in an account, by the names that the objects tell: the cluster, its queue, launch templates. */
export function accountQuestions(input: Pick<AdvisorInput, "manifests" | "cluster">): AccountQuestions {
  const facts = factsOf(input);
  const { clusterName = "", queue = "" } = facts.settings ?? {};
  const launchTemplates = launchTemplateUses(facts).map(({ launchTemplate }) => launchTemplate);
  return {
    ...(clusterName === "" ? {} : { clusterName }),
    ...(queue === "" ? {} : { queueName: queue }),
    launchTemplates: [...new Set(launchTemplates)].toSorted(),
  };
}
