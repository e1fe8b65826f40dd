/**
 * What a provider adds to the label rules: well-known labels, domains of its own, aliases, labels with known values.
 * A value handed down from the root; never a list that grows at run time (spec: api 1.3, 1.4, 5.1, 5.5).
 */
import { awsLabels, capacityTypes, kwokLabels, labels, tenancies } from "./names.ts";
import { awsOverlayRestrictedResources, coreResources } from "./resources.ts";

export interface LabelRules {
  /** An undefined well-known key means "any value possible"; an undefined custom key denies the pod. */
  readonly wellKnown: ReadonlySet<string>;
  /** Domains (and their subdomains) in which only well-known labels may be used. */
  readonly restrictedDomains: readonly string[];
  readonly restrictedLabels: ReadonlySet<string>;
  /** Old key to present key. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Present key to (old value to present value). Ships empty: an extension point for providers. */
  readonly valueAliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Labels whose `In` values are checked against a list. */
  readonly knownValues: ReadonlyMap<string, ReadonlySet<string>>;
  /** Resources that a NodeOverlay may not set. */
  readonly overlayRestrictedResources: ReadonlySet<string>;
}

/** In the order in which they are listed to people. */
const coreWellKnown: readonly string[] = [
  labels.nodePool,
  labels.zone,
  labels.region,
  labels.instanceType,
  labels.arch,
  labels.os,
  labels.capacityType,
  labels.windowsBuild,
];

const coreAliases: readonly (readonly [string, string])[] = [
  ["failure-domain.beta.kubernetes.io/zone", labels.zone],
  ["failure-domain.beta.kubernetes.io/region", labels.region],
  ["beta.kubernetes.io/arch", labels.arch],
  ["beta.kubernetes.io/os", labels.os],
  ["beta.kubernetes.io/instance-type", labels.instanceType],
];

/** Rules without any provider. */
export const coreLabelRules: LabelRules = Object.freeze({
  wellKnown: new Set(coreWellKnown),
  restrictedDomains: ["karpenter.sh"],
  restrictedLabels: new Set([labels.hostname]),
  aliases: new Map(coreAliases),
  valueAliases: new Map(),
  knownValues: new Map([[labels.capacityType, new Set(Object.values(capacityTypes))]]),
  overlayRestrictedResources: coreResources,
});

export const awsLabelRules: LabelRules = Object.freeze({
  ...coreLabelRules,
  wellKnown: new Set([
    ...coreWellKnown,
    ...Object.values(awsLabels).filter((label) => label !== awsLabels.ec2NodeClass),
  ]),
  restrictedDomains: ["karpenter.sh", "karpenter.k8s.aws"],
  aliases: new Map([...coreAliases, ["topology.ebs.csi.aws.com/zone", labels.zone]]),
  knownValues: new Map([
    ...coreLabelRules.knownValues,
    [awsLabels.instanceTenancy, new Set<string>(Object.values(tenancies))],
  ]),
  overlayRestrictedResources: new Set([...coreResources, ...awsOverlayRestrictedResources]),
});

export const kwokLabelRules: LabelRules = Object.freeze({
  ...coreLabelRules,
  wellKnown: new Set([
    ...coreWellKnown,
    kwokLabels.instanceSize,
    kwokLabels.instanceFamily,
    kwokLabels.instanceCpu,
    kwokLabels.instanceMemory,
  ]),
  restrictedDomains: ["karpenter.sh", "karpenter.kwok.sh"],
});

/** Core and AWS, the set of a normal installation. */
export const wellKnownLabels: ReadonlySet<string> = awsLabelRules.wellKnown;
