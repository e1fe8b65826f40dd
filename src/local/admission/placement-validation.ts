/** Affinity and topology spread of a PodSpec. */
import type {
  Affinity,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from "../../api/index.ts";
import { duplicate, forbiddenField, invalidValue, notSupported, required, type Cause } from "../apiserver/faults.ts";
import { qualifiedNameProblems } from "../apiserver/metadata-rules.ts";
import { oneOf, validateSelector } from "./field-checks.ts";

export function validateAffinity(affinity: Affinity | undefined, field: string): readonly Cause[] {
  if (affinity === undefined) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const needed = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const wished = nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const path = `${field}.nodeAffinity`;
  const terms = needed?.nodeSelectorTerms ?? [];
  return [
    ...(needed !== undefined && terms.length === 0
      ? [
          required(
            `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`,
            "must have at least one node selector term",
          ),
        ]
      : []),
    ...terms.flatMap((term, index) =>
      validateTerm(term, `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`),
    ),
    ...wished.flatMap(({ weight, preference }, index) => {
      const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
      return [...validateWeight(weight, at), ...validateTerm(preference ?? {}, `${at}.preference`)];
    }),
    ...validatePodAffinity(podAffinity, `${field}.podAffinity`),
    ...validatePodAffinity(podAntiAffinity, `${field}.podAntiAffinity`),
  ];
}

function validateWeight(weight: number | undefined, field: string): readonly Cause[] {
  if (weight !== undefined && weight >= 1 && weight <= 100) return [];
  return [invalidValue(`${field}.weight`, weight ?? 0, "must be in the range 1-100")];
}

function validateTerm(term: NodeSelectorTerm, field: string): readonly Cause[] {
  return (term.matchExpressions ?? []).flatMap((requirement, index) =>
    validateRequirement(requirement, `${field}.matchExpressions[${index}]`),
  );
}

function validateRequirement(requirement: NodeSelectorRequirement, field: string): readonly Cause[] {
  const { key, operator, values = [] } = requirement;
  const causes: Cause[] = [];
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0)
        causes.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) {
        causes.push(
          forbiddenField(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      }
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1) {
        causes.push(required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      causes.push(invalidValue(`${field}.operator`, operator, "not a valid selector operator"));
  }
  return [...causes, ...qualifiedNameProblems(key).map((problem) => invalidValue(`${field}.key`, key, problem))];
}

function validatePodAffinity(affinity: PodAffinity | undefined, field: string): readonly Cause[] {
  if (affinity === undefined) return [];
  const needed = affinity.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const wished = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return [
    ...needed.flatMap((term, index) =>
      validatePodTerm(term, `${field}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`),
    ),
    ...wished.flatMap(({ weight, podAffinityTerm }, index) => {
      const at = `${field}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
      return [...validateWeight(weight, at), ...validatePodTerm(podAffinityTerm, `${at}.podAffinityTerm`)];
    }),
  ];
}

function validatePodTerm(term: PodAffinityTerm, field: string): readonly Cause[] {
  const key = term.topologyKey ?? "";
  return [
    ...validateSelector(term.labelSelector, `${field}.labelSelector`),
    ...validateSelector(term.namespaceSelector, `${field}.namespaceSelector`),
    ...(key === ""
      ? [required(`${field}.topologyKey`, "can not be empty")]
      : qualifiedNameProblems(key).map((problem) => invalidValue(`${field}.topologyKey`, key, problem))),
  ];
}

export function validateSpread(constraints: readonly TopologySpreadConstraint[], field: string): readonly Cause[] {
  const seen = new Set<string>();
  return constraints.flatMap((constraint, index) => {
    const at = `${field}[${index}]`;
    const pair = `{${constraint.topologyKey}, ${constraint.whenUnsatisfiable}}`;
    const doubled = seen.has(pair) ? [duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair)] : [];
    seen.add(pair);
    return [...validateConstraint(constraint, at), ...doubled];
  });
}

function validateConstraint(constraint: TopologySpreadConstraint, field: string): readonly Cause[] {
  const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint;
  return [
    ...(maxSkew > 0 ? [] : [invalidValue(`${field}.maxSkew`, maxSkew ?? 0, "must be greater than zero")]),
    ...(topologyKey === ""
      ? [required(`${field}.topologyKey`, "can not be empty")]
      : qualifiedNameProblems(topologyKey).map((problem) =>
          invalidValue(`${field}.topologyKey`, topologyKey, problem),
        )),
    ...(["DoNotSchedule", "ScheduleAnyway"].includes(whenUnsatisfiable)
      ? []
      : [notSupported(`${field}.whenUnsatisfiable`, whenUnsatisfiable ?? "", ["DoNotSchedule", "ScheduleAnyway"])]),
    ...(minDomains !== undefined && minDomains <= 0
      ? [invalidValue(`${field}.minDomains`, minDomains, "must be greater than zero")]
      : []),
    ...oneOf(constraint.nodeAffinityPolicy, ["Honor", "Ignore"], `${field}.nodeAffinityPolicy`),
    ...oneOf(constraint.nodeTaintsPolicy, ["Honor", "Ignore"], `${field}.nodeTaintsPolicy`),
    ...validateSelector(constraint.labelSelector, `${field}.labelSelector`),
  ];
}
