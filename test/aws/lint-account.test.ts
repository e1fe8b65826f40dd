/** The advisor's look at an account, over the SDK and HTTP: what the emulator knows of it (spec: v1alpha5 6.2, input A). */
import { BudgetsClient, CreateBudgetCommand, CreateNotificationCommand } from "@aws-sdk/client-budgets";
import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, CreateLogGroupCommand, PutMetricFilterCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateLaunchTemplateCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { CreateClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { beforeEach, expect, inject, test } from "vitest";
import { advise, allRules } from "../../src/advisor/index.ts";
import { parseManifests } from "../../src/manifests/index.ts";
import { lookAtAccount } from "../../src/operator/index.ts";
import { createAccountClients } from "../../src/provider-aws/sdk/index.ts";
import { credentials, region } from "./mixed-clients.ts";

const url = inject("motoUrl");
const config = { region, endpoint: url, credentials };
const ec2 = new EC2Client(config);
const services = ["ec2", "sqs", "eks", "events", "autoScaling", "logs", "cloudWatch", "costExplorer", "budgets"];
const accountId = "123456789012";

beforeEach(async () => {
  await fetch(`${url}/moto-api/reset`, { method: "POST" });
});

/** A network without a way out, and a cluster in it. */
async function buildCluster(): Promise<string> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }));
  const vpc = Vpc?.VpcId ?? "";
  const subnet = await ec2.send(
    new CreateSubnetCommand({ VpcId: vpc, CidrBlock: "10.9.1.0/24", AvailabilityZone: `${region}a` }),
  );
  await new EKSClient(config).send(
    new CreateClusterCommand({
      name: "prod",
      version: "1.34",
      roleArn: `arn:aws:iam::${accountId}:role/eks`,
      resourcesVpcConfig: { subnetIds: [subnet.Subnet?.SubnetId ?? ""], endpointPrivateAccess: true },
    }),
  );
  return vpc;
}

/** EKS tells the network of a cluster, moto does not. */
async function look(vpcId: string, files = "") {
  const manifests = parseManifests("a.yaml", files);
  const endpoints = Object.fromEntries(services.map((service) => [service, url]));
  const clients = await createAccountClients({ region, version: "test", endpoints, credentials });
  const describeCluster: typeof clients.eks.describeCluster = async (input, options) => {
    const { cluster } = await clients.eks.describeCluster(input, options);
    return { cluster: { ...cluster, resourcesVpcConfig: { ...cluster?.resourcesVpcConfig, vpcId } } };
  };
  const account = await lookAtAccount({
    region,
    version: "test",
    questions: { clusterName: "prod", queueName: "q", launchTemplates: ["lt"] },
    signal: new AbortController().signal,
    clients: { ...clients, eks: { ...clients.eks, describeCluster } },
  });
  const { findings, rules } = advise({ manifests, account, now: Date.now() }, allRules);
  return {
    account,
    messages: (rule: string) => findings.filter((finding) => finding.rule === rule).map(({ message }) => message),
    state: (rule: string) => rules.find((outcome) => outcome.rule === rule)?.state,
  };
}

test("[R26] [R27] the queue: missing, then without rules, then complete", async () => {
  const vpc = await buildCluster();
  expect((await look(vpc)).messages("KBP122")).toEqual(["Queue q does not exist"]);
  const policy = {
    Statement: [
      { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*" },
    ],
  };
  await new SQSClient(config).send(
    new CreateQueueCommand({ QueueName: "q", Attributes: { Policy: JSON.stringify(policy) } }),
  );
  expect((await look(vpc)).messages("KBP122")).toEqual(["Queue q receives no SPOT/HEALTH/STATE/REBALANCE events"]);
  const events = new EventBridgeClient(config);
  for (const [name, source] of [
    ["one", "aws.ec2"],
    ["two", "aws.health"],
  ] as const) {
    await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify({ source: [source] }) }));
    await events.send(
      new PutTargetsCommand({ Rule: name, Targets: [{ Id: "q", Arn: `arn:aws:sqs:${region}:${accountId}:q` }] }),
    );
  }
  expect((await look(vpc)).state("KBP122")).toBe("pass");
});

test("[R39] a private network without endpoints lacks them all, and with them none", async () => {
  const vpc = await buildCluster();
  const { messages } = await look(vpc);
  expect(messages("KBP201")).toHaveLength(7);
  expect(messages("KBP201")[0]).toContain(`com.amazonaws.${region}.ec2`);
  for (const service of ["ec2", "ecr.api", "ecr.dkr", "s3", "sts", "ssm", "sqs"])
    await ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: vpc,
        ServiceName: `com.amazonaws.${region}.${service}`,
        VpcEndpointType: "Interface",
        PrivateDnsEnabled: true,
      }),
    );
  expect((await look(vpc)).state("KBP201")).toBe("pass");
});

test("[R31] what a private network needs of the cluster and of its DNS is read", async () => {
  const vpc = await buildCluster();
  const { account } = await look(vpc);
  expect(account.network).toMatchObject({ ok: true, value: { dnsSupport: true, dnsHostnames: false } });
});

test("[R21] [R22] a launch template's fields and the age of its image", async () => {
  const vpc = await buildCluster();
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: "lt",
      LaunchTemplateData: { InstanceType: "m5.large", ImageId: "ami-0aaaaaaaaaaaaaaa1" },
    }),
  );
  const template =
    "apiVersion: karpenter.k8s.aws/v1alpha1\nkind: AWSNodeTemplate\nmetadata: {name: a}\nspec: {launchTemplate: lt}\n";
  const { messages, account } = await look(vpc, template);
  expect(messages("KBP133")).toEqual(["InstanceType of lt is ignored or breaks launches"]);
  expect(account.launchTemplates.get("lt")).toMatchObject({ value: { imageDate: { ok: true } } });
});

test("[R70] [R72] alarms on the limit's text and on the bill", async () => {
  const vpc = await buildCluster();
  const before = await look(vpc);
  expect([before.state("KBP606"), before.state("KBP607")]).toEqual(["fail", "fail"]);
  const logs = new CloudWatchLogsClient(config);
  await logs.send(new CreateLogGroupCommand({ logGroupName: "/k" }));
  await logs.send(
    new PutMetricFilterCommand({
      logGroupName: "/k",
      filterName: "limits",
      filterPattern: '?"exceeds limit" ?"exceed limits"',
      metricTransformations: [{ metricName: "LimitHit", metricNamespace: "Karpenter", metricValue: "1" }],
    }),
  );
  const alarm = (name: string, namespace: string, metric: string) =>
    new CloudWatchClient(config).send(
      new PutMetricAlarmCommand({
        AlarmName: name,
        Namespace: namespace,
        MetricName: metric,
        Statistic: "Sum",
        Period: 300,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        ActionsEnabled: true,
        AlarmActions: [`arn:aws:sns:${region}:${accountId}:ops`],
      }),
    );
  await alarm("limits", "Karpenter", "LimitHit");
  await alarm("bill", "AWS/Billing", "EstimatedCharges");
  const after = await look(vpc);
  expect([after.state("KBP606"), after.state("KBP607")]).toEqual(["pass", "pass"]);
});

test("[R74] a budget that notifies", async () => {
  const vpc = await buildCluster();
  expect((await look(vpc)).account.budgets).toEqual({ ok: true, value: [] });
  const budgets = new BudgetsClient(config);
  await budgets.send(
    new CreateBudgetCommand({
      AccountId: accountId,
      Budget: {
        BudgetName: "monthly",
        BudgetLimit: { Amount: "10", Unit: "USD" },
        TimeUnit: "MONTHLY",
        BudgetType: "COST",
      },
    }),
  );
  await budgets.send(
    new CreateNotificationCommand({
      AccountId: accountId,
      BudgetName: "monthly",
      Notification: { NotificationType: "ACTUAL", ComparisonOperator: "GREATER_THAN", Threshold: 80 },
      Subscribers: [{ SubscriptionType: "EMAIL", Address: "ops@example.org" }],
    }),
  );
  expect((await look(vpc)).state("KBP609")).toBe("pass");
});

test("a call that the server lacks is no pass: its rule says which action it needs", async () => {
  const vpc = await buildCluster();
  const { account, state } = await look(vpc);
  expect(account.anomalies).toMatchObject({ ok: false, needs: "ce:GetAnomalyMonitors" });
  expect(state("KBP608")).toBe("unknown");
});
