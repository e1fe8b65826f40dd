/** Which label keys a Provisioner may set (spec: v1alpha5 1.6). Domains are compared as plain text, as they were then. */
import { awsLabels, labels } from "../labels/names.ts";
import { labelDomain } from "../labels/restrictions.ts";
import { awsLabelRules, type LabelRules } from "../labels/rule-set.ts";
import { eraAnnotations } from "./names.ts";

const coreKeys: readonly string[] = [
  labels.provisionerName,
  labels.zone,
  labels.region,
  labels.instanceType,
  labels.arch,
  labels.os,
  labels.capacityType,
  labels.windowsBuild,
];

const awsKeys: readonly string[] = [
  awsLabels.instanceHypervisor,
  awsLabels.instanceEncryptionInTransitSupported,
  awsLabels.instanceCategory,
  awsLabels.instanceFamily,
  awsLabels.instanceGeneration,
  awsLabels.instanceLocalNvme,
  awsLabels.instanceSize,
  awsLabels.instanceCpu,
  awsLabels.instanceMemory,
  awsLabels.instanceNetworkBandwidth,
  "karpenter.k8s.aws/instance-pods",
  awsLabels.instanceGpuName,
  awsLabels.instanceGpuManufacturer,
  awsLabels.instanceGpuCount,
  awsLabels.instanceGpuMemory,
  awsLabels.instanceAcceleratorName,
  awsLabels.instanceAcceleratorManufacturer,
  awsLabels.instanceAcceleratorCount,
];

/** Keys whose absence on a Provisioner means "any value"; all other undefined keys deny the pod. */
export const eraWellKnownLabels: ReadonlySet<string> = new Set([...coreKeys, ...awsKeys]);

export const eraRestrictedDomains: readonly string[] = ["kubernetes.io", "k8s.io", "karpenter.sh", "karpenter.k8s.aws"];
export const eraDomainExceptions: readonly string[] = [
  "kops.k8s.io",
  "node.kubernetes.io",
  "node-restriction.kubernetes.io",
];
export const eraRestrictedKeys: readonly string[] = [labels.hostname, eraAnnotations.emptinessTimestamp];

/** Aliases of the era are those of today. */
export const eraLabelRules: LabelRules = Object.freeze({ ...awsLabelRules, wellKnown: eraWellKnownLabels });

export const normaliseEraKey = (key: string): string => eraLabelRules.aliases.get(key) ?? key;

/** Why a key may not be set, or undefined. The key is judged as given: normalise it first. */
export function eraKeyProblem(key: string): string | undefined {
  if (eraWellKnownLabels.has(key)) return undefined;
  if (eraRestrictedKeys.includes(key)) return `label ${key} is restricted`;
  if (!isRestrictedDomain(key)) return undefined;
  const wellKnown = [...eraWellKnownLabels].toSorted().join(", ");
  return `label ${key} is restricted; specify a well known label: ${wellKnown}, or a custom label that does not use a restricted domain: ${eraRestrictedDomains.join(", ")}`;
}

/** The suffix is plain text, without a dot in front: `mykarpenter.sh/x` is restricted too. */
function isRestrictedDomain(key: string): boolean {
  if (!key.includes("/")) return false;
  const domain = labelDomain(key);
  return !eraDomainExceptions.includes(domain) && eraRestrictedDomains.some((suffix) => domain.endsWith(suffix));
}
