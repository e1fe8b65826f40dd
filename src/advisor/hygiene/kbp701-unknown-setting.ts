import { parseSettings } from "../../legacy/index.ts";
import { placeOf } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

export const unknownSetting: Rule = {
  id: "KBP701",
  name: "unknown-setting",
  severity: "warning",
  requirements: ["R26"],
  needs: ["objects"],
  document: {
    what: "karpenter-global-settings has a key that is not known, or no longer read.",
    why: "It is passed over in silence since v0.19, so a misspelt key is a setting that is not set.",
    fix: "Rename the key, or remove it.",
  },
  check(facts) {
    const { settings } = facts;
    const map = settings?.map;
    if (settings === undefined || map === undefined) return undefined;
    // Values that are wrong would hide the warnings, so that each key is read beside a name that is right.
    return Object.entries(settings.data).flatMap(([key, value]) => {
      const parsed = parseSettings({ "aws.clusterName": "any", [key]: value === "" ? "any" : value });
      const empty = parseSettings({ "aws.clusterName": "any", [key]: "" });
      const warnings = [...(parsed.ok ? parsed.value.warnings : []), ...(empty.ok ? empty.value.warnings : [])];
      const ignored = warnings.find((warning) => warning.key === key && warning.message.includes("is ignored"));
      if (ignored === undefined) return [];
      return {
        place: placeOf(map, ["data", key]),
        message: `Key ${key} ${ignored.message}`,
        evidence: `${key}=${value}`,
      };
    });
  },
};
