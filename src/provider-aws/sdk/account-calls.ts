import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import * as budgets from "@aws-sdk/client-budgets";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeMetricFiltersCommand } from "@aws-sdk/client-cloudwatch-logs";
import * as costs from "@aws-sdk/client-cost-explorer";
import * as ec2 from "@aws-sdk/client-ec2";
import * as eks from "@aws-sdk/client-eks";
import { DescribeRuleCommand, EventBridgeClient, ListRuleNamesByTargetCommand } from "@aws-sdk/client-eventbridge";
import { GetQueueAttributesCommand, type QueueAttributeName, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { AccountClients } from "../account/index.ts";
import { call } from "./call.ts";
import { type AwsClientOptions, clientConfig } from "./settings.ts";

/** Where the bill, its budgets and its anomalies are, whatever the region. */
const billingRegion = "us-east-1";

/** The calls of the advisor's look at an account, over the SDK. Loaded for that command alone. */
export function accountCalls(options: AwsClientOptions): AccountClients {
  const { region } = options;
  const events = new EventBridgeClient(clientConfig(options, "events"));
  const scaling = new AutoScalingClient(clientConfig(options, "autoScaling"));
  const logs = new CloudWatchLogsClient(clientConfig(options, "logs"));
  return {
    eks: eksCalls(new eks.EKSClient(clientConfig(options, "eks"))),
    sqs: sqsCalls(new SQSClient(clientConfig(options, "sqs"))),
    events: {
      listRuleNamesByTarget: call((input, http) => events.send(new ListRuleNamesByTargetCommand(input), http)),
      describeRule: call((input, http) => events.send(new DescribeRuleCommand(input), http)),
    },
    ec2: ec2Calls(new ec2.EC2Client(clientConfig(options, "ec2"))),
    autoScaling: {
      describeAutoScalingGroups: call((input, http) => scaling.send(new DescribeAutoScalingGroupsCommand(input), http)),
    },
    logs: { describeMetricFilters: call((input, http) => logs.send(new DescribeMetricFiltersCommand(input), http)) },
    cloudWatch: cloudWatchCalls(options, region),
    billing: cloudWatchCalls(options, billingRegion),
    costs: costCalls(new costs.CostExplorerClient(clientConfig(options, "costExplorer", { region: billingRegion }))),
    budgets: budgetCalls(new budgets.BudgetsClient(clientConfig(options, "budgets", { region: billingRegion }))),
  };
}

const eksCalls = (native: eks.EKSClient): AccountClients["eks"] => ({
  describeCluster: call((input, http) => native.send(new eks.DescribeClusterCommand(input), http)),
  listPodIdentityAssociations: call((input, http) =>
    native.send(new eks.ListPodIdentityAssociationsCommand(input), http),
  ),
  listFargateProfiles: call((input, http) => native.send(new eks.ListFargateProfilesCommand(input), http)),
  describeFargateProfile: call((input, http) => native.send(new eks.DescribeFargateProfileCommand(input), http)),
});

const sqsCalls = (native: SQSClient): AccountClients["sqs"] => ({
  getQueueUrl: call((input, http) => native.send(new GetQueueUrlCommand(input), http)),
  getQueueAttributes: call((input, http) =>
    native.send(
      new GetQueueAttributesCommand({ ...input, AttributeNames: input.AttributeNames as QueueAttributeName[] }),
      http,
    ),
  ),
});

const ec2Calls = (native: ec2.EC2Client): AccountClients["ec2"] => ({
  describeVpcAttribute: call((input, http) => native.send(new ec2.DescribeVpcAttributeCommand(input), http)),
  describeSubnets: call((input, http) => native.send(new ec2.DescribeSubnetsCommand(input), http)),
  describeRouteTables: call((input, http) => native.send(new ec2.DescribeRouteTablesCommand(input), http)),
  describeVpcEndpoints: call((input, http) => native.send(new ec2.DescribeVpcEndpointsCommand(input), http)),
  describeSecurityGroups: call((input, http) => native.send(new ec2.DescribeSecurityGroupsCommand(input), http)),
  describeLaunchTemplateVersions: call((input, http) =>
    native.send(new ec2.DescribeLaunchTemplateVersionsCommand(input), http),
  ),
  describeImages: call((input, http) => native.send(new ec2.DescribeImagesCommand(input), http)),
});

function cloudWatchCalls(options: AwsClientOptions, region: string): AccountClients["cloudWatch"] {
  const native = new CloudWatchClient(clientConfig(options, "cloudWatch", { region }));
  return { describeAlarms: call((input, http) => native.send(new DescribeAlarmsCommand(input), http)) };
}

const costCalls = (native: costs.CostExplorerClient): AccountClients["costs"] => ({
  getAnomalyMonitors: call((input, http) => native.send(new costs.GetAnomalyMonitorsCommand(input), http)),
  getAnomalySubscriptions: call((input, http) => native.send(new costs.GetAnomalySubscriptionsCommand(input), http)),
});

const budgetCalls = (native: budgets.BudgetsClient): AccountClients["budgets"] => ({
  describeBudgets: call((input, http) => native.send(new budgets.DescribeBudgetsCommand(input), http)),
  describeNotificationsForBudget: call((input, http) =>
    native.send(new budgets.DescribeNotificationsForBudgetCommand(input), http),
  ),
  describeBudgetActionsForBudget: call((input, http) =>
    native.send(new budgets.DescribeBudgetActionsForBudgetCommand(input), http),
  ),
});
