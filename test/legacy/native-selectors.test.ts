/** Selectors of the era against EC2: ids hold together with tags, and images say by tags which machines they are for (2.4). */
import { expect, test } from "vitest";
import type { NodeTemplateSpec } from "../../src/api/index.ts";
import { classViewOfProvisioner, defaultSettings } from "../../src/legacy/index.ts";
import { createManualClock, silentLogger } from "../../src/platform/index.ts";
import type {
  DescribeImagesRequest,
  Ec2Client,
  FilteredRequest,
  Image,
  SsmClient,
} from "../../src/provider-aws/contract/index.ts";
import { createImageResolver } from "../../src/provider-aws/images/image-resolver.ts";
import { createParameterReader } from "../../src/provider-aws/images/parameters.ts";
import { createSecurityGroups } from "../../src/provider-aws/network/security-groups.ts";
import { createSubnets } from "../../src/provider-aws/network/subnets.ts";
import { provisioner, template } from "./era-cluster.ts";

const { signal } = new AbortController();

const viewOf = (spec: NodeTemplateSpec) =>
  classViewOfProvisioner(
    provisioner("general"),
    { kind: "AWSNodeTemplate", template: template(spec) },
    defaultSettings,
  );

/** EC2 that notes what it is asked for, with these images. */
function setup(images: readonly Image[] = []) {
  const clock = createManualClock();
  const asked: FilteredRequest["Filters"][] = [];
  const note =
    <Answer>(answer: Answer) =>
    async ({ Filters }: FilteredRequest | DescribeImagesRequest): Promise<Answer> => {
      asked.push(Filters);
      return answer;
    };
  const ec2 = {
    describeSubnets: note({ Subnets: [] }),
    describeSecurityGroups: note({ SecurityGroups: [] }),
    describeImages: note({ Images: images }),
  } as unknown as Ec2Client;
  const parameters = createParameterReader({ ssm: {} as SsmClient, clock });
  const shared = { ec2, clock, refreshMilliseconds: 60_000 };
  return {
    asked,
    subnets: createSubnets(shared),
    groups: createSecurityGroups(shared),
    images: createImageResolver({ ...shared, log: silentLogger, parameters, kubernetesVersion: () => "1.34" }),
  };
}

test("an id beside tags is asked for together with them, in each selector of its own", async () => {
  const { asked, subnets, groups } = setup();
  const view = viewOf({
    subnetSelector: { "aws-ids": "subnet-1, subnet-2", team: "a" },
    securityGroupSelector: { "aws-ids": "sg-1", team: "*" },
  });
  await subnets.resolve(view, { signal });
  await groups.resolve(view, { signal });
  const team = { Name: "tag:team", Values: ["a"] };
  expect(asked).toEqual([
    [{ Name: "subnet-id", Values: ["subnet-1"] }, team],
    [{ Name: "subnet-id", Values: ["subnet-2"] }, team],
    [
      { Name: "group-id", Values: ["sg-1"] },
      { Name: "tag-key", Values: ["team"] },
    ],
  ]);
});

test("tags of an image that are well-known labels say which machines it is for; others say nothing", async () => {
  const image = (id: string, tags: Readonly<Record<string, string>>): Image => ({
    ImageId: id,
    Name: id,
    Architecture: "x86_64",
    CreationDate: "2026-01-01T00:00:00Z",
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  });
  const { images } = setup([
    image("ami-1", { team: "a", "karpenter.k8s.aws/instance-gpu-name": "t4" }),
    image("ami-2", { team: "a" }),
  ]);
  const found = await images.resolve(viewOf({ amiFamily: "Custom", amiSelector: { team: "a" } }), { signal });
  const arch = { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] };
  const gpu = { key: "karpenter.k8s.aws/instance-gpu-name", operator: "In", values: ["t4"] };
  expect(found.ok && found.value.map(({ id, requirements }) => ({ id, requirements }))).toEqual([
    { id: "ami-1", requirements: [arch, gpu] },
    { id: "ami-2", requirements: [arch] },
  ]);
});
