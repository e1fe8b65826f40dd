/** Requirements that are added to a Provisioner which lacks them, by version (spec: v1alpha5 1.3, D1, D2, D13). */
import type { RequirementSpec } from "../karpenter/node-pool.ts";
import { awsLabels, capacityTypes, labels } from "../labels/names.ts";
import { normaliseEraKey } from "./label-rules.ts";
import type { Provisioner } from "./provisioner.ts";

/**
 * `baseline`: v0.19 to v0.31. `v0.14`: v0.5.5 to v0.18, without operating system and categories. `all`: the baseline
 * without its limit to categories c, m and r, as the founding document has it (D13).
 */
export type EraDefaults = "baseline" | "all" | "v0.14";

const among = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });

const linux = among(labels.os, "linux");
const amd64 = among(labels.arch, "amd64");
const onDemand = among(labels.capacityType, capacityTypes.onDemand);

const instanceKeys: readonly string[] = [
  labels.instanceType,
  awsLabels.instanceFamily,
  awsLabels.instanceCategory,
  awsLabels.instanceGeneration,
];

const generalPurpose: readonly RequirementSpec[] = [
  among(awsLabels.instanceCategory, "c", "m", "r"),
  { key: awsLabels.instanceGeneration, operator: "Gt", values: ["2"] },
];

/**
 * The requirements to append, in the order in which they are appended. A key that `spec.labels` has counts as present
 * (D1): else the label and the default would leave nothing to launch.
 */
export function provisionerDefaults(
  provisioner: Pick<Provisioner, "spec">,
  which: EraDefaults = "baseline",
): readonly RequirementSpec[] {
  const present = presentKeys(provisioner);
  const basic = which === "v0.14" ? [amd64, onDemand] : [linux, amd64, onDemand];
  const missing = basic.filter(({ key }) => !present.has(key));
  const open = which === "baseline" && !instanceKeys.some((key) => present.has(key));
  return open ? [...missing, ...generalPurpose] : missing;
}

function presentKeys({ spec }: Pick<Provisioner, "spec">): ReadonlySet<string> {
  const required = (spec?.requirements ?? []).map(({ key }) => key);
  return new Set([...required, ...Object.keys(spec?.labels ?? {})].map(normaliseEraKey));
}

/** The Provisioner as it was before `withProvisionerDefaults`: what its user asked for; the same object when nothing was added. */
export function withoutProvisionerDefaults(provisioner: Provisioner, which: EraDefaults = "baseline"): Provisioner {
  const written = provisioner.spec?.requirements ?? [];
  const isDefault = (requirement: RequirementSpec): boolean =>
    [linux, amd64, onDemand, ...generalPurpose].some((each) => isSame(each, requirement));
  const own = {
    ...provisioner,
    spec: { ...provisioner.spec, requirements: written.filter((each) => !isDefault(each)) },
  };
  // One that somebody wrote, where another of its kind was written too, would not have been added.
  const added = provisionerDefaults(own, which);
  const kept = written.filter((each) => !added.some((addition) => isSame(addition, each)));
  if (kept.length === written.length) return provisioner;
  return { ...provisioner, spec: { ...provisioner.spec, requirements: kept } };
}

const isSame = (a: RequirementSpec, b: RequirementSpec): boolean =>
  a.key === b.key && a.operator === b.operator && (a.values ?? []).join() === (b.values ?? []).join();

/** The Provisioner as the admission webhook would have stored it; the same object when nothing is missing. */
export function withProvisionerDefaults(provisioner: Provisioner, which: EraDefaults = "baseline"): Provisioner {
  const added = provisionerDefaults(provisioner, which);
  if (added.length === 0) return provisioner;
  const requirements = [...(provisioner.spec?.requirements ?? []), ...added];
  return { ...provisioner, spec: { ...provisioner.spec, requirements } };
}
