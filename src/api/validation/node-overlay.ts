/** Runtime validation of a NodeOverlay (spec: api 3.1). A failure is reported with reason `RuntimeValidation`. */
import type { NodeOverlay } from "../karpenter/node-overlay.ts";
import type { LabelRules } from "../labels/rule-set.ts";
import { awsLabelRules } from "../labels/rule-set.ts";
import type { ValidationCause } from "../schema/cause.ts";
import { requirementProblems } from "./requirement.ts";

/** Requirements first, then resources that the provider owns. Texts can be joined by `runtimeMessage`. */
export function nodeOverlayCauses(
  overlay: Pick<NodeOverlay, "spec">,
  rules: LabelRules = awsLabelRules,
): readonly ValidationCause[] {
  const requirements = overlay.spec.requirements.flatMap((requirement, index) =>
    requirementProblems(requirement, rules).map(
      (text): ValidationCause => ({
        field: `spec.requirements[${index}]`,
        reason: "FieldValueInvalid",
        message: `invalid value: ${text} in requirements, restricted`,
        value: requirement,
      }),
    ),
  );
  const resources = Object.entries(overlay.spec.capacity ?? {})
    .filter(([resource]) => rules.overlayRestrictedResources.has(resource))
    .map(
      ([resource, value]): ValidationCause => ({
        field: `spec.capacity[${resource}]`,
        reason: "FieldValueInvalid",
        message: `invalid key name "${resource}" in capacity, restricted`,
        value,
      }),
    );
  return [...requirements, ...resources];
}
