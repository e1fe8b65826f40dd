import {
  type AmiAlias,
  type AmiFamily,
  awsLabels,
  labels,
  type RequirementSpec,
  windowsBuilds,
} from "../../api/index.ts";

/** A parameter that names an image, and what the image is for. */
export interface ImageParameter {
  readonly name: string;
  /** Requirements of machines that the image serves; one image may serve several sets. */
  readonly serves: readonly (readonly RequirementSpec[])[];
}

type Arch = "amd64" | "arm64";

const arch = (value: Arch): RequirementSpec => ({ key: labels.arch, operator: "In", values: [value] });
const exists = (key: string): RequirementSpec => ({ key, operator: "Exists" });
const none = (key: string): RequirementSpec => ({ key, operator: "DoesNotExist" });

const standard = (value: Arch): readonly RequirementSpec[] => [
  arch(value),
  none(awsLabels.instanceGpuCount),
  none(awsLabels.instanceAcceleratorCount),
];
const nvidia = (value: Arch): readonly RequirementSpec[] => [arch(value), exists(awsLabels.instanceGpuCount)];
const neuron: readonly RequirementSpec[] = [arch("amd64"), exists(awsLabels.instanceAcceleratorCount)];

function al2Parameters(version: string, kubernetes: string): readonly ImageParameter[] {
  const parameter = (suffix: string, image: string): string => {
    const release = version === "latest" ? "recommended" : `amazon-eks-${image}node-${kubernetes}-${version}`;
    return `/aws/service/eks/optimized-ami/${kubernetes}/amazon-linux-2${suffix}/${release}/image_id`;
  };
  return [
    { name: parameter("", ""), serves: [standard("amd64")] },
    { name: parameter("-arm64", "arm64-"), serves: [standard("arm64")] },
    { name: parameter("-gpu", "gpu-"), serves: [nvidia("amd64"), neuron] },
  ];
}

function al2023Parameters(version: string, kubernetes: string): readonly ImageParameter[] {
  const parameter = (machine: string, variant: string): string => {
    const release =
      version === "latest" ? "recommended" : `amazon-eks-node-al2023-${machine}-${variant}-${kubernetes}-${version}`;
    return `/aws/service/eks/optimized-ami/${kubernetes}/amazon-linux-2023/${machine}/${variant}/${release}/image_id`;
  };
  return [
    { name: parameter("x86_64", "standard"), serves: [standard("amd64")] },
    { name: parameter("arm64", "standard"), serves: [standard("arm64")] },
    { name: parameter("x86_64", "nvidia"), serves: [nvidia("amd64")] },
    { name: parameter("arm64", "nvidia"), serves: [nvidia("arm64")] },
    { name: parameter("x86_64", "neuron"), serves: [neuron] },
  ];
}

function bottlerocketParameters(version: string, kubernetes: string): readonly ImageParameter[] {
  const parameter = (variant: string, machine: string): string =>
    `/aws/service/bottlerocket/aws-k8s-${kubernetes}${variant}/${machine}/${version.replace(/^v/, "")}/image_id`;
  return [
    { name: parameter("", "x86_64"), serves: [standard("amd64"), neuron] },
    { name: parameter("", "arm64"), serves: [standard("arm64")] },
    { name: parameter("-nvidia", "x86_64"), serves: [nvidia("amd64")] },
    { name: parameter("-nvidia", "arm64"), serves: [nvidia("arm64")] },
  ];
}

function windowsParameter(family: keyof typeof windowsBuilds, kubernetes: string): ImageParameter {
  const year = family.slice("Windows".length);
  return {
    name: `/aws/service/ami-windows-latest/Windows_Server-${year}-English-Core-EKS_Optimized-${kubernetes}/image_id`,
    serves: [
      [
        arch("amd64"),
        { key: labels.os, operator: "In", values: ["windows"] },
        { key: labels.windowsBuild, operator: "In", values: [windowsBuilds[family]] },
      ],
    ],
  };
}

const windows =
  (family: keyof typeof windowsBuilds) =>
  (_: string, kubernetes: string): readonly ImageParameter[] => [windowsParameter(family, kubernetes)];

const byFamily: Readonly<Record<AmiFamily, (version: string, kubernetes: string) => readonly ImageParameter[]>> = {
  AL2: al2Parameters,
  AL2023: al2023Parameters,
  Bottlerocket: bottlerocketParameters,
  Windows2019: windows("Windows2019"),
  Windows2022: windows("Windows2022"),
  Windows2025: windows("Windows2025"),
  Custom: () => [],
};

/** The parameters of an alias on a Kubernetes version such as `1.34` (spec: aws 3.4). */
export const aliasParameters = ({ family, version }: AmiAlias, kubernetes: string): readonly ImageParameter[] =>
  byFamily[family](version, kubernetes);
