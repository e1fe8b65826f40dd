import type { AccountLaunchTemplate } from "../facts/account.ts";
import type { Facts } from "../facts/facts.ts";
import { type LaunchTemplateUse, launchTemplateUses } from "../facts/launch-templates.ts";
import { denied } from "../model/account-judging.ts";
import { placeOf } from "../model/place.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

export const launchTemplateIgnored: Rule = {
  id: "KBP133",
  name: "lt-ignored",
  severity: "warning",
  requirements: ["R22"],
  needs: ["objects", "account"],
  document: {
    what: "A launch template that a node template names sets the instance type, network interfaces, a subnet, placement or spot options.",
    why: "Machine, subnet and market are chosen at each launch: these fields are ignored, or break it.",
    fix: "Remove the field from the launch template, or do without one.",
  },
  check: (facts) => overLaunchTemplates(facts, (template) => ignoredFields(template)),
};

function ignoredFields(template: AccountLaunchTemplate): readonly (readonly [string, string])[] {
  const { instanceType, networkInterfaces, subnet, placement, marketType } = template;
  return [
    ...(instanceType === undefined ? [] : [["InstanceType", instanceType] as const]),
    ...(networkInterfaces === 0 ? [] : [["NetworkInterfaces", `${networkInterfaces} of them`] as const]),
    ...(subnet === undefined ? [] : [["SubnetId", subnet] as const]),
    ...(placement ? [["Placement", "it is set"] as const] : []),
    ...(marketType === undefined ? [] : [["InstanceMarketOptions", marketType] as const]),
  ];
}

function overLaunchTemplates(
  facts: Facts,
  fields: (template: AccountLaunchTemplate) => readonly (readonly [string, string])[],
): Verdict {
  const uses = launchTemplateUses(facts);
  if (uses.length === 0) return undefined;
  const problems: Problem[] = [];
  for (const use of uses) {
    const answer = facts.account?.launchTemplates.get(use.launchTemplate);
    if (answer === undefined) continue;
    if (!answer.ok) return denied(answer);
    if (answer.value !== undefined) problems.push(...fields(answer.value).map((field) => ignored(use, field)));
  }
  return problems;
}

const ignored = (
  { entry, path, launchTemplate }: LaunchTemplateUse,
  [field, value]: readonly [string, string],
): Problem => ({
  place: placeOf(entry, [...path, "launchTemplate"]),
  message: `${field} of ${launchTemplate} is ignored or breaks launches`,
  evidence: `${field}: ${value}`,
});
