/**
 * The checks of an EC2NodeClass that need nothing but the object (spec: api 4.2, 4.5, 4.7), each with the reason it gives
 * to the condition. Checks that need the cloud or a cluster belong to the provider.
 */
import { resolveAmiFamily } from "../aws/ami-alias.ts";
import type { EC2NodeClass } from "../aws/ec2-node-class.ts";
import { kubeletCauses, kubeletExpressions, unsupportedKubeletCauses } from "../aws/kubelet-rules.ts";
import { ec2NodeClassReasons as reasons } from "../conditions/condition-types.ts";
import { isRestrictedTagAtRuntime } from "../labels/tags.ts";
import type { ValidationCause } from "../schema/cause.ts";
import { invalid } from "../schema/cause.ts";

export interface NodeClassFinding {
  /** Reason of `ValidationSucceeded=False`. */
  readonly reason: string;
  readonly causes: readonly ValidationCause[];
}

/** Kubelet configuration, expressions, family: the first that fails, in the order of api 4.7. */
export function kubeletFinding(
  nodeClass: Pick<EC2NodeClass, "spec">,
  gates: { readonly nodeClassCel: boolean },
): NodeClassFinding | undefined {
  const { kubelet } = nodeClass.spec;
  const broken = kubeletCauses(kubelet);
  if (broken.length > 0) return { reason: reasons.invalidKubeletConfiguration, causes: broken };
  const disabled = gates.nodeClassCel ? [] : disabledExpressionCauses(nodeClass);
  if (disabled.length > 0) return { reason: reasons.kubeletExpressionsDisabled, causes: disabled };
  const unsupported = unsupportedKubeletCauses(resolveAmiFamily(nodeClass.spec) ?? "Custom", kubelet);
  if (unsupported.length > 0) return { reason: reasons.unsupportedKubeletConfiguration, causes: unsupported };
  return undefined;
}

function disabledExpressionCauses({ spec }: Pick<EC2NodeClass, "spec">): readonly ValidationCause[] {
  return kubeletExpressions(spec.kubelet).map(({ field, resource, text }) =>
    invalid(
      `spec.kubelet.${field}${resource === undefined ? "" : `[${resource}]`}`,
      text,
      "is an expression, which needs the feature gate NodeClassCEL",
    ),
  );
}

/** Restricted tags that slipped past admission. */
export function tagFinding(nodeClass: Pick<EC2NodeClass, "spec">): NodeClassFinding | undefined {
  const causes = Object.entries(nodeClass.spec.tags ?? {})
    .filter(([key]) => isRestrictedTagAtRuntime(key))
    .map(([key, value]) => invalid(`spec.tags[${key}]`, value, `tag "${key}" is restricted`));
  return causes.length > 0 ? { reason: reasons.tagValidationFailed, causes } : undefined;
}
