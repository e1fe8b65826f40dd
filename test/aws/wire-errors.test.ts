import { describe, expect, inject, test } from "vitest";
import { awsErrorOf, isNotFound } from "../../src/provider-aws/errors/index.ts";
import { createAwsClients } from "../../src/provider-aws/sdk/index.ts";
import type { AwsClients } from "../../src/provider-aws/contract/index.ts";
import { credentials, region } from "./mixed-clients.ts";

const endpointsOf = (url: string) => ({ ec2: url, ssm: url, sqs: url, iam: url, eks: url, pricing: url });

const clients = (url = inject("motoUrl")): Promise<AwsClients> =>
  createAwsClients({ region, version: "test", endpoints: endpointsOf(url), credentials });

async function errorOf(call: (made: AwsClients) => Promise<unknown>, made?: AwsClients): Promise<unknown> {
  try {
    await call(made ?? (await clients()));
  } catch (error) {
    return error;
  }
  throw new Error("the call was answered");
}

describe("what the SDK throws", () => {
  test.each<[string, (made: AwsClients) => Promise<unknown>, string]>([
    ["EC2", ({ ec2 }) => ec2.describeInstances({ InstanceIds: ["i-0123456789abcdef0"] }), "InvalidInstanceID.NotFound"],
    [
      "EC2, a template",
      ({ ec2 }) => ec2.describeLaunchTemplates({ LaunchTemplateNames: ["none"] }),
      "InvalidLaunchTemplateName.NotFoundException",
    ],
    ["IAM", ({ iam }) => iam.getInstanceProfile({ InstanceProfileName: "none" }), "NoSuchEntity"],
    ["SSM", ({ ssm }) => ssm.getParameter({ Name: "/none" }), "ParameterNotFound"],
    ["SQS", ({ sqs }) => sqs.getQueueUrl({ QueueName: "none" }), "QueueDoesNotExist"],
  ])("of %s counts as not found, under the one spelling", async (_, call, code) => {
    const error = await errorOf(call);
    expect(awsErrorOf(error)).toMatchObject({ code, serverFault: false });
    expect(isNotFound(error)).toBe(true);
  });

  test("of EKS has its own spelling", async () => {
    const error = await errorOf(({ eks }) => eks.describeCluster({ name: "none" }));
    expect(awsErrorOf(error).code).toBe("ResourceNotFound");
  });

  test("of nobody who listens is Node's own code, and belongs to no class", async () => {
    const error = await errorOf(({ ec2Probe }) => ec2Probe.describeSubnets({}), await clients("http://127.0.0.1:9"));
    expect(awsErrorOf(error)).toMatchObject({ code: "ECONNREFUSED", serverFault: false });
  });

  test("of an abort is the reason of the signal", async () => {
    const reason = new Error("leadership lost");
    const signal = AbortSignal.abort(reason);
    await expect((await clients()).ec2.describeSubnets({}, { signal })).rejects.toBe(reason);
  });

  test("of a dry run that would pass is a code, not an answer", async () => {
    const error = await errorOf(async ({ ec2Probe }) =>
      ec2Probe.runInstances({ DryRun: true, MinCount: 1, MaxCount: 1, InstanceType: "m5.large" }),
    );
    expect(awsErrorOf(error).code).toBe("DryRunOperation");
  });
});
