/**
 * An AWSNodeTemplate, or the class of one Provisioner, in the shape of an EC2NodeClass (spec: v1alpha5 5.6 step 2). Views
 * live in memory only and go by addresses that no EC2NodeClass can have.
 */
import {
  type AmiSelectorTerm,
  type AWSNodeTemplate,
  type BlockDeviceMapping,
  type EC2NodeClass,
  type EC2NodeClassSpec,
  type EraBlockDeviceMapping,
  eraAnnotations,
  type EraKubeletConfiguration,
  eraTags,
  labels,
  type NodeTemplateSpec,
  type Provisioner,
  volumeGibibytes,
} from "../../api/index.ts";
import type { GlobalSettings } from "../settings/settings.ts";
import { hasIdsAndMore, imageTerms, networkTerms } from "./selectors.ts";

export type ViewSettings = Pick<
  GlobalSettings,
  "clusterName" | "defaultInstanceProfile" | "tags" | "enableEniLimitedPodDensity" | "enablePodEni"
>;

/** Address of the view of a template, whose only use is the template's own status. */
export const templateAddress = (template: AWSNodeTemplate): string => `AWSNodeTemplate/${template.metadata.name ?? ""}`;

/** Address of the class of a Provisioner: its template and its kubelet settings, which others do not share. */
export const provisionerClassAddress = (name: string): string => `Provisioner/${name}`;

/** The template under its own address. */
export function classViewOfTemplate(template: AWSNodeTemplate, settings: ViewSettings): EC2NodeClass {
  const { spec = {}, metadata } = template;
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { ...plainMetadata(metadata), name: templateAddress(template), ...marks(spec, settings) },
    spec: classSpec(spec, settings),
  };
}

/** What a Provisioner launches from: an inline provider, a template, or a class of today that a template was moved to. */
export type ClassSource =
  | { readonly kind: "InlineProvider"; readonly spec: NodeTemplateSpec }
  | { readonly kind: "AWSNodeTemplate"; readonly template: AWSNodeTemplate }
  | { readonly kind: "EC2NodeClass"; readonly nodeClass: EC2NodeClass };

/**
 * Finds it (5.6 step 1.5): the inline provider; the template of the reference's name, else the EC2NodeClass of that name;
 * without either, the template and then the class named `default` (D3).
 */
export function classSourceOf(
  provisioner: Provisioner,
  find: {
    readonly template: (name: string) => AWSNodeTemplate | undefined;
    readonly nodeClass: (name: string) => EC2NodeClass | undefined;
  },
): ClassSource | undefined {
  const { provider, providerRef } = provisioner.spec ?? {};
  if (provider !== undefined) return { kind: "InlineProvider", spec: provider };
  const name = providerRef?.name ?? "default";
  const template = find.template(name);
  if (template !== undefined) return { kind: "AWSNodeTemplate", template };
  const nodeClass = find.nodeClass(name);
  return nodeClass === undefined ? undefined : { kind: "EC2NodeClass", nodeClass };
}

export function classViewOfProvisioner(
  provisioner: Provisioner,
  source: ClassSource,
  settings: ViewSettings,
): EC2NodeClass {
  const name = provisioner.metadata.name ?? "";
  const spec = sourceSpec(source, settings);
  const kubelet = kubeletOf(provisioner.spec?.kubeletConfiguration, settings, spec.kubelet);
  const launch =
    source.kind === "InlineProvider" ? source.spec : source.kind === "AWSNodeTemplate" ? source.template.spec : {};
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: {
      ...plainMetadata(provisioner.metadata),
      name: provisionerClassAddress(name),
      ...marks(launch ?? {}, settings),
    },
    spec: {
      ...spec,
      ...(kubelet === undefined ? {} : { kubelet }),
      tags: { Name: `${labels.provisionerName}/${name}`, ...spec.tags, ...ownTags(name, settings.clusterName) },
    },
  };
}

/** The spec without finalizers: a template gets none (5.6 step 2.4). */
function plainMetadata(metadata: Provisioner["metadata"]): Pick<Provisioner["metadata"], "uid" | "generation"> {
  const { uid, generation, creationTimestamp } = metadata;
  return {
    ...(uid === undefined ? {} : { uid }),
    ...(generation === undefined ? {} : { generation }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
  };
}

/** What a class of today has no field for. */
function marks(spec: NodeTemplateSpec, { enablePodEni }: ViewSettings) {
  const { launchTemplate } = spec;
  const annotations = {
    ...(needsNativeSelectors(spec) ? { [eraAnnotations.nativeSelectors]: "true" } : {}),
    ...(launchTemplate === undefined ? {} : { [eraAnnotations.launchTemplate]: launchTemplate }),
    ...(enablePodEni ? {} : { [eraAnnotations.podEni]: "false" }),
  };
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

const needsNativeSelectors = ({ subnetSelector, securityGroupSelector, amiSelector }: NodeTemplateSpec): boolean =>
  hasIdsAndMore(subnetSelector) || hasIdsAndMore(securityGroupSelector) || amiSelector !== undefined;

const sourceSpec = (source: ClassSource, settings: ViewSettings): EC2NodeClassSpec => {
  if (source.kind === "EC2NodeClass") return source.nodeClass.spec;
  return classSpec(source.kind === "InlineProvider" ? source.spec : (source.template.spec ?? {}), settings);
};

const ownTags = (provisioner: string, clusterName: string) => ({
  [eraTags.provisionerName]: provisioner,
  [eraTags.managedBy]: clusterName,
});

/** Global tags lie beneath the template's (2.7). */
function classSpec(spec: NodeTemplateSpec, settings: ViewSettings): EC2NodeClassSpec {
  const instanceProfile = spec.instanceProfile ?? settings.defaultInstanceProfile;
  const mappings = blockDeviceMappings(spec);
  return {
    subnetSelectorTerms: networkTerms(spec.subnetSelector),
    securityGroupSelectorTerms: networkTerms(spec.securityGroupSelector),
    amiSelectorTerms: amiTerms(spec),
    ...familyOf(spec),
    ...(instanceProfile === "" ? {} : { instanceProfile }),
    ...(spec.userData === undefined ? {} : { userData: spec.userData }),
    tags: { ...settings.tags, ...spec.tags },
    ...(mappings === undefined ? {} : { blockDeviceMappings: mappings }),
    ...(spec.detailedMonitoring === undefined ? {} : { detailedMonitoring: spec.detailedMonitoring }),
    ...(spec.context === undefined ? {} : { context: spec.context }),
    metadataOptions: eraMetadataOptions(spec.metadataOptions),
  };
}

type MetadataOptions = NonNullable<EC2NodeClassSpec["metadataOptions"]>;

/** The defaults hold only where the whole block is left out; missing members of a partial one were EC2's to fill. */
export function eraMetadataOptions(written: NodeTemplateSpec["metadataOptions"]): MetadataOptions {
  const defaults: MetadataOptions =
    written === undefined
      ? { httpEndpoint: "enabled", httpProtocolIPv6: "disabled", httpPutResponseHopLimit: 2, httpTokens: "required" }
      : { httpEndpoint: "enabled", httpProtocolIPv6: "disabled", httpPutResponseHopLimit: 1, httpTokens: "optional" };
  return { ...defaults, ...(written as MetadataOptions | undefined) };
}

/** Canonical's account: it has no alias, and Ubuntu no family of today. */
export const ubuntuTerms: readonly AmiSelectorTerm[] = Object.freeze([
  { owner: "099720109477", name: "ubuntu-eks/k8s_*/images/hvm-ssd/ubuntu-focal-20.04-*" },
]);

const ubuntuVolume: BlockDeviceMapping = {
  deviceName: "/dev/sda1",
  ebs: { encrypted: true, volumeType: "gp3", volumeSize: "20Gi" },
};

const aliases: Readonly<Record<string, string>> = Object.freeze({
  AL2: "al2@latest",
  Bottlerocket: "bottlerocket@latest",
  Windows2019: "windows2019@latest",
  Windows2022: "windows2022@latest",
});

export const eraFamilyOf = (spec: NodeTemplateSpec): string => spec.amiFamily ?? "AL2";

export function amiTerms(spec: NodeTemplateSpec): readonly AmiSelectorTerm[] {
  const terms = imageTerms(spec.amiSelector);
  if (terms.length > 0) return terms;
  const family = eraFamilyOf(spec);
  if (family === "Ubuntu") return ubuntuTerms;
  const alias = aliases[family];
  return alias === undefined ? [] : [{ alias }];
}

/** Ubuntu boots as AL2 does. */
function familyOf(spec: NodeTemplateSpec): Pick<EC2NodeClassSpec, "amiFamily"> {
  const family = eraFamilyOf(spec);
  return { amiFamily: (family === "Ubuntu" ? "AL2" : family) as NonNullable<EC2NodeClassSpec["amiFamily"]> };
}

export function blockDeviceMappings(spec: NodeTemplateSpec): readonly BlockDeviceMapping[] | undefined {
  if (spec.blockDeviceMappings !== undefined) return spec.blockDeviceMappings.map(mappingOf);
  return eraFamilyOf(spec) === "Ubuntu" ? [ubuntuVolume] : undefined;
}

function mappingOf({ deviceName, ebs }: EraBlockDeviceMapping): BlockDeviceMapping {
  const { volumeSize, ...rest } = ebs ?? {};
  return {
    ...(deviceName === undefined ? {} : { deviceName }),
    ...(ebs === undefined
      ? {}
      : { ebs: { ...rest, ...(volumeSize === undefined ? {} : { volumeSize: volumeGibibytes(volumeSize) }) } }),
  };
}

type Kubelet = EC2NodeClassSpec["kubelet"];

/** The Provisioner's settings, over those of a class of today. Density without network interfaces is 110 pods. */
export function kubeletOf(
  written: EraKubeletConfiguration | undefined,
  settings: Pick<GlobalSettings, "enableEniLimitedPodDensity">,
  below?: Kubelet,
): Kubelet {
  const { containerRuntime: _, ...kept } = written ?? {};
  const merged = { ...below, ...kept };
  const dense = settings.enableEniLimitedPodDensity || merged.maxPods !== undefined ? {} : { maxPods: 110 };
  const kubelet = { ...merged, ...dense };
  return Object.keys(kubelet).length === 0 ? undefined : kubelet;
}
