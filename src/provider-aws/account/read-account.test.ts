/** The look at an account on recorded answers; what the emulator knows is checked on the wire as well (test/aws). */
import { describe, expect, test } from "vitest";
import type { AccountClients } from "./account-clients.ts";
import { readAccount } from "./read-account.ts";

/** As the SDK throws them. */
const denied = (): Promise<never> =>
  Promise.reject(Object.assign(new Error("User: arn:aws:iam::1:user/a is not authorized"), { name: "AccessDenied" }));
const missing = (name: string): Promise<never> => Promise.reject(Object.assign(new Error("no such thing"), { name }));
const give =
  <T>(value: T) =>
  (): Promise<T> =>
    Promise.resolve(value);

const clients: AccountClients = {
  eks: {
    describeCluster: give({
      cluster: {
        arn: "arn:aws:eks:eu-west-1:123456789012:cluster/prod",
        resourcesVpcConfig: { vpcId: "vpc-1", subnetIds: ["subnet-1"], endpointPrivateAccess: true },
      },
    }),
    listPodIdentityAssociations: give({ associations: [{ namespace: "karpenter", serviceAccount: "karpenter" }] }),
    listFargateProfiles: give({ fargateProfileNames: ["fp"] }),
    describeFargateProfile: give({ fargateProfile: { selectors: [{ namespace: "karpenter" }] } }),
  },
  sqs: {
    getQueueUrl: give({ QueueUrl: "https://q" }),
    getQueueAttributes: give({ Attributes: { QueueArn: "arn:aws:sqs:q", Policy: "{}" } }),
  },
  events: {
    listRuleNamesByTarget: ({ NextToken }) =>
      Promise.resolve(NextToken === undefined ? { RuleNames: ["b"], NextToken: "2" } : { RuleNames: ["a"] }),
    describeRule: ({ Name }) =>
      Promise.resolve({ State: Name === "a" ? "DISABLED" : "ENABLED", EventPattern: '{"source":["aws.ec2"]}' }),
  },
  ec2: {
    describeVpcAttribute: ({ Attribute }) =>
      Promise.resolve(
        Attribute === "enableDnsSupport" ? { EnableDnsSupport: { Value: true } } : { EnableDnsHostnames: {} },
      ),
    describeSubnets: give({
      Subnets: [{ SubnetId: "subnet-1", AvailabilityZone: "eu-west-1a", Tags: [{ Key: "a", Value: "b" }] }],
    }),
    describeRouteTables: give({
      RouteTables: [
        {
          RouteTableId: "rtb-1",
          Associations: [{ Main: true }, { SubnetId: "subnet-1" }],
          Routes: [{ DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1" }],
        },
      ],
    }),
    describeVpcEndpoints: give({
      VpcEndpoints: [
        {
          ServiceName: "com.amazonaws.eu-west-1.sts",
          VpcEndpointType: "Interface",
          State: "available",
          PrivateDnsEnabled: true,
          Groups: [{ GroupId: "sg-1" }],
        },
      ],
    }),
    describeSecurityGroups: give({
      SecurityGroups: [{ GroupId: "sg-1", IpPermissions: [{ IpProtocol: "tcp", FromPort: 400, ToPort: 500 }] }],
    }),
    describeLaunchTemplateVersions: ({ LaunchTemplateName }) =>
      LaunchTemplateName === "lt"
        ? Promise.resolve({
            LaunchTemplateVersions: [
              {
                LaunchTemplateData: {
                  InstanceType: "m5.large",
                  ImageId: "ami-1",
                  NetworkInterfaces: [{ SubnetId: "subnet-9" }],
                  Placement: {},
                },
              },
            ],
          })
        : missing("InvalidLaunchTemplateName.NotFoundException"),
    describeImages: give({ Images: [{ CreationDate: "2026-01-01T00:00:00.000Z" }] }),
  },
  autoScaling: {
    describeAutoScalingGroups: give({
      AutoScalingGroups: [{ AutoScalingGroupName: "g", MinSize: 1, MaxSize: 3, Tags: [] }],
    }),
  },
  logs: {
    describeMetricFilters: give({
      metricFilters: [
        {
          logGroupName: "/k",
          filterPattern: "limit",
          metricTransformations: [{ metricName: "m", metricNamespace: "n" }],
        },
      ],
    }),
  },
  cloudWatch: {
    describeAlarms: give({
      MetricAlarms: [
        { AlarmName: "a", Namespace: "n", MetricName: "m", ActionsEnabled: true, AlarmActions: ["arn"] },
        { AlarmName: "off", Namespace: "n", MetricName: "m", ActionsEnabled: false, AlarmActions: ["arn"] },
        { AlarmName: "sum", Metrics: [{ MetricStat: { Metric: { Namespace: "n", MetricName: "m" } } }, {}] },
      ],
    }),
  },
  billing: { describeAlarms: give({ MetricAlarms: [] }) },
  costs: {
    getAnomalyMonitors: give({ AnomalyMonitors: [{}] }),
    getAnomalySubscriptions: give({ AnomalySubscriptions: [] }),
  },
  budgets: {
    describeBudgets: give({ Budgets: [{ BudgetName: "a" }, { BudgetName: "b" }] }),
    describeNotificationsForBudget: ({ BudgetName }) =>
      Promise.resolve({ Notifications: BudgetName === "b" ? [{}] : [] }),
    describeBudgetActionsForBudget: give({ Actions: [] }),
  },
};

const questions = { region: "eu-west-1", clusterName: "prod", queueName: "q", launchTemplates: ["lt", "gone"] };
const { signal } = new AbortController();
const read = (spoilt: Partial<AccountClients> = {}, asked: Partial<typeof questions> = {}) =>
  readAccount({ ...questions, ...asked }, { clients: { ...clients, ...spoilt }, signal });

describe("the look at an account", () => {
  test("[R27] [R39] gives what rules ask, page after page", async () => {
    expect(await read()).toEqual({
      region: "eu-west-1",
      cluster: {
        ok: true,
        value: {
          name: "prod",
          accountId: "123456789012",
          vpcId: "vpc-1",
          subnetIds: ["subnet-1"],
          privateEndpoint: true,
          publicEndpoint: true,
        },
      },
      queue: {
        ok: true,
        value: {
          name: "q",
          arn: "arn:aws:sqs:q",
          policy: "{}",
          rules: {
            ok: true,
            value: [
              { name: "a", enabled: false, pattern: '{"source":["aws.ec2"]}' },
              { name: "b", enabled: true, pattern: '{"source":["aws.ec2"]}' },
            ],
          },
        },
      },
      network: {
        ok: true,
        value: {
          vpcId: "vpc-1",
          dnsSupport: true,
          dnsHostnames: false,
          subnets: [{ id: "subnet-1", zone: "eu-west-1a", tags: { a: "b" } }],
          routeTables: [
            {
              id: "rtb-1",
              main: true,
              subnetIds: ["subnet-1"],
              routes: [{ destination: "0.0.0.0/0", target: "nat-1" }],
            },
          ],
          endpoints: [
            {
              service: "com.amazonaws.eu-west-1.sts",
              type: "Interface",
              state: "available",
              privateDns: true,
              routeTableIds: [],
              securityGroupIds: ["sg-1"],
            },
          ],
          securityGroups: [{ id: "sg-1", opens443: true }],
        },
      },
      launchTemplates: new Map([
        ["gone", { ok: true, value: undefined }],
        [
          "lt",
          {
            ok: true,
            value: {
              name: "lt",
              networkInterfaces: 1,
              placement: false,
              instanceType: "m5.large",
              subnet: "subnet-9",
              imageId: "ami-1",
              imageDate: { ok: true, value: "2026-01-01T00:00:00.000Z" },
            },
          },
        ],
      ]),
      scalingGroups: { ok: true, value: [{ name: "g", min: 1, max: 3, tags: {} }] },
      podIdentities: { ok: true, value: [{ namespace: "karpenter", serviceAccount: "karpenter" }] },
      fargateProfiles: { ok: true, value: [{ name: "fp", selectors: [{ namespace: "karpenter", labels: {} }] }] },
      metricFilters: {
        ok: true,
        value: [{ logGroup: "/k", pattern: "limit", metrics: [{ namespace: "n", name: "m" }] }],
      },
      alarms: {
        ok: true,
        value: [
          { name: "a", namespace: "n", metric: "m", actions: 1 },
          { name: "off", namespace: "n", metric: "m", actions: 0 },
          { name: "sum", namespace: "n", metric: "m", actions: 0 },
        ],
      },
      billingAlarms: { ok: true, value: [] },
      anomalies: { ok: true, value: { monitors: 1, subscriptions: 0 } },
      budgets: {
        ok: true,
        value: [
          { name: "a", notifications: 0, actions: 0 },
          { name: "b", notifications: 1, actions: 0 },
        ],
      },
    });
  });

  test("[R72] a call that is denied costs its own part alone, and names its action", async () => {
    const report = await read({
      billing: { describeAlarms: denied },
      ec2: { ...clients.ec2, describeRouteTables: denied, describeImages: denied },
    });
    const needs = { ok: false, reason: "AccessDenied: User: arn:aws:iam::1:user/a is not authorized" };
    expect(report.billingAlarms).toEqual({ ...needs, needs: "cloudwatch:DescribeAlarms" });
    expect(report.network).toEqual({ ...needs, needs: "ec2:DescribeRouteTables" });
    expect(report.launchTemplates.get("lt")).toMatchObject({
      value: { imageDate: { ...needs, needs: "ec2:DescribeImages" } },
    });
    expect(report.alarms.ok).toBe(true);
  });

  test("[R26] a queue that is not there is an answer, not a fault", async () => {
    const sqs = { ...clients.sqs, getQueueUrl: () => missing("QueueDoesNotExist") };
    expect((await read({ sqs })).queue).toEqual({
      ok: true,
      value: { name: "q", policy: "", rules: { ok: true, value: [] } },
    });
  });

  test("without the cluster's name what hangs on it says so, and the rest is read", async () => {
    const report = await readAccount({ region: "eu-west-1", launchTemplates: [] }, { clients, signal });
    expect(report.network).toMatchObject({ ok: false, reason: expect.stringContaining("--cluster-name") });
    expect(report.budgets.ok).toBe(false);
    expect(report.scalingGroups.ok).toBe(true);
    expect(report.queue).toBeUndefined();
  });

  test("an abort ends it with its own reason", async () => {
    const stop = new AbortController();
    const autoScaling = {
      describeAutoScalingGroups: () => {
        stop.abort(new Error("enough"));
        return denied();
      },
    };
    await expect(readAccount(questions, { clients: { ...clients, autoScaling }, signal: stop.signal })).rejects.toThrow(
      "enough",
    );
  });

  test("a fault of our own is not taken for an account's", async () => {
    const logs = { describeMetricFilters: give(undefined as never) };
    await expect(read({ logs })).rejects.toThrow(TypeError);
  });
});
