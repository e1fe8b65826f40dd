/** AWSNodeTemplate and inline provider to EC2NodeClass (spec: v1alpha5 5.2). */
import {
  type AmiSelectorTerm,
  type EC2NodeClass,
  type EC2NodeClassSpec,
  isRestrictedTagAtAdmission,
  type KubeObject,
  type NodeTemplateSpec,
} from "../../api/index.ts";
import type { GlobalSettings } from "../settings/settings.ts";
import { amiTerms, blockDeviceMappings, eraFamilyOf, eraMetadataOptions } from "../views/class-view.ts";
import { hasIdsAndMore, networkTerms, tagsOf } from "../views/selectors.ts";
import type { Kubelet } from "./class-plan.ts";
import { convertedMetadata, type ConvertedObject, type Loss, lossOf, type Move, type Path } from "./conversion.ts";

export type ClassSettings = Pick<GlobalSettings, "defaultInstanceProfile" | "tags" | "enableEniLimitedPodDensity">;

/** What the user puts in where no instance profile is known. */
export const rolePlaceholder = "${KARPENTER_NODE_ROLE}";

export interface ClassConversionOptions {
  readonly name: string;
  readonly kubelet: Kubelet;
  readonly settings: ClassSettings;
  /** Where the settings stand in the object that was read. */
  readonly at: Path;
}

export function convertClass(
  source: KubeObject,
  spec: NodeTemplateSpec,
  options: ClassConversionOptions,
): ConvertedObject {
  const { name, at } = options;
  const nodeClass: EC2NodeClass = {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: at.length > 1 ? { name } : convertedMetadata(source.metadata, name),
    spec: classSpec(spec, options),
  };
  return { object: nodeClass, moves: classMoves(at) };
}

function classSpec(spec: NodeTemplateSpec, { settings, kubelet }: ClassConversionOptions): EC2NodeClassSpec {
  const mappings = blockDeviceMappings(spec);
  const tags = { ...settings.tags, ...spec.tags };
  return {
    ...familyPart(spec),
    amiSelectorTerms: amiTerms(spec),
    subnetSelectorTerms: networkTerms(spec.subnetSelector),
    securityGroupSelectorTerms: networkTerms(spec.securityGroupSelector),
    ...identityOf(spec, settings),
    ...(spec.userData === undefined ? {} : { userData: spec.userData }),
    ...(Object.keys(tags).length === 0 ? {} : { tags: admissibleTags(tags) }),
    ...(kubelet === undefined ? {} : { kubelet: apartThresholds(kubelet) }),
    ...(mappings === undefined ? {} : { blockDeviceMappings: mappings }),
    metadataOptions: eraMetadataOptions(spec.metadataOptions),
    ...(spec.detailedMonitoring === undefined ? {} : { detailedMonitoring: spec.detailedMonitoring }),
    ...(spec.context === undefined ? {} : { context: spec.context }),
  };
}

/** The alias tells the family; Ubuntu boots as AL2 does. */
function familyPart(spec: NodeTemplateSpec): Pick<EC2NodeClassSpec, "amiFamily"> {
  const family = eraFamilyOf(spec);
  if (amiTerms(spec).some(({ alias }) => alias !== undefined)) return {};
  return { amiFamily: (family === "Ubuntu" ? "AL2" : family) as NonNullable<EC2NodeClassSpec["amiFamily"]> };
}

/** v1 has no global default, and wants a profile or a role. */
function identityOf(
  spec: NodeTemplateSpec,
  settings: ClassSettings,
): Pick<EC2NodeClassSpec, "instanceProfile" | "role"> {
  const profile = spec.instanceProfile ?? settings.defaultInstanceProfile;
  return profile === "" ? { role: rolePlaceholder } : { instanceProfile: profile };
}

const admissibleTags = (tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !isRestrictedTagAtAdmission(key)));

function apartThresholds(kubelet: NonNullable<Kubelet>): NonNullable<Kubelet> {
  const { imageGCHighThresholdPercent: high, imageGCLowThresholdPercent: low } = kubelet;
  return high === undefined || high !== low
    ? kubelet
    : { ...kubelet, imageGCLowThresholdPercent: Math.max(0, high - 1) };
}

function classMoves(at: Path): readonly Move[] {
  const same = [
    "userData",
    "instanceProfile",
    "tags",
    "metadataOptions",
    "blockDeviceMappings",
    "detailedMonitoring",
    "context",
    "amiFamily",
  ];
  const selectors = ["subnetSelector", "securityGroupSelector", "amiSelector"];
  return [
    ...(at.length > 1 ? [] : [{ from: ["metadata"], to: ["metadata"] }]),
    { from: at, to: ["spec"] },
    ...same.map((field) => ({ from: [...at, field], to: ["spec", field] })),
    ...selectors.map((field) => ({ from: [...at, field], to: ["spec", `${field}Terms`] })),
    { from: [...at, "amiFamily"], to: ["spec", "amiSelectorTerms"] },
  ];
}

const mostTerms = 30;
const mostTags = 20;

/** Everything that v1 cannot hold, or means otherwise. A launch template leaves no class at all. */
export function classLosses(spec: NodeTemplateSpec, options: ClassConversionOptions): readonly Loss[] {
  const { at } = options;
  if (spec.launchTemplate !== undefined) return [launchTemplateLoss(spec, at)];
  return [
    ...selectorLosses(spec, at),
    ...imageLosses(spec, at),
    ...identityLosses(spec, options),
    ...Object.keys({ ...options.settings.tags, ...spec.tags })
      .filter(isRestrictedTagAtAdmission)
      .map((key) => lossOf([...at, "tags", key], `v1 refuses the tag ${key}; it is left out`, "choose another key")),
  ];
}

const launchTemplateLoss = ({ launchTemplate }: NodeTemplateSpec, at: Path): Loss =>
  lossOf(
    [...at, "launchTemplate"],
    `v1 has no unmanaged launch templates; no EC2NodeClass is written for ${launchTemplate ?? ""}`,
    "express it with amiSelectorTerms, userData, blockDeviceMappings, securityGroupSelectorTerms and tags",
  );

function selectorLosses(spec: NodeTemplateSpec, at: Path): readonly Loss[] {
  return (["subnetSelector", "securityGroupSelector", "amiSelector"] as const).flatMap((field) => {
    const terms: readonly AmiSelectorTerm[] = field === "amiSelector" ? amiTerms(spec) : networkTerms(spec[field]);
    const path = [...at, field];
    return [
      ...(hasIdsAndMore(spec[field])
        ? [lossOf(path, "ids together with tags cannot be said in v1", "list the ids that carry the tags")]
        : []),
      ...(terms.length > mostTerms
        ? [lossOf(path, `${terms.length} terms, v1 takes ${mostTerms}`, "select by a tag of their own")]
        : []),
      ...(Object.keys(tagsOf(spec[field] ?? {})).length > mostTags
        ? [lossOf(path, `more than ${mostTags} tags, which v1 does not take`, "select by fewer tags")]
        : []),
    ];
  });
}

function imageLosses(spec: NodeTemplateSpec, at: Path): readonly Loss[] {
  const { amiSelector } = spec;
  if (amiSelector === undefined && eraFamilyOf(spec) === "Ubuntu") {
    return [
      lossOf(
        [...at, "amiFamily"],
        "v1 has no Ubuntu: AL2 bootstrap with Canonical's images of 20.04 is written",
        "check the terms of amiSelectorTerms, or move to AL2023 or Bottlerocket",
      ),
    ];
  }
  const terms = amiTerms(spec);
  const one = terms.length === 1 && terms[0]?.id !== undefined;
  if (amiSelector === undefined || Object.keys(amiSelector).length === 0 || one) return [];
  return [
    lossOf(
      [...at, "amiSelector"],
      "tags of the images that are well-known labels chose among them by instance type; v1 reads no tags of images",
      "where images carry such tags, write one pool and one class for each group of images",
    ),
  ];
}

function identityLosses(spec: NodeTemplateSpec, { at, settings }: ClassConversionOptions): readonly Loss[] {
  if ((spec.instanceProfile ?? settings.defaultInstanceProfile) !== "") return [];
  return [
    lossOf(
      [...at, "instanceProfile"],
      `no instance profile is known: role: ${rolePlaceholder} is written`,
      "put in the name of the nodes' IAM role, or convert together with karpenter-global-settings",
    ),
  ];
}
