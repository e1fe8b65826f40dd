import {
  CreateTagsCommand,
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { CreateClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { CreateRoleCommand, IAMClient, ListInstanceProfilesCommand } from "@aws-sdk/client-iam";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { credentials, region } from "./mixed-clients.ts";

export interface Leftovers {
  readonly instances: readonly string[];
  readonly launchTemplates: readonly string[];
  readonly instanceProfiles: readonly string[];
}

/** What a test does to moto beside the controller: makes the surroundings of a cluster, looks, and sends messages. */
export interface MotoAccount {
  readonly ec2: EC2Client;
  /** Decoded user data of the launch templates that exist, by name. */
  userData(): Promise<ReadonlyMap<string, string>>;
  send(body: object): Promise<void>;
  /** What the cluster has left behind. */
  leftovers(): Promise<Leftovers>;
}

export const clusterName = "wire-test";
export const roleName = "KarpenterNodeRole-wire-test";
export const discovery = { "karpenter.sh/discovery": clusterName };

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** Empties the server and builds what a cluster needs: tagged subnets and group, role, queue, cluster, parameters. */
export async function prepareMoto(url: string, parameters: Readonly<Record<string, string>>): Promise<MotoAccount> {
  await fetch(`${url}/moto-api/reset`, { method: "POST" });
  await fetch(`${url}/test/parameters`, { method: "POST", body: JSON.stringify(parameters) });
  const config = { region, endpoint: url, credentials };
  const ec2 = new EC2Client(config);
  const iam = new IAMClient(config);
  const sqs = new SQSClient(config);
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const chosen = Subnets.filter(({ AvailabilityZone = "" }) => /[abc]$/.test(AvailabilityZone));
  const VpcId = chosen[0]?.VpcId;
  const group = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: "nodes", Description: "nodes", ...(VpcId && { VpcId }) }),
  );
  const Tags = Object.entries(discovery).map(([Key, Value]) => ({ Key, Value }));
  const Resources = [...chosen.map(({ SubnetId = "" }) => SubnetId), group.GroupId ?? ""];
  await ec2.send(new CreateTagsCommand({ Resources, Tags }));
  await iam.send(new CreateRoleCommand({ RoleName: roleName, AssumeRolePolicyDocument: trust }));
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: clusterName }));
  await new EKSClient(config).send(
    new CreateClusterCommand({
      name: clusterName,
      version: "1.34",
      roleArn: `arn:aws:iam::123456789012:role/${roleName}`,
      resourcesVpcConfig: { subnetIds: chosen.map(({ SubnetId = "" }) => SubnetId) },
    }),
  );
  return {
    ec2,
    userData: () => userData(ec2),
    send: async (body) =>
      void (await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }))),
    leftovers: async () => {
      const { InstanceProfiles = [] } = await iam.send(new ListInstanceProfilesCommand({}));
      const { LaunchTemplates = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({ MaxResults: 200 }));
      const instances = await livingInstances(ec2);
      return {
        instances: instances.map(({ InstanceId = "" }) => InstanceId),
        launchTemplates: LaunchTemplates.map(({ LaunchTemplateName = "" }) => LaunchTemplateName),
        instanceProfiles: InstanceProfiles.map(({ InstanceProfileName = "" }) => InstanceProfileName),
      };
    },
  };
}

export async function livingInstances(ec2: EC2Client) {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances).filter(({ State }) =>
    ["pending", "running"].includes(State?.Name ?? ""),
  );
}

async function userData(ec2: EC2Client): Promise<ReadonlyMap<string, string>> {
  const { LaunchTemplates = [] } = await ec2.send(new DescribeLaunchTemplatesCommand({ MaxResults: 200 }));
  const found = new Map<string, string>();
  for (const { LaunchTemplateName: name = "" } of LaunchTemplates) {
    const { LaunchTemplateVersions: versions = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: name }),
    );
    found.set(name, Buffer.from(versions.at(-1)?.LaunchTemplateData?.UserData ?? "", "base64").toString("utf8"));
  }
  return found;
}
