/**
 * Which label keys users may set (spec: api 1.4). Two forms on purpose: admission compares domains by plain suffix, the
 * runtime by exact domain or subdomain after letting well-known labels through. Sharp edges 5 to 7 are the difference.
 */
import { awsLabels, labels } from "./names.ts";
import type { LabelRules } from "./rule-set.ts";
import { awsLabelRules } from "./rule-set.ts";

/** The text before the first `/`; the whole key when there is none. */
export function labelDomain(key: string): string {
  const slash = key.indexOf("/");
  return slash < 0 ? key : key.slice(0, slash);
}

/** Where a key is written; each place has its own allow-list at admission. */
export type LabelPlace =
  | "nodepool-label"
  | "nodepool-requirement"
  | "nodeclaim-requirement"
  | "nodeoverlay-requirement";

const capacityTypeOnly: readonly string[] = [labels.capacityType];
const capacityTypeAndPool: readonly string[] = [labels.capacityType, labels.nodePool];

/** Keys under a suffix `karpenter.sh` that admission lets through. */
export const admittedCoreKeys: Readonly<Record<LabelPlace, readonly string[]>> = Object.freeze({
  "nodepool-label": capacityTypeOnly,
  "nodepool-requirement": capacityTypeOnly,
  "nodeclaim-requirement": capacityTypeAndPool,
  "nodeoverlay-requirement": capacityTypeAndPool,
});

/** Every label of the AWS domain; the zone id lies in a domain of its own and needs no allowance. */
const awsDomainKeys: readonly string[] = Object.values(awsLabels).filter((label) => label !== awsLabels.zoneId);

const unknownToOverlays: ReadonlySet<string> = new Set([
  awsLabels.instanceTenancy,
  awsLabels.capacityReservationId,
  awsLabels.capacityReservationType,
  awsLabels.capacityReservationInterruptible,
  awsLabels.placementGroupId,
  awsLabels.placementGroupPartition,
]);

const awsOverlayKeys: readonly string[] = awsDomainKeys.filter((key) => !unknownToOverlays.has(key));

/** Keys under a suffix `karpenter.k8s.aws` that admission lets through. */
export const admittedAwsKeys: Readonly<Record<LabelPlace, readonly string[]>> = Object.freeze({
  "nodepool-label": awsDomainKeys,
  "nodepool-requirement": awsDomainKeys,
  "nodeclaim-requirement": awsDomainKeys,
  "nodeoverlay-requirement": awsOverlayKeys,
});

export const admissionRestrictedSuffixes = Object.freeze({ core: "karpenter.sh", aws: "karpenter.k8s.aws" });

/** True when `key` lies under `suffix` by admission's plain suffix test and is not in the allow-list. */
export function isRefusedBySuffix(key: string, suffix: string, allowed: readonly string[]): boolean {
  return !allowed.includes(key) && labelDomain(key).endsWith(suffix);
}

/** Why admission refuses `key` at `place`, in the words of the CRD rule, or undefined. */
export function admissionKeyProblem(key: string, place: LabelPlace): string | undefined {
  const { core, aws } = admissionRestrictedSuffixes;
  if (isRefusedBySuffix(key, core, admittedCoreKeys[place])) return `label domain "${core}" is restricted`;
  if (key === labels.hostname) return `label "${labels.hostname}" is restricted`;
  if (isRefusedBySuffix(key, aws, admittedAwsKeys[place])) return `label domain "${aws}" is restricted`;
  return undefined;
}

/** True when `domain` is `parent` or a subdomain of it. */
function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}

/** Why the controller refuses `key`, or undefined. `key` is judged as given: normalise it first. */
export function runtimeKeyProblem(key: string, rules: LabelRules = awsLabelRules): string | undefined {
  if (rules.wellKnown.has(key)) return undefined;
  if (rules.restrictedLabels.has(key)) return `label "${key}" is restricted`;
  const slash = key.indexOf("/");
  const domain = slash < 0 ? "" : key.slice(0, slash);
  const parent = rules.restrictedDomains.find((candidate) => isWithin(domain, candidate));
  if (parent === undefined) return undefined;
  return `label ${key} is restricted; specify a well known label: ${[...rules.wellKnown].toSorted().join(", ")}, or a custom label that does not use a restricted domain: ${rules.restrictedDomains.join(", ")}`;
}

export function isRestrictedAtRuntime(key: string, rules: LabelRules = awsLabelRules): boolean {
  return runtimeKeyProblem(key, rules) !== undefined;
}

/** Domains whose labels the kubelet may not set on its own node (api 5.1). */
const kubeletForbiddenDomains: readonly string[] = ["kubernetes.io", "k8s.io", "node-restriction.kubernetes.io"];

/** Whether a NodeClaim's label may be passed to the kubelet at boot; registration adds the others. */
export function isKubeletSettableLabel(key: string): boolean {
  const domain = key.includes("/") ? labelDomain(key) : "";
  return !kubeletForbiddenDomains.some((parent) => isWithin(domain, parent));
}
