/** Runtime validation of a NodePool (spec: api 0.6 and 1.2 to 1.4). A failure makes the pool not Ready. */
import type { NodePool } from "../karpenter/node-pool.ts";
import type { Taint } from "../kubernetes/core.ts";
import { labels as labelNames } from "../labels/names.ts";
import { runtimeKeyProblem } from "../labels/restrictions.ts";
import type { LabelRules } from "../labels/rule-set.ts";
import { awsLabelRules } from "../labels/rule-set.ts";
import { labelValueProblem, qualifiedNameProblem } from "../labels/syntax.ts";
import type { ValidationCause } from "../schema/cause.ts";
import { requirementProblems } from "./requirement.ts";

const templateField = "spec.template";

const problem = (field: string, value: unknown, message: string): ValidationCause => ({
  field,
  reason: "FieldValueInvalid",
  message,
  value,
});

/**
 * Problems in the order in which the condition tells them: labels, taints, requirements, the nodepool key. Each message
 * is complete by itself; `runtimeMessage` joins them.
 */
export function nodePoolCauses(
  pool: Pick<NodePool, "spec">,
  rules: LabelRules = awsLabelRules,
): readonly ValidationCause[] {
  return [
    ...labelCauses(pool, rules),
    ...taintCauses(pool),
    ...requirementCauses(pool, rules),
    ...nodePoolKeyCauses(pool),
  ];
}

/** The text of the condition `ValidationSucceeded` when it is False. */
export function runtimeMessage(causes: readonly ValidationCause[]): string {
  return causes.map((cause) => cause.message).join("; ");
}

function labelCauses({ spec }: Pick<NodePool, "spec">, rules: LabelRules): readonly ValidationCause[] {
  return Object.entries(spec.template.metadata?.labels ?? {}).flatMap(([key, value]) => {
    const field = `${templateField}.metadata.labels[${key}]`;
    const texts = [
      key === labelNames.nodePool ? `invalid key name "${key}" in labels, restricted` : undefined,
      prefixed(`invalid key name "${key}" in labels`, qualifiedNameProblem(key)),
      prefixed(`invalid value: ${value} for label[${key}]`, labelValueProblem(value)),
      prefixed(`invalid key name "${key}" in labels`, runtimeKeyProblem(key, rules)),
    ];
    return texts.flatMap((text) => (text === undefined ? [] : [problem(field, value, text)]));
  });
}

const prefixed = (prefix: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : `${prefix}, ${text}`;

const effects: readonly string[] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function taintCauses({ spec }: Pick<NodePool, "spec">): readonly ValidationCause[] {
  const seen = new Set<string>();
  return (["taints", "startupTaints"] as const).flatMap((name) =>
    (spec.template.spec[name] ?? []).flatMap((taint, index) => {
      const field = `${templateField}.spec.${name}[${index}]`;
      const causes = taintProblems(taint).map((text) => problem(field, taint, `invalid value: ${text} in ${name}`));
      const pair = `${taint.key}=${taint.effect}`;
      if (seen.has(pair)) causes.push(problem(field, taint, `duplicate taint Key/Effect pair ${pair}`));
      seen.add(pair);
      return causes;
    }),
  );
}

function taintProblems(taint: Taint): readonly string[] {
  const value = taint.value ?? "";
  return [
    prefixed(`key "${taint.key}"`, qualifiedNameProblem(taint.key)),
    value === "" ? undefined : prefixed(`value "${value}"`, qualifiedNameProblem(value)),
    effects.includes(taint.effect) ? undefined : `effect "${taint.effect}", expected one of ${effects.join(", ")}`,
  ].filter((text) => text !== undefined);
}

function requirementCauses({ spec }: Pick<NodePool, "spec">, rules: LabelRules): readonly ValidationCause[] {
  return spec.template.spec.requirements.flatMap((requirement, index) =>
    requirementProblems(requirement, rules).map((text) =>
      problem(
        `${templateField}.spec.requirements[${index}]`,
        requirement,
        `invalid value: ${text} in requirements, restricted`,
      ),
    ),
  );
}

/** The key is well-known, so that pods may select it, and therefore passes the check of each single requirement. */
function nodePoolKeyCauses({ spec }: Pick<NodePool, "spec">): readonly ValidationCause[] {
  return spec.template.spec.requirements.flatMap((requirement, index) =>
    requirement.key === labelNames.nodePool
      ? [
          problem(
            `${templateField}.spec.requirements[${index}].key`,
            requirement.key,
            `invalid key: "${labelNames.nodePool}" in requirements, restricted`,
          ),
        ]
      : [],
  );
}
