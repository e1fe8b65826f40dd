import type { NodeTemplateSpec } from "../../api/index.ts";
import { launchTemplateUses } from "../facts/launch-templates.ts";
import { overEach } from "../model/judging.ts";
import { placeOf } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

/** A6 and A7 (v1alpha5 2.3). */
const excluded = [
  "securityGroupSelector",
  "metadataOptions",
  "amiFamily",
  "instanceProfile",
  "blockDeviceMappings",
  "userData",
  "amiSelector",
] as const satisfies readonly (keyof NodeTemplateSpec)[];

export const launchTemplateConflict: Rule = {
  id: "KBP132",
  name: "lt-conflict",
  severity: "error",
  requirements: ["R22"],
  needs: ["objects"],
  document: {
    what: "A launch template of the user's own stands beside fields that it excludes.",
    why: "Both say the same thing, and admission refuses the object.",
    fix: "Remove one of the two.",
  },
  check: (facts) =>
    overEach(launchTemplateUses(facts), ({ entry, path, spec, launchTemplate }) =>
      excluded
        .filter((field) => isSet(spec[field]))
        .map((field) => ({
          place: placeOf(entry, [...path, field]),
          message: `launchTemplate excludes ${field}`,
          evidence: `launchTemplate: ${launchTemplate}`,
        })),
    ),
};

const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);
