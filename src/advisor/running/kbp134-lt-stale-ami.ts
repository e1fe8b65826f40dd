import { timeOf } from "../facts/cluster-life.ts";
import type { Facts } from "../facts/facts.ts";
import { type LaunchTemplateUse, launchTemplateUses } from "../facts/launch-templates.ts";
import { denied } from "../model/account-judging.ts";
import { placeOf } from "../model/place.ts";
import type { NotChecked, Problem, Rule, Verdict } from "../model/rule.ts";

export const launchTemplateStaleImage: Rule = {
  id: "KBP134",
  name: "lt-stale-ami",
  severity: "warning",
  requirements: ["R21"],
  needs: ["objects", "account"],
  document: {
    what: "The image that a launch template pins is older than 90 days.",
    why: "A launch template keeps its image: nodes are not upgraded by drift or expiry, and miss the fixes of months.",
    fix: "Do without the launch template: select images by amiFamily or amiSelector, so that new ones are taken.",
  },
  check(facts): Verdict {
    const uses = launchTemplateUses(facts);
    if (uses.length === 0) return undefined;
    const verdicts = uses.map((use) => judge(facts, use));
    const open = verdicts.find((verdict) => "notChecked" in verdict);
    return open ?? verdicts.flatMap((verdict) => ("notChecked" in verdict ? [] : verdict));
  },
};

function judge({ account, now, thresholds }: Facts, use: LaunchTemplateUse): readonly Problem[] | NotChecked {
  const answer = account?.launchTemplates.get(use.launchTemplate);
  if (answer === undefined) return [];
  if (!answer.ok) return denied(answer);
  const date = answer.value?.imageDate;
  if (date === undefined) return [];
  if (!date.ok) return denied(date);
  const made = timeOf(date.value);
  if (made === undefined || now === undefined)
    return { notChecked: "the date of the image, or of today, is not known" };
  const days = Math.floor((now - made) / 86_400_000);
  if (days <= thresholds.staleImageDays) return [];
  return [
    {
      place: placeOf(use.entry, [...use.path, "launchTemplate"]),
      message: `${use.launchTemplate} pins AMI from ${new Date(made).toISOString().slice(0, 10)}; nodes are not upgraded`,
      evidence: `${answer.value?.imageId ?? ""} is ${days} days old`,
    },
  ];
}
