import { type AmiFamily, type EC2NodeClassSpec, resolveAmiFamily } from "../../api/index.ts";

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

/** `spec.amiFamily`, else the alias' family, else `Custom` (spec: aws 0.2). */
export const amiFamilyOf = (spec: EC2NodeClassSpec): AmiFamily => resolveAmiFamily(spec) ?? "Custom";
