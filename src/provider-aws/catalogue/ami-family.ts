import type { AmiFamily, EC2NodeClassSpec } from "../../api/index.ts";

/** What a family of images decides for its nodes (spec: aws 2.4, 2.5, 3.7). */
export interface AmiFamilyFacts {
  readonly os: "linux" | "windows";
  /** The kubelet reserves memory by the ENI-limited pod count, whatever `maxPods` says. */
  readonly eniLimitedMemory: boolean;
  readonly podsPerCore: boolean;
  readonly eniLimitedPods: boolean;
  /** Device that holds the kubelet's storage; absent when the image decides. */
  readonly ephemeralDevice?: string;
  readonly defaultVolumes: readonly { readonly device: string; readonly sizeGib: number }[];
}

const linux = { os: "linux", eniLimitedMemory: true, podsPerCore: true, eniLimitedPods: true } as const;
const amazonLinux: AmiFamilyFacts = {
  ...linux,
  ephemeralDevice: "/dev/xvda",
  defaultVolumes: [{ device: "/dev/xvda", sizeGib: 20 }],
};
const windows: AmiFamilyFacts = {
  os: "windows",
  eniLimitedMemory: false,
  podsPerCore: true,
  eniLimitedPods: false,
  ephemeralDevice: "/dev/sda1",
  defaultVolumes: [{ device: "/dev/sda1", sizeGib: 50 }],
};

export const amiFamilies: Readonly<Record<AmiFamily, AmiFamilyFacts>> = Object.freeze({
  AL2: amazonLinux,
  AL2023: amazonLinux,
  Bottlerocket: {
    ...linux,
    eniLimitedMemory: false,
    podsPerCore: false,
    ephemeralDevice: "/dev/xvdb",
    defaultVolumes: [
      { device: "/dev/xvda", sizeGib: 4 },
      { device: "/dev/xvdb", sizeGib: 20 },
    ],
  },
  Custom: { ...linux, defaultVolumes: [] },
  Windows2019: windows,
  Windows2022: windows,
  Windows2025: windows,
});

const aliasFamilies: Readonly<Record<string, AmiFamily>> = Object.freeze({
  al2: "AL2",
  al2023: "AL2023",
  bottlerocket: "Bottlerocket",
  windows2019: "Windows2019",
  windows2022: "Windows2022",
  windows2025: "Windows2025",
});

/** An image alias: `family@version`; `latest` is a moving version. */
export interface ImageAlias {
  readonly family: AmiFamily;
  readonly version: string;
}

/** The alias of a class, if its terms have one; undefined also when the text is no alias. */
export function imageAliasOf({ amiSelectorTerms }: Pick<EC2NodeClassSpec, "amiSelectorTerms">): ImageAlias | undefined {
  const text = amiSelectorTerms.find((term) => term.alias !== undefined)?.alias;
  const at = text?.indexOf("@") ?? -1;
  if (text === undefined || at < 1) return undefined;
  const family = aliasFamilies[text.slice(0, at).toLowerCase()];
  return family === undefined ? undefined : { family, version: text.slice(at + 1) };
}

/** `spec.amiFamily`, else the alias' family, else `Custom` (spec: aws 0.2). */
export const amiFamilyOf = (spec: EC2NodeClassSpec): AmiFamily =>
  spec.amiFamily ?? imageAliasOf(spec)?.family ?? "Custom";
