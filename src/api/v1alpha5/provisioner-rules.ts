/** What the era's webhooks refuse of a Provisioner: P1 to P18 and P20 (spec: v1alpha5 1.4). */
import type { RequirementSpec } from "../karpenter/node-pool.ts";
import type { Taint } from "../kubernetes/core.ts";
import { labels } from "../labels/names.ts";
import { labelValueProblem, qualifiedNameProblem } from "../labels/syntax.ts";
import {
  type FieldError,
  generic,
  gotBoth,
  gotNeither,
  invalidKey,
  invalidValue,
  missing,
  outOfRange,
} from "./field-error.ts";
import { kubeletErrors } from "./kubelet-rules.ts";
import { eraKeyProblem, normaliseEraKey } from "./label-rules.ts";
import { inlineProviderErrors } from "./node-template-rules.ts";
import type { Provisioner, ProvisionerSpec } from "./provisioner.ts";

/** `strict` asks for a provider (P6); `lenient` serves the founding document's own examples (D3). */
export type ProviderValidation = "strict" | "lenient";

/** Every error, in the order of the rules; empty when the object is fine. */
export function provisionerErrors(
  provisioner: Provisioner,
  options: { readonly providerValidation?: ProviderValidation } = {},
): readonly FieldError[] {
  const spec = provisioner.spec ?? {};
  return [
    ...nameErrors(provisioner),
    ...ttlErrors(spec),
    ...providerErrors(spec, options.providerValidation ?? "lenient"),
    ...labelErrors(spec),
    ...taintErrors(spec),
    ...requirementErrors(spec),
    ...kubeletErrors(spec.kubeletConfiguration, "spec.kubeletConfiguration"),
    ...(spec.provider === undefined ? [] : inlineProviderErrors(spec.provider)),
    ...weightErrors(spec),
  ];
}

const objectName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function nameErrors({ metadata }: Provisioner): readonly FieldError[] {
  const { name = "", generateName } = metadata;
  if (name === "" && generateName !== undefined) return [];
  if (name === "") return [missing("metadata.name")];
  return objectName.test(name) ? [] : [invalidValue(name, "metadata.name", "not a DNS subdomain")];
}

function ttlErrors(spec: ProvisionerSpec): readonly FieldError[] {
  const negative = (["ttlSecondsUntilExpired", "ttlSecondsAfterEmpty"] as const).flatMap((field) => {
    const seconds = spec[field] ?? 0;
    return seconds < 0 ? [invalidValue(seconds, `spec.${field}`, "cannot be negative")] : [];
  });
  const both = spec.ttlSecondsAfterEmpty !== undefined && spec.consolidation?.enabled === true;
  return both ? [...negative, gotBoth("spec.ttlSecondsAfterEmpty", "spec.consolidation.enabled")] : negative;
}

function providerErrors(spec: ProvisionerSpec, validation: ProviderValidation): readonly FieldError[] {
  const paths = ["spec.provider", "spec.providerRef"] as const;
  if (spec.provider !== undefined && spec.providerRef !== undefined) return [gotBoth(...paths)];
  const neither = spec.provider === undefined && spec.providerRef === undefined;
  return neither && validation === "strict" ? [gotNeither(...paths)] : [];
}

function labelErrors(spec: ProvisionerSpec): readonly FieldError[] {
  return Object.entries(spec.labels ?? {}).flatMap(([key, value]) => {
    if (key === labels.provisionerName) return [invalidKey(key, "spec.labels", "restricted")];
    const problems = [qualifiedNameProblem(key), eraKeyProblem(normaliseEraKey(key))];
    const errors = problems.flatMap((text) => (text === undefined ? [] : [invalidKey(key, "spec.labels", text)]));
    const wrong = labelValueProblem(value);
    return wrong === undefined ? errors : [...errors, invalidValue(value, `spec.labels[${key}]`, wrong)];
  });
}

const effects: readonly string[] = ["NoSchedule", "PreferNoSchedule", "NoExecute", ""];

/** Pairs are counted over both lists, and told of under `taints` whichever list they stand in. */
function taintErrors(spec: ProvisionerSpec): readonly FieldError[] {
  const seen = new Set<string>();
  return (["taints", "startupTaints"] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap((taint, index) => {
      const errors = taintProblems(taint, `spec.${list}[${index}]`);
      const pair = `${taint.key}=${taint.effect ?? ""}`;
      const repeated = seen.has(pair);
      seen.add(pair);
      return repeated
        ? [...errors, generic(`duplicate taint Key/Effect pair ${pair}`, `spec.taints[${index}]`)]
        : errors;
    }),
  );
}

function taintProblems(taint: Taint, path: string): readonly FieldError[] {
  const key = taint.key ?? "";
  const value = taint.value ?? "";
  const effect: string = taint.effect ?? "";
  const keyProblem = key === "" ? "the key is empty" : qualifiedNameProblem(key);
  const valueProblem = value === "" ? undefined : qualifiedNameProblem(value);
  return [
    ...(keyProblem === undefined ? [] : [invalidValue(key, path, keyProblem)]),
    ...(valueProblem === undefined ? [] : [invalidValue(value, path, valueProblem)]),
    ...(effects.includes(effect) ? [] : [invalidValue(effect, `${path}.effect`)]),
  ];
}

const operators: readonly string[] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];

function requirementErrors(spec: ProvisionerSpec): readonly FieldError[] {
  return (spec.requirements ?? []).flatMap((requirement, index) => {
    const path = `spec.requirements[${index}]`;
    if (requirement.key === labels.provisionerName) return [invalidValue(requirement.key, path, "restricted")];
    return requirementTexts(requirement).map((text) => invalidValue(requirement.key, path, text));
  });
}

function requirementTexts({ key, operator, values = [] }: RequirementSpec): readonly string[] {
  const normal = normaliseEraKey(key);
  const texts = [
    operators.includes(operator)
      ? undefined
      : `key ${key} has an unsupported operator ${operator} not in ${JSON.stringify(operators)}`,
    eraKeyProblem(normal),
    prefixed(`key ${key} is not a qualified name`, qualifiedNameProblem(normal)),
    ...values.map((value) => prefixed(`invalid value ${value} for key ${key}`, labelValueProblem(value))),
    operator === "In" && values.length === 0 ? `key ${key} with operator In must have a value defined` : undefined,
    isNumeric(operator) && !isOneNumber(values)
      ? `key ${key} with operator ${operator} must have a single positive integer value`
      : undefined,
  ];
  return texts.filter((text) => text !== undefined);
}

const prefixed = (prefix: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : `${prefix}, ${text}`;

const isNumeric = (operator: string): boolean => operator === "Gt" || operator === "Lt";

/** Zero passes, whatever the text says. */
const isOneNumber = (values: readonly string[]): boolean => values.length === 1 && /^\d+$/.test(values[0] ?? "");

function weightErrors({ weight }: ProvisionerSpec): readonly FieldError[] {
  return weight !== undefined && (weight < 1 || weight > 100) ? [outOfRange(weight, ["1", "100"], "spec.weight")] : [];
}
