/** AMI aliases such as `al2023@latest`, and the family they imply (spec: api 4.1 and 4.2). */
import type { AmiFamily, EC2NodeClassSpec } from "./ec2-node-class.ts";

const familyOfAlias: Readonly<Record<string, AmiFamily>> = Object.freeze({
  al2: "AL2",
  al2023: "AL2023",
  bottlerocket: "Bottlerocket",
  windows2019: "Windows2019",
  windows2022: "Windows2022",
  windows2025: "Windows2025",
});

/** Families that an alias may name, in lower case as they are written there. */
export const amiAliasFamilies: readonly string[] = Object.freeze(Object.keys(familyOfAlias));

export interface AmiAlias {
  readonly family: AmiFamily;
  /** As written: `latest`, `v20240625`, `1.20.4`. */
  readonly version: string;
}

/** Undefined when the text is no alias or names no known family. */
export function parseAmiAlias(text: string): AmiAlias | undefined {
  const at = text.indexOf("@");
  const family = at < 0 ? undefined : familyOfAlias[text.slice(0, at)];
  return family === undefined ? undefined : { family, version: text.slice(at + 1) };
}

export function isWindowsFamily(family: AmiFamily): boolean {
  return family.startsWith("Windows");
}

/** The written family, else the one that the alias implies; undefined when there is neither. */
export function resolveAmiFamily(
  spec: Pick<EC2NodeClassSpec, "amiFamily" | "amiSelectorTerms">,
): AmiFamily | undefined {
  if (spec.amiFamily !== undefined) return spec.amiFamily;
  const alias = spec.amiSelectorTerms?.find((term) => term.alias !== undefined)?.alias;
  return alias === undefined ? undefined : parseAmiAlias(alias)?.family;
}

/** First Kubernetes minor without AL2 images, and first one with Windows 2025 images. */
const firstMinorWithoutAl2 = 33;
const firstMinorWithWindows2025 = 35;

/** Why an alias has no images on Kubernetes 1.`minor` (condition reason `UnsupportedAlias`), or undefined. */
export function unsupportedAliasProblem(alias: AmiAlias, minor: number): string | undefined {
  if (alias.family === "AL2" && minor >= firstMinorWithoutAl2) {
    return `AL2 images are not published for Kubernetes 1.${firstMinorWithoutAl2} and newer; this cluster runs 1.${minor}`;
  }
  if (alias.family === "Windows2025" && minor < firstMinorWithWindows2025) {
    return `Windows2025 images need Kubernetes 1.${firstMinorWithWindows2025} or newer; this cluster runs 1.${minor}`;
  }
  return undefined;
}
