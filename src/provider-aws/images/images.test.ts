import { describe, expect, test } from "vitest";
import type { AmiSelectorTerm } from "../../api/index.ts";
import { createManualClock, createRecordingLogger } from "../../platform/index.ts";
import { nodeClassOf } from "../catalogue/testing.ts";
import { type DescribeImagesRequest, type Ec2Client, ServiceError, type SsmClient } from "../contract/index.ts";
import { aliasParameters } from "./alias-parameters.ts";
import { createImageResolver } from "./image-resolver.ts";
import { createParameterReader } from "./parameters.ts";
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

describe("terms", () => {
  const setup = () => {
    const clock = createManualClock();
    const values = new Map([["/mine/image", "ami-1"]]);
    const asked: DescribeImagesRequest[] = [];
    const ssm: SsmClient = {
      getParameter: ({ Name }) => {
        const Value = values.get(Name);
        return Value === undefined
          ? Promise.reject(new ServiceError("ParameterNotFound", `Parameter ${Name} not found.`))
          : Promise.resolve({ Parameter: { Name, Value } });
      },
    };
    const ec2 = {
      describeImages: (request: DescribeImagesRequest) => {
        asked.push(request);
        const ids = request.Filters?.find(({ Name }) => Name === "image-id")?.Values ?? [];
        return Promise.resolve({ Images: ids.map((ImageId) => ({ ImageId, Architecture: "x86_64" })) });
      },
    } as unknown as Ec2Client;
    const resolver = createImageResolver({
      ec2,
      parameters: createParameterReader({ ssm, clock }),
      clock,
      log: createRecordingLogger(),
      kubernetesVersion: () => "1.34",
      refreshMilliseconds: 60_000,
    });
    const resolve = async (amiSelectorTerms: readonly AmiSelectorTerm[]) => {
      const found = await resolver.resolve(nodeClassOf({ spec: { amiSelectorTerms } }), {
        signal: new AbortController().signal,
      });
      return found.ok ? found.value.map(({ id }) => id) : found.failure;
    };
    return { clock, values, asked, resolve };
  };

  test("[aws 9.5.93] a parameter that is missing is skipped, a changed one is seen after five minutes", async () => {
    const { clock, values, resolve } = setup();
    const terms = [{ ssmParameter: "/mine/image" }, { ssmParameter: "/mine/missing" }];
    expect(await resolve(terms)).toEqual(["ami-1"]);
    values.set("/mine/image", "ami-2");
    await clock.advance(4 * 60_000);
    expect(await resolve(terms)).toEqual(["ami-1"]);
    await clock.advance(61_000);
    expect(await resolve(terms)).toEqual(["ami-2"]);
  });

  test("ids are asked for together; names search our own images and Amazon's, tags those of all", async () => {
    const { asked, resolve } = setup();
    await resolve([
      { id: "ami-2" },
      { id: "ami-1" },
      { name: "mine-*" },
      { tags: { team: "*" } },
      { name: "x", owner: "123456789012" },
    ]);
    expect(asked.map(({ Filters, Owners }) => [Filters?.[0], Owners])).toEqual([
      [{ Name: "image-id", Values: ["ami-1", "ami-2"] }, undefined],
      [{ Name: "name", Values: ["mine-*"] }, ["self", "amazon"]],
      [{ Name: "tag-key", Values: ["team"] }, undefined],
      [{ Name: "name", Values: ["x"] }, ["123456789012"]],
    ]);
  });

  test("of a term that mixes members the id counts, then the parameter: the others are not asked for", async () => {
    const { asked, resolve } = setup();
    await resolve([
      { id: "ami-2", tags: { team: "a" } },
      { ssmParameter: "/mine/image", name: "mine-*" },
    ]);
    const available = { Name: "state", Values: ["available"] };
    expect(asked.map(({ Filters }) => Filters)).toEqual([
      [{ Name: "image-id", Values: ["ami-1", "ami-2"] }, available],
    ]);
  });
});
