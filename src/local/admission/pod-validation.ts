/** Validation of a PodSpec (pkg/apis/core/validation): the rules that real manifests run into. */
import type { Container, PodSpec, Toleration, Volume } from "../../api/index.ts";
import { forbiddenField, invalidValue, notSupported, required, type Cause } from "../apiserver/faults.ts";
import { nameProblems, qualifiedNameProblems, validateLabels } from "../apiserver/metadata-rules.ts";
import { isRecord } from "../store/api-object.ts";
import { validateContainers } from "./container-validation.ts";
import { duplicates, nonNegative, oneOf } from "./field-checks.ts";
import { validateAffinity, validateSpread } from "./placement-validation.ts";

const restartPolicies: readonly unknown[] = ["Always", "OnFailure", "Never"];

const restartPolicyCauses = (policy: unknown, field: string): readonly Cause[] =>
  policy === undefined || restartPolicies.includes(policy)
    ? []
    : [notSupported(field, policy, restartPolicies.map(String))];

/** `claims` are volumes that a StatefulSet's claim templates will bring. */
export function validatePodSpec(
  value: unknown,
  field: string,
  { template, claims = [] }: { readonly template: boolean; readonly claims?: readonly string[] },
): readonly Cause[] {
  if (!isRecord(value)) return [required(`${field}.containers`)];
  const spec = value as unknown as PodSpec;
  const volumes = spec.volumes ?? [];
  const names = new Set([...volumes.map(({ name }) => name), ...claims]);
  return [
    ...validateVolumes(volumes, `${field}.volumes`),
    ...((spec.containers ?? []).length === 0 ? [required(`${field}.containers`)] : []),
    ...validateAllContainers(spec, field, names),
    ...restartPolicyCauses(spec.restartPolicy, `${field}.restartPolicy`),
    ...oneOf(
      (value as { dnsPolicy?: unknown }).dnsPolicy,
      ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"],
      `${field}.dnsPolicy`,
    ),
    ...validateSeconds(spec, field),
    ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`),
    ...validateTolerations(spec.tolerations ?? [], `${field}.tolerations`),
    ...validateAffinity(spec.affinity, `${field}.affinity`),
    ...validateSpread(spec.topologySpreadConstraints ?? [], `${field}.topologySpreadConstraints`),
    ...validateNames(spec, field),
    ...(template || !spec.nodeName || (spec.schedulingGates ?? []).length === 0
      ? []
      : [forbiddenField(`${field}.nodeName`, "cannot be set until all schedulingGates have been cleared")]),
  ];
}

function validateAllContainers(spec: PodSpec, field: string, volumes: ReadonlySet<string>): readonly Cause[] {
  const init = spec.initContainers ?? [];
  const main = spec.containers ?? [];
  const all: readonly Container[] = [...main, ...init];
  const path = (index: number): string =>
    index < main.length ? `${field}.containers[${index}].name` : `${field}.initContainers[${index - main.length}].name`;
  return [
    ...validateContainers(main, `${field}.containers`, volumes),
    ...validateContainers(init, `${field}.initContainers`, volumes),
    ...duplicates(
      all.map(({ name }) => name),
      path,
    ),
  ];
}

function validateSeconds(spec: PodSpec, field: string): readonly Cause[] {
  const { activeDeadlineSeconds: deadline } = spec;
  return [
    ...nonNegative(spec.terminationGracePeriodSeconds, `${field}.terminationGracePeriodSeconds`),
    ...(deadline !== undefined && (deadline < 1 || deadline > 2 ** 31 - 1)
      ? [invalidValue(`${field}.activeDeadlineSeconds`, deadline, "must be between 1 and 2147483647, inclusive")]
      : []),
  ];
}

function validateVolumes(volumes: readonly Volume[], field: string): readonly Cause[] {
  return [
    ...volumes.flatMap((volume, index) => validateVolume(volume, `${field}[${index}]`)),
    ...duplicates(
      volumes.map(({ name }) => name),
      (index) => `${field}[${index}].name`,
    ),
  ];
}

function validateVolume(volume: Volume, field: string): readonly Cause[] {
  const sources = Object.keys(volume).filter((name) => name !== "name");
  const name = volume.name ?? "";
  return [
    ...(name === ""
      ? [required(`${field}.name`)]
      : nameProblems(name, "label").map((problem) => invalidValue(`${field}.name`, name, problem))),
    ...sources
      .slice(1)
      .map((source) => forbiddenField(`${field}.${source}`, "may not specify more than 1 volume type")),
    ...(volume.persistentVolumeClaim !== undefined && !volume.persistentVolumeClaim.claimName
      ? [required(`${field}.persistentVolumeClaim.claimName`)]
      : []),
  ];
}

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function validateTolerations(tolerations: readonly Toleration[], field: string): readonly Cause[] {
  return tolerations.flatMap((toleration, index) => validateToleration(toleration, `${field}[${index}]`));
}

function validateToleration(toleration: Toleration, field: string): readonly Cause[] {
  const { key = "", operator = "", effect = "" } = toleration;
  return [
    ...(key === "" ? [] : qualifiedNameProblems(key).map((problem) => invalidValue(`${field}.key`, key, problem))),
    ...tolerationConflicts(toleration, field),
    ...oneOf(operator === "" ? undefined : operator, ["Equal", "Exists", "Gt", "Lt"], `${field}.operator`),
    ...oneOf(effect === "" ? undefined : effect, effects, `${field}.effect`),
  ];
}

/** Members of a toleration that exclude each other. */
function tolerationConflicts(toleration: Toleration, field: string): readonly Cause[] {
  const { key = "", operator = "", value = "", effect = "", tolerationSeconds } = toleration;
  const keyless = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
  const timed = "effect must be 'NoExecute' when `tolerationSeconds` is set";
  const valued = "value must be empty when `operator` is 'Exists'";
  return [
    ...(key === "" && operator !== "Exists" ? [invalidValue(`${field}.operator`, operator, keyless)] : []),
    ...(tolerationSeconds !== undefined && effect !== "NoExecute"
      ? [invalidValue(`${field}.effect`, effect, timed)]
      : []),
    ...(operator === "Exists" && value !== "" ? [invalidValue(`${field}.operator`, toleration, valued)] : []),
  ];
}

function validateNames(spec: PodSpec, field: string): readonly Cause[] {
  const names: readonly (readonly [string, string | undefined])[] = [
    ["nodeName", spec.nodeName],
    ["priorityClassName", spec.priorityClassName],
    ["schedulerName", spec.schedulerName],
  ];
  return names.flatMap(([member, name]) =>
    name === undefined || name === ""
      ? []
      : nameProblems(name, "subdomain").map((problem) => invalidValue(`${field}.${member}`, name, problem)),
  );
}
