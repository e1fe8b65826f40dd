import { launchTemplateUses } from "../facts/launch-templates.ts";
import { placeOf } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

export const customLaunchTemplate: Rule = {
  id: "KBP130",
  name: "custom-launch-template",
  severity: "error",
  requirements: ["R20", "R23"],
  needs: ["objects"],
  document: {
    what: "A node template, or an inline provider, names a launch template of the user's own.",
    why: "With it there are no several architectures, no automatic upgrade of nodes, and no discovery of security groups.",
    fix: "Drop it; express it with amiSelector, userData, blockDeviceMappings and tags.",
  },
  check(facts) {
    if (!facts.pools.some(({ era }) => era === "v1alpha5") && facts.templates.length === 0) return undefined;
    return launchTemplateUses(facts).map(({ entry, path, title, launchTemplate }) => ({
      place: placeOf(entry, [...path, "launchTemplate"]),
      message: `${title} uses unmanaged launch template ${launchTemplate}`,
      evidence: `launchTemplate: ${launchTemplate}`,
    }));
  },
};
