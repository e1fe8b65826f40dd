/** For tests: an account where all is well, to be spoilt one answer at a time. */
import type { AccountFacts, AccountNetwork, Answer, VpcEndpoint } from "./facts/account.ts";

export const known = <T>(value: T): Answer<T> => ({ ok: true, value });

export const deniedAnswer = (needs: string): Extract<Answer<never>, { readonly ok: false }> => ({
  ok: false,
  needs,
  reason: "AccessDenied",
});

export const endpoint = (service: string, more: Partial<VpcEndpoint> = {}): VpcEndpoint => ({
  service: `com.amazonaws.us-east-1.${service}`,
  type: service === "s3" ? "Gateway" : "Interface",
  state: "available",
  privateDns: service !== "s3",
  routeTableIds: service === "s3" ? ["rtb-1"] : [],
  securityGroupIds: service === "s3" ? [] : ["sg-1"],
  ...more,
});

/** Exactly the founding document's list. */
export const endpoints: readonly VpcEndpoint[] = ["ec2", "ecr.api", "ecr.dkr", "s3", "sts", "ssm"].map((service) =>
  endpoint(service),
);

/** Without a way out. */
export const privateNetwork: AccountNetwork = {
  vpcId: "vpc-1",
  dnsSupport: true,
  dnsHostnames: true,
  subnets: [{ id: "subnet-1", zone: "us-east-1a", tags: { "karpenter.sh/discovery": "prod" } }],
  routeTables: [{ id: "rtb-1", main: true, subnetIds: [], routes: [{ destination: "10.0.0.0/16", target: "local" }] }],
  endpoints,
  securityGroups: [{ id: "sg-1", opens443: true }],
};

export const publicNetwork: AccountNetwork = {
  ...privateNetwork,
  routeTables: [
    {
      id: "rtb-2",
      main: false,
      subnetIds: ["subnet-1"],
      routes: [{ destination: "0.0.0.0/0", target: "nat-1" }],
    },
  ],
};

const rule = (name: string, source: string, type: string) => ({
  name,
  enabled: true,
  pattern: JSON.stringify({ source: [source], "detail-type": [type] }),
});

export const eventRules = [
  rule("spot", "aws.ec2", "EC2 Spot Instance Interruption Warning"),
  rule("health", "aws.health", "AWS Health Event"),
  rule("state", "aws.ec2", "EC2 Instance State-change Notification"),
  rule("rebalance", "aws.ec2", "EC2 Instance Rebalance Recommendation"),
];

export const queuePolicy = JSON.stringify({
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: ["events.amazonaws.com", "sqs.amazonaws.com"] },
      Action: "sqs:SendMessage",
      Resource: "arn",
    },
  ],
});

export function account(more: Partial<AccountFacts> = {}): AccountFacts {
  return {
    region: "us-east-1",
    cluster: known({
      name: "prod",
      vpcId: "vpc-1",
      subnetIds: ["subnet-1"],
      privateEndpoint: true,
      publicEndpoint: false,
    }),
    network: known(publicNetwork),
    launchTemplates: new Map(),
    scalingGroups: known([]),
    podIdentities: known([]),
    fargateProfiles: known([]),
    metricFilters: known([
      {
        logGroup: "/eks/karpenter",
        pattern: '?"exceeds limit" ?"exceed limits"',
        metrics: [{ namespace: "Karpenter", name: "LimitHit" }],
      },
    ]),
    alarms: known([{ name: "limits", namespace: "Karpenter", metric: "LimitHit", actions: 1 }]),
    billingAlarms: known([{ name: "bill", namespace: "AWS/Billing", metric: "EstimatedCharges", actions: 1 }]),
    anomalies: known({ monitors: 1, subscriptions: 1 }),
    budgets: known([{ name: "monthly", notifications: 1, actions: 0 }]),
    ...more,
  };
}
