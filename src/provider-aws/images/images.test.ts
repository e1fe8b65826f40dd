import { describe, expect, test } from "vitest";
import { aliasParameters } from "./alias-parameters.ts";
import { type ResolvedImage, selectImages } from "./selection.ts";

const image = (id: string, parts: Partial<ResolvedImage> = {}): ResolvedImage => ({
  id,
  name: id,
  createdAt: 0,
  deprecated: false,
  requirements: [],
  ...parts,
});

const idsOf = (images: readonly ResolvedImage[]): readonly string[] => selectImages(images).map(({ id }) => id);

describe("selection", () => {
  test("[aws 9.5.92] of two images for the same machines the newest wins, unless it is deprecated", () => {
    expect(idsOf([image("old", { createdAt: 1 }), image("new", { createdAt: 2 })])).toEqual(["new"]);
    expect(idsOf([image("old", { createdAt: 1 }), image("new", { createdAt: 2, deprecated: true })])).toEqual(["old"]);
    expect(idsOf([image("a"), image("b")])).toEqual(["b"]);
  });

  test("images for different machines all stay, newest first, then by id", () => {
    const requirements = [{ key: "kubernetes.io/arch", operator: "In", values: ["arm64"] }] as const;
    expect(
      idsOf([
        image("b"),
        image("a", { requirements }),
        image("c", { createdAt: 5, requirements: [...requirements, ...requirements] }),
      ]),
    ).toEqual(["c", "a", "b"]);
  });
});

describe("aliases", () => {
  const namesOf = (...alias: Parameters<typeof aliasParameters>) => aliasParameters(...alias).map(({ name }) => name);

  test("[aws 9.5.89] a pinned version names immutable parameters", () => {
    expect(namesOf({ family: "AL2023", version: "v20240807" }, "1.30")[0]).toBe(
      "/aws/service/eks/optimized-ami/1.30/amazon-linux-2023/x86_64/standard/amazon-eks-node-al2023-x86_64-standard-1.30-v20240807/image_id",
    );
    expect(namesOf({ family: "AL2", version: "v20240807" }, "1.30")).toEqual([
      "/aws/service/eks/optimized-ami/1.30/amazon-linux-2/amazon-eks-node-1.30-v20240807/image_id",
      "/aws/service/eks/optimized-ami/1.30/amazon-linux-2-arm64/amazon-eks-arm64-node-1.30-v20240807/image_id",
      "/aws/service/eks/optimized-ami/1.30/amazon-linux-2-gpu/amazon-eks-gpu-node-1.30-v20240807/image_id",
    ]);
  });

  test("Bottlerocket has an image for each architecture, with and without nvidia; Windows one", () => {
    expect(namesOf({ family: "Bottlerocket", version: "v1.20.0" }, "1.30")).toEqual([
      "/aws/service/bottlerocket/aws-k8s-1.30/x86_64/1.20.0/image_id",
      "/aws/service/bottlerocket/aws-k8s-1.30/arm64/1.20.0/image_id",
      "/aws/service/bottlerocket/aws-k8s-1.30-nvidia/x86_64/1.20.0/image_id",
      "/aws/service/bottlerocket/aws-k8s-1.30-nvidia/arm64/1.20.0/image_id",
    ]);
    expect(namesOf({ family: "Windows2022", version: "latest" }, "1.30")).toEqual([
      "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.30/image_id",
    ]);
  });
});
