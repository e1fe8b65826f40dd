import {
  type DescribeImagesRequest,
  type DescribeImagesResult,
  ServiceError,
} from "../../provider-aws/contract/index.ts";
import { matchesFilters, page } from "./filters.ts";

export interface AccountImage {
  readonly id: string;
  readonly name: string;
  readonly architecture: "x86_64" | "arm64";
  readonly createdAt: string;
  readonly os: "linux" | "windows";
  readonly deprecatedAt?: string;
}

/** The images that AWS publishes for EKS nodes, with the public parameters that name them. */
export interface AccountImages {
  describe(input: DescribeImagesRequest): DescribeImagesResult;
  get(id: string): AccountImage | undefined;
  /** Value of a public parameter, if there is such. */
  parameter(name: string): string | undefined;
  /** Newer images for all families, which the parameters without a version name from now on. */
  release(version: string, createdAt: string): void;
  deprecate(id: string, since: string): void;
}

interface Published {
  readonly name: string;
  readonly architecture: AccountImage["architecture"];
  readonly os?: "windows";
  readonly parameters: readonly string[];
}

interface Release {
  /** `v20261101`. */
  readonly date: string;
  readonly bottlerocket: string;
  readonly windows: string;
}

const firstRelease: Release = { date: "v20261101", bottlerocket: "1.50.0", windows: "2026.11.01" };

export function createImages(deps: {
  readonly kubernetesVersion: string;
  readonly newId: (prefix: string) => string;
}): AccountImages {
  const images = new Map<string, AccountImage>();
  const parameters = new Map<string, string>();
  const publish = (release: Release, createdAt: string): void => {
    for (const published of publishedImages(deps.kubernetesVersion, release)) {
      const { name, architecture, os = "linux" } = published;
      const id = deps.newId("ami");
      images.set(id, { id, name, architecture, createdAt, os });
      for (const parameter of published.parameters) parameters.set(parameter, id);
    }
  };
  publish(firstRelease, "2026-11-01T00:00:00.000Z");
  return {
    release: (version, createdAt) =>
      publish({ date: version, bottlerocket: `1.${50 + images.size}.0`, windows: version.slice(1) }, createdAt),
    deprecate: (id, deprecatedAt) => {
      const image = images.get(id);
      if (image !== undefined) images.set(id, { ...image, deprecatedAt });
    },
    get: (id) => images.get(id),
    parameter: (name) => parameters.get(name),
    describe: (input) => {
      const found = page(
        [...images.values()].filter(
          (image) => hasOwner(input) && matchesFilters(input.Filters, { attributes: imageFacts(image) }),
        ),
        input,
      );
      return { Images: found.items.map(imageShape), ...found.token };
    },
  };
}

/** All of them are Amazon's. */
const hasOwner = ({ Owners }: DescribeImagesRequest): boolean => Owners === undefined || Owners.includes("amazon");

const imageFacts = ({ id, name, architecture }: AccountImage) => ({
  "image-id": [id],
  name: [name],
  architecture: [architecture],
  state: ["available"],
});

const imageShape = ({ id, name, architecture, createdAt, deprecatedAt }: AccountImage) => ({
  ImageId: id,
  Name: name,
  Architecture: architecture,
  CreationDate: createdAt,
  State: "available",
  ...(deprecatedAt === undefined ? {} : { DeprecationTime: deprecatedAt }),
});

function publishedImages(version: string, release: Release): readonly Published[] {
  return [
    ...al2023(version, release),
    ...al2(version, release),
    ...bottlerocket(version, release),
    ...windows(version, release),
  ];
}

function al2023(version: string, release: Release): readonly Published[] {
  const variants = [
    ["x86_64", "standard"],
    ["arm64", "standard"],
    ["x86_64", "nvidia"],
    ["arm64", "nvidia"],
    ["x86_64", "neuron"],
  ] as const;
  return variants.map(([architecture, variant]) => {
    const name = `amazon-eks-node-al2023-${architecture}-${variant}-${version}-${release.date}`;
    const folder = `/aws/service/eks/optimized-ami/${version}/amazon-linux-2023/${architecture}/${variant}`;
    return { name, architecture, parameters: [`${folder}/recommended/image_id`, `${folder}/${name}/image_id`] };
  });
}

/** AL2 ended with Kubernetes 1.32. */
function al2(version: string, release: Release): readonly Published[] {
  if (Number(version.split(".")[1]) > 32) return [];
  const variants = [
    ["amazon-linux-2", "amazon-eks-node", "x86_64"],
    ["amazon-linux-2-arm64", "amazon-eks-arm64-node", "arm64"],
    ["amazon-linux-2-gpu", "amazon-eks-gpu-node", "x86_64"],
  ] as const;
  return variants.map(([folder, prefix, architecture]) => {
    const name = `${prefix}-${version}-${release.date}`;
    const path = `/aws/service/eks/optimized-ami/${version}/${folder}`;
    return { name, architecture, parameters: [`${path}/recommended/image_id`, `${path}/${name}/image_id`] };
  });
}

function bottlerocket(version: string, release: Release): readonly Published[] {
  return (["x86_64", "arm64"] as const).flatMap((architecture) =>
    ["", "-nvidia"].map((variant) => {
      const path = `/aws/service/bottlerocket/aws-k8s-${version}${variant}/${architecture}`;
      return {
        name: `bottlerocket-aws-k8s-${version}${variant}-${architecture}-v${release.bottlerocket}-1a2b3c4d`,
        architecture,
        parameters: [`${path}/latest/image_id`, `${path}/${release.bottlerocket}/image_id`],
      };
    }),
  );
}

function windows(version: string, release: Release): readonly Published[] {
  return ["2019", "2022", ...(Number(version.split(".")[1]) >= 35 ? ["2025"] : [])].map((year) => {
    const name = `Windows_Server-${year}-English-Core-EKS_Optimized-${version}`;
    return {
      name: `${name}-${release.windows}`,
      architecture: "x86_64",
      os: "windows",
      parameters: [`/aws/service/ami-windows-latest/${name}/image_id`],
    };
  });
}

/** What EC2 says of an image that it does not have. */
export function requireImage(images: AccountImages, id: string): AccountImage {
  const image = images.get(id);
  if (image === undefined) throw new ServiceError("InvalidAMIID.NotFound", `The image id '[${id}]' does not exist`);
  return image;
}
