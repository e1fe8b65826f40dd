/**
 * What the era's webhooks refuse of an AWSNodeTemplate or an inline provider: A1 to A13 (spec: v1alpha5 2.3). Most errors
 * of a template were told under `spec.provider`, where the user had not written anything; here the true path is told.
 */
import { clusterTagKey } from "../labels/tags.ts";
import { type FieldError, gotBoth, invalidKey, invalidValue, missing, outOfRange } from "./field-error.ts";
import { eraAmiFamilies, eraTags } from "./names.ts";
import type { AWSNodeTemplate, EraBlockDeviceMapping, NodeTemplateSpec, Selector } from "./node-template.ts";
import type { InlineProvider } from "./provisioner.ts";
import { volumeBytes } from "./volume-size.ts";

/** Every error, in the order of the rules. */
export const nodeTemplateErrors = (template: AWSNodeTemplate): readonly FieldError[] =>
  templateSpecErrors(template.spec ?? {}, "spec");

/** The same rules under `spec.provider`, decoded strictly: a field that the inline form lacks is an error (P19). */
export function inlineProviderErrors(provider: InlineProvider): readonly FieldError[] {
  const path = "spec.provider";
  const unknown = Object.keys(provider).filter((field) => !inlineFields.has(field));
  return [
    ...unknown.map((field) => invalidKey(field, path, `json: unknown field ${JSON.stringify(field)}`)),
    ...templateSpecErrors(provider, path),
  ];
}

const inlineFields: ReadonlySet<string> = new Set([
  "apiVersion",
  "kind",
  "amiFamily",
  "subnetSelector",
  "securityGroupSelector",
  "instanceProfile",
  "launchTemplate",
  "metadataOptions",
  "blockDeviceMappings",
  "tags",
  "context",
]);

function templateSpecErrors(spec: NodeTemplateSpec, root: string): readonly FieldError[] {
  return [
    ...selectorErrors(spec, root),
    ...launchTemplateErrors(spec, root),
    ...familyErrors(spec, root),
    ...metadataErrors(spec.metadataOptions ?? {}, `${root}.metadataOptions`),
    ...(spec.blockDeviceMappings ?? []).flatMap((mapping, index) =>
      mappingErrors(mapping, `${root}.blockDeviceMappings[${index}]`),
    ),
    ...tagErrors(spec, root),
  ];
}

function selectorErrors(spec: NodeTemplateSpec, root: string): readonly FieldError[] {
  const { subnetSelector, securityGroupSelector, amiSelector, launchTemplate } = spec;
  return [
    ...(subnetSelector === undefined ? [missing(`${root}.subnetSelector`)] : []),
    ...(securityGroupSelector === undefined && launchTemplate === undefined
      ? [missing(`${root}.securityGroupSelector`)]
      : []),
    ...oneSelector(subnetSelector, `${root}.subnetSelector`, "subnet-"),
    ...oneSelector(securityGroupSelector, `${root}.securityGroupSelector`, "sg-"),
    ...oneSelector(amiSelector, `${root}.amiSelector`, "ami-"),
  ];
}

export const selectorIdKeys: readonly string[] = ["aws-ids", "aws::ids"];

function oneSelector(selector: Selector = {}, path: string, prefix: string): readonly FieldError[] {
  const entries = Object.entries(selector);
  const pattern = new RegExp(`${prefix}[0-9a-z]+`);
  const errors = entries.flatMap(([key, value]) => {
    if (key === "" || value === "") return [invalidValue('""', `${path}['${key}']`)];
    if (!selectorIdKeys.includes(key)) return [];
    return value
      .split(",")
      .map((id) => id.trim())
      .filter((id) => !pattern.test(id))
      .map((id) => invalidValue(id, `${path}['${key}']`, `must be a valid id (regex: ${pattern.source})`));
  });
  const idKey = entries.map(([key]) => key).find((key) => selectorIdKeys.includes(key));
  if (idKey === undefined || entries.length === 1) return errors;
  return [
    ...errors,
    invalidValue(
      selector[idKey],
      `${path}['${idKey}']`,
      `"${idKey}" filter is mutually exclusive, cannot be set with a combination of other filters`,
    ),
  ];
}

/** A6 and A7: what an unmanaged launch template excludes. */
const excludedByLaunchTemplate = [
  "securityGroupSelector",
  "metadataOptions",
  "amiFamily",
  "instanceProfile",
  "blockDeviceMappings",
  "userData",
  "amiSelector",
] as const;

function launchTemplateErrors(spec: NodeTemplateSpec, root: string): readonly FieldError[] {
  if (spec.launchTemplate === undefined) return [];
  return excludedByLaunchTemplate
    .filter((field) => spec[field] !== undefined && !(Array.isArray(spec[field]) && spec[field].length === 0))
    .map((field) => gotBoth(`${root}.launchTemplate`, `${root}.${field}`));
}

function familyErrors({ amiFamily, amiSelector }: NodeTemplateSpec, root: string): readonly FieldError[] {
  if (amiFamily === undefined) return [];
  const families: readonly string[] = eraAmiFamilies;
  const known = families.includes(amiFamily) ? [] : [invalidValue(amiFamily, `${root}.amiFamily`, inList(families))];
  return amiFamily === "Custom" && amiSelector === undefined ? [...known, missing(`${root}.amiSelector`)] : known;
}

const inList = (values: readonly string[]): string => `not in ${values.join(", ")}`;

function metadataErrors(
  options: NonNullable<NodeTemplateSpec["metadataOptions"]>,
  path: string,
): readonly FieldError[] {
  const judged = [
    ["httpEndpoint", ["enabled", "disabled"]],
    ["httpProtocolIPv6", ["enabled", "disabled"]],
    ["httpTokens", ["required", "optional"]],
  ] as const;
  const errors = judged.flatMap(([field, allowed]) => {
    const value = options[field];
    const fine = value === undefined || (allowed as readonly string[]).includes(value);
    return fine ? [] : [invalidValue(value, `${path}.${field}`, inList(allowed))];
  });
  const hops = options.httpPutResponseHopLimit ?? 1;
  return hops >= 1 && hops <= 64
    ? errors
    : [...errors, outOfRange(hops, ["1", "64"], `${path}.httpPutResponseHopLimit`)];
}

const volumeTypes: readonly string[] = ["standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"];
const smallestVolume = 1e9;
const largestVolume = 64e12;

function mappingErrors({ deviceName, ebs }: EraBlockDeviceMapping, path: string): readonly FieldError[] {
  const absent = deviceName === undefined ? [missing(`${path}.deviceName`)] : [];
  if (ebs === undefined) return [...absent, missing(`${path}.ebs`)];
  const { volumeType, volumeSize, snapshotID } = ebs;
  const type = volumeType === undefined || volumeTypes.includes(volumeType);
  const size = volumeSize === undefined ? undefined : volumeBytes(volumeSize);
  const sized = volumeSize === undefined ? snapshotID !== undefined : isVolumeSize(size);
  return [
    ...absent,
    ...(type ? [] : [invalidValue(volumeType, `${path}.ebs.volumeType`, inList(volumeTypes))]),
    ...(volumeSize === undefined && !sized ? [missing(`${path}.ebs.volumeSize`)] : []),
    ...(volumeSize !== undefined && !sized ? [outOfRange(volumeSize, ["1G", "64T"], `${path}.ebs.volumeSize`)] : []),
  ];
}

const isVolumeSize = (bytes: number | undefined): boolean =>
  bytes !== undefined && bytes >= smallestVolume && bytes <= largestVolume;

const clusterTag = new RegExp(`^${clusterTagKey("")}`);

/** Keys that the controller owns (A13). */
export const isRestrictedEraTag = (key: string): boolean =>
  clusterTag.test(key) || key === eraTags.provisionerName || key === eraTags.managedBy;

function tagErrors({ tags = {} }: NodeTemplateSpec, root: string): readonly FieldError[] {
  return Object.entries(tags).flatMap(([key, value]) => {
    if (key === "") return [invalidValue(`"${key}" : "${value}"`, `${root}.tags`, "empty tag keys aren't supported")];
    return isRestrictedEraTag(key) ? [invalidKey(key, `${root}.tags`, "tag is restricted")] : [];
  });
}
