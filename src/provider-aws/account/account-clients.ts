/**
 * The calls by which the advisor looks at an account, shaped as in the AWS SDK v3 and narrowed to what is used. All of them
 * read; none is made by the controller.
 */
import type { CallOptions } from "../contract/index.ts";

type Call<Input, Output> = (input: Input, options?: CallOptions) => Promise<Output>;
type Maybe<T> = T | undefined;
type List<T> = readonly T[] | undefined;
type Text = string | undefined;

export interface AccountTag {
  readonly Key?: Text;
  readonly Value?: Text;
}

interface Filter {
  readonly Name: string;
  readonly Values: readonly string[];
}

interface Page {
  readonly NextToken?: string;
}

interface Paged {
  readonly NextToken?: Text;
}

export interface AccountEks {
  readonly describeCluster: Call<
    { readonly name: string },
    {
      readonly cluster?: Maybe<{
        readonly arn?: Text;
        readonly resourcesVpcConfig?: Maybe<{
          readonly vpcId?: Text;
          readonly subnetIds?: List<string>;
          readonly endpointPublicAccess?: boolean | undefined;
          readonly endpointPrivateAccess?: boolean | undefined;
        }>;
      }>;
    }
  >;
  readonly listPodIdentityAssociations: Call<
    { readonly clusterName: string; readonly nextToken?: string },
    {
      readonly associations?: List<{ readonly namespace?: Text; readonly serviceAccount?: Text }>;
      readonly nextToken?: Text;
    }
  >;
  readonly listFargateProfiles: Call<
    { readonly clusterName: string; readonly nextToken?: string },
    { readonly fargateProfileNames?: List<string>; readonly nextToken?: Text }
  >;
  readonly describeFargateProfile: Call<
    { readonly clusterName: string; readonly fargateProfileName: string },
    {
      readonly fargateProfile?: Maybe<{
        readonly selectors?: List<{
          readonly namespace?: Text;
          readonly labels?: Readonly<Record<string, string>> | undefined;
        }>;
      }>;
    }
  >;
}

export interface AccountSqs {
  readonly getQueueUrl: Call<{ readonly QueueName: string }, { readonly QueueUrl?: Text }>;
  readonly getQueueAttributes: Call<
    { readonly QueueUrl: string; readonly AttributeNames: readonly string[] },
    { readonly Attributes?: Readonly<Record<string, string>> | undefined }
  >;
}

export interface AccountEvents {
  readonly listRuleNamesByTarget: Call<
    { readonly TargetArn: string } & Page,
    { readonly RuleNames?: List<string> } & Paged
  >;
  readonly describeRule: Call<{ readonly Name: string }, { readonly State?: Text; readonly EventPattern?: Text }>;
}

export interface AccountEc2 {
  readonly describeVpcAttribute: Call<
    { readonly VpcId: string; readonly Attribute: "enableDnsSupport" | "enableDnsHostnames" },
    {
      readonly EnableDnsSupport?: Maybe<{ readonly Value?: boolean | undefined }>;
      readonly EnableDnsHostnames?: Maybe<{ readonly Value?: boolean | undefined }>;
    }
  >;
  readonly describeSubnets: Call<
    { readonly Filters: readonly Filter[] } & Page,
    {
      readonly Subnets?: List<{
        readonly SubnetId?: Text;
        readonly AvailabilityZone?: Text;
        readonly Tags?: List<AccountTag>;
      }>;
    } & Paged
  >;
  readonly describeRouteTables: Call<
    { readonly Filters: readonly Filter[] } & Page,
    {
      readonly RouteTables?: List<{
        readonly RouteTableId?: Text;
        readonly Associations?: List<{ readonly Main?: boolean | undefined; readonly SubnetId?: Text }>;
        readonly Routes?: List<AccountRoute>;
      }>;
    } & Paged
  >;
  readonly describeVpcEndpoints: Call<
    { readonly Filters: readonly Filter[] } & Page,
    {
      readonly VpcEndpoints?: List<{
        readonly ServiceName?: Text;
        readonly VpcEndpointType?: Text;
        readonly State?: Text;
        readonly PrivateDnsEnabled?: boolean | undefined;
        readonly RouteTableIds?: List<string>;
        readonly Groups?: List<{ readonly GroupId?: Text }>;
      }>;
    } & Paged
  >;
  readonly describeSecurityGroups: Call<
    { readonly GroupIds: readonly string[] } & Page,
    {
      readonly SecurityGroups?: List<{
        readonly GroupId?: Text;
        readonly IpPermissions?: List<{
          readonly IpProtocol?: Text;
          readonly FromPort?: number | undefined;
          readonly ToPort?: number | undefined;
        }>;
      }>;
    } & Paged
  >;
  readonly describeLaunchTemplateVersions: Call<
    { readonly LaunchTemplateName: string; readonly Versions: readonly string[] },
    { readonly LaunchTemplateVersions?: List<{ readonly LaunchTemplateData?: Maybe<AccountTemplateData> }> }
  >;
  readonly describeImages: Call<
    { readonly ImageIds: readonly string[] },
    { readonly Images?: List<{ readonly CreationDate?: Text }> }
  >;
}

export interface AccountRoute {
  readonly DestinationCidrBlock?: Text;
  readonly DestinationIpv6CidrBlock?: Text;
  readonly GatewayId?: Text;
  readonly NatGatewayId?: Text;
  readonly TransitGatewayId?: Text;
  readonly EgressOnlyInternetGatewayId?: Text;
}

export interface AccountTemplateData {
  readonly InstanceType?: Text;
  readonly ImageId?: Text;
  readonly NetworkInterfaces?: List<{ readonly SubnetId?: Text }>;
  readonly Placement?: object | undefined;
  readonly InstanceMarketOptions?: Maybe<{ readonly MarketType?: Text }>;
}

export interface AccountAutoScaling {
  readonly describeAutoScalingGroups: Call<
    Page,
    {
      readonly AutoScalingGroups?: List<{
        readonly AutoScalingGroupName?: Text;
        readonly MinSize?: number | undefined;
        readonly MaxSize?: number | undefined;
        readonly Tags?: List<AccountTag>;
      }>;
    } & Paged
  >;
}

export interface AccountLogs {
  readonly describeMetricFilters: Call<
    { readonly nextToken?: string },
    {
      readonly metricFilters?: List<{
        readonly logGroupName?: Text;
        readonly filterPattern?: Text;
        readonly metricTransformations?: List<{ readonly metricName?: Text; readonly metricNamespace?: Text }>;
      }>;
      readonly nextToken?: Text;
    }
  >;
}

export interface AccountAlarm {
  readonly AlarmName?: Text;
  readonly Namespace?: Text;
  readonly MetricName?: Text;
  /** Of an alarm over a sum of metrics. */
  readonly Metrics?: List<{
    readonly MetricStat?: Maybe<{
      readonly Metric?: Maybe<{ readonly Namespace?: Text; readonly MetricName?: Text }>;
    }>;
  }>;
  readonly ActionsEnabled?: boolean | undefined;
  readonly AlarmActions?: List<string>;
}

export interface AccountCloudWatch {
  readonly describeAlarms: Call<
    { readonly AlarmTypes: readonly "MetricAlarm"[] } & Page,
    { readonly MetricAlarms?: List<AccountAlarm> } & Paged
  >;
}

export interface AccountCosts {
  readonly getAnomalyMonitors: Call<
    { readonly NextPageToken?: string },
    { readonly AnomalyMonitors?: List<object>; readonly NextPageToken?: Text }
  >;
  readonly getAnomalySubscriptions: Call<
    { readonly NextPageToken?: string },
    { readonly AnomalySubscriptions?: List<object>; readonly NextPageToken?: Text }
  >;
}

export interface AccountBudgets {
  readonly describeBudgets: Call<
    { readonly AccountId: string } & Page,
    { readonly Budgets?: List<{ readonly BudgetName?: Text }> } & Paged
  >;
  readonly describeNotificationsForBudget: Call<
    { readonly AccountId: string; readonly BudgetName: string } & Page,
    { readonly Notifications?: List<object> } & Paged
  >;
  readonly describeBudgetActionsForBudget: Call<
    { readonly AccountId: string; readonly BudgetName: string } & Page,
    { readonly Actions?: List<object> } & Paged
  >;
}

export interface AccountClients {
  readonly eks: AccountEks;
  readonly sqs: AccountSqs;
  readonly events: AccountEvents;
  readonly ec2: AccountEc2;
  readonly autoScaling: AccountAutoScaling;
  readonly logs: AccountLogs;
  readonly cloudWatch: AccountCloudWatch;
  /** In us-east-1, where the bill is. */
  readonly billing: AccountCloudWatch;
  readonly costs: AccountCosts;
  readonly budgets: AccountBudgets;
}

export interface AccountReading {
  readonly clients: AccountClients;
  readonly signal: AbortSignal;
}
