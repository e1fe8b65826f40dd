/** What an AWS account needs around the controller, made from the calls that it makes (spec: aws 5.6, 6.2, 6.5). */
import { stringify } from "yaml";
import {
  controllerPolicies,
  eventRules,
  networkEndpoints,
  type NetworkEndpoint,
  type PolicyDocument,
  queuePolicy,
  queueRetentionSeconds,
  ruleTarget,
} from "../../src/provider-aws/policy/index.ts";
import type { GeneratedFile, Generator } from "./generator.ts";

const folder = "docs/aws";
const header = "# Generated from src/provider-aws/policy by `npm run gen`. Do not edit.\n";

const cloudFormation = {
  partition: "${AWS::Partition}",
  region: "${AWS::Region}",
  account: "${AWS::AccountId}",
  cluster: "${ClusterName}",
  nodeRole: "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/KarpenterNodeRole-${ClusterName}",
  queue: "${ClusterName}",
};

/** Terraform's own names for the same; `$${` is how it writes a plain `${`. */
const terraformNames: Readonly<Record<string, string>> = {
  "${AWS::Partition}": "${data.aws_partition.current.partition}",
  "${AWS::Region}": "${var.region}",
  "${AWS::AccountId}": "${data.aws_caller_identity.current.account_id}",
  "${ClusterName}": "${var.cluster_name}",
};

/** Keys of conditions hold names too, which `Fn::Sub` reaches only in a text of the whole document. */
const managedPolicy = (name: string, document: PolicyDocument) => ({
  Type: "AWS::IAM::ManagedPolicy",
  Properties: {
    ManagedPolicyName: { "Fn::Sub": `KarpenterController${name}Policy-\${ClusterName}` },
    PolicyDocument: { "Fn::Sub": JSON.stringify(document, null, 2) },
  },
});

function cloudFormationTemplate(): string {
  const policies = Object.entries(controllerPolicies(cloudFormation));
  const rules = eventRules.map(({ name, source, detailType }) => [
    name,
    {
      Type: "AWS::Events::Rule",
      Properties: {
        EventPattern: { source: [source], "detail-type": [detailType] },
        Targets: [{ Id: ruleTarget, Arn: { "Fn::GetAtt": ["KarpenterInterruptionQueue", "Arn"] } }],
      },
    },
  ]);
  const template = {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "Rights of the controller, and the queue that announces interruptions",
    Parameters: { ClusterName: { Type: "String", Description: "Name of the EKS cluster, and of the queue" } },
    Resources: {
      KarpenterInterruptionQueue: {
        Type: "AWS::SQS::Queue",
        Properties: {
          QueueName: { Ref: "ClusterName" },
          MessageRetentionPeriod: queueRetentionSeconds,
          SqsManagedSseEnabled: true,
        },
      },
      KarpenterInterruptionQueuePolicy: {
        Type: "AWS::SQS::QueuePolicy",
        Properties: {
          Queues: [{ Ref: "KarpenterInterruptionQueue" }],
          PolicyDocument: queuePolicy({ "Fn::GetAtt": ["KarpenterInterruptionQueue", "Arn"] }),
        },
      },
      ...Object.fromEntries(rules),
      ...Object.fromEntries(
        policies.map(([name, document]) => [`KarpenterController${name}Policy`, managedPolicy(name, document)]),
      ),
    },
  };
  return header + stringify(template, { lineWidth: 0, aliasDuplicateObjects: false });
}

function terraformText(value: unknown): string {
  let text = JSON.stringify(value, null, 2);
  for (const [from, to] of Object.entries(terraformNames)) text = text.replaceAll(from, to);
  return text;
}

const block = (kind: string, names: readonly string[], body: readonly string[]): string =>
  `${[kind, ...names.map((name) => `"${name}"`)].join(" ")} {\n${body.map((line) => `  ${line}`).join("\n")}\n}\n`;

const snake = (name: string): string =>
  name
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();

const heredoc = (attribute: string, text: string): string => `${attribute} = <<-JSON\n${text}\n  JSON`;

function terraformModule(): string {
  const queueArn = "${aws_sqs_queue.karpenter_interruption.arn}";
  const rules = eventRules.flatMap(({ name, source, detailType }) => [
    block(
      "resource",
      ["aws_cloudwatch_event_rule", snake(name)],
      [
        `name          = "\${var.cluster_name}-${name}"`,
        `event_pattern = jsonencode({ source = ["${source}"], "detail-type" = ["${detailType}"] })`,
      ],
    ),
    block(
      "resource",
      ["aws_cloudwatch_event_target", snake(name)],
      [
        `rule      = aws_cloudwatch_event_rule.${snake(name)}.name`,
        `target_id = "${ruleTarget}"`,
        "arn       = aws_sqs_queue.karpenter_interruption.arn",
      ],
    ),
  ]);
  const policies = Object.entries(controllerPolicies(cloudFormation)).map(([name, document]) =>
    block(
      "resource",
      ["aws_iam_policy", `karpenter_${snake(name)}`],
      [`name   = "KarpenterController${name}Policy-\${var.cluster_name}"`, heredoc("policy", terraformText(document))],
    ),
  );
  return [
    header,
    block("variable", ["cluster_name"], ["type = string"]),
    block("variable", ["region"], ["type = string"]),
    block("data", ["aws_partition", "current"], []),
    block("data", ["aws_caller_identity", "current"], []),
    block(
      "resource",
      ["aws_sqs_queue", "karpenter_interruption"],
      [
        "name                      = var.cluster_name",
        `message_retention_seconds = ${queueRetentionSeconds}`,
        "sqs_managed_sse_enabled   = true",
      ],
    ),
    block(
      "resource",
      ["aws_sqs_queue_policy", "karpenter_interruption"],
      ["queue_url = aws_sqs_queue.karpenter_interruption.url", heredoc("policy", terraformText(queuePolicy(queueArn)))],
    ),
    ...rules,
    ...policies,
  ].join("\n");
}

const endpointRow = ({ endpoint, usedBy, when }: NetworkEndpoint): string =>
  "name" in endpoint
    ? `| \`com.amazonaws.REGION.${endpoint.name}\` | ${endpoint.type} | ${usedBy} | ${when} |`
    : `| none: set ${endpoint.instead} | | ${usedBy} | ${when} |`;

const endpointTable = (): string =>
  [
    "<!-- Generated from src/provider-aws/policy by `npm run gen`. Do not edit. -->",
    "# Endpoints of a private network",
    "",
    "| Endpoint | Type | Used by | Needed when |",
    "|---|---|---|---|",
    ...networkEndpoints.map(endpointRow),
    "",
  ].join("\n");

export const awsGenerator: Generator = {
  name: "aws",
  folder,
  generate: (): readonly GeneratedFile[] => [
    ...Object.entries(controllerPolicies(cloudFormation)).map(([name, document]) => ({
      path: `${folder}/controller-${snake(name).replaceAll("_", "-")}-policy.json`,
      text: `${JSON.stringify(document, null, 2)}\n`,
    })),
    { path: `${folder}/karpenter.cloudformation.yaml`, text: cloudFormationTemplate() },
    { path: `${folder}/karpenter.tf`, text: terraformModule() },
    { path: `${folder}/endpoints.md`, text: endpointTable() },
  ],
};
