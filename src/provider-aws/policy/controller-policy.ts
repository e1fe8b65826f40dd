import { awsLabels, cloudTags, clusterTagKey, ownedTagValue } from "../../api/index.ts";
import type {
  Ec2Client,
  EksClient,
  IamClient,
  PricingClient,
  SqsClient,
  SsmClient,
  ZonalShiftClient,
} from "../contract/index.ts";

/** Where the controller's rights apply; `${…}` of CloudFormation or Terraform may stand for each. */
export interface PolicyPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly cluster: string;
  /** ARN of the role that nodes take. */
  readonly nodeRole: string;
  readonly queue: string;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

type Actions<C> = Readonly<Record<keyof C, string>>;

/** The right that each call of the contract needs. A call without an entry here does not compile. */
export const actionOfCall = {
  ec2: {
    describeInstanceTypes: "ec2:DescribeInstanceTypes",
    describeInstanceTypeOfferings: "ec2:DescribeInstanceTypeOfferings",
    describeSpotPriceHistory: "ec2:DescribeSpotPriceHistory",
    describeSubnets: "ec2:DescribeSubnets",
    describeSecurityGroups: "ec2:DescribeSecurityGroups",
    describeImages: "ec2:DescribeImages",
    describeLaunchTemplates: "ec2:DescribeLaunchTemplates",
    createLaunchTemplate: "ec2:CreateLaunchTemplate",
    deleteLaunchTemplate: "ec2:DeleteLaunchTemplate",
    createFleet: "ec2:CreateFleet",
    runInstances: "ec2:RunInstances",
    describeInstances: "ec2:DescribeInstances",
    terminateInstances: "ec2:TerminateInstances",
    createTags: "ec2:CreateTags",
    describeInstanceStatus: "ec2:DescribeInstanceStatus",
    describeCapacityReservations: "ec2:DescribeCapacityReservations",
    describePlacementGroups: "ec2:DescribePlacementGroups",
  } satisfies Actions<Ec2Client>,
  ssm: { getParameter: "ssm:GetParameter" } satisfies Actions<SsmClient>,
  iam: {
    getInstanceProfile: "iam:GetInstanceProfile",
    createInstanceProfile: "iam:CreateInstanceProfile",
    addRoleToInstanceProfile: "iam:AddRoleToInstanceProfile",
    removeRoleFromInstanceProfile: "iam:RemoveRoleFromInstanceProfile",
    deleteInstanceProfile: "iam:DeleteInstanceProfile",
    listInstanceProfiles: "iam:ListInstanceProfiles",
  } satisfies Actions<IamClient>,
  eks: { describeCluster: "eks:DescribeCluster" } satisfies Actions<EksClient>,
  sqs: {
    getQueueUrl: "sqs:GetQueueUrl",
    receiveMessage: "sqs:ReceiveMessage",
    deleteMessage: "sqs:DeleteMessage",
  } satisfies Actions<SqsClient>,
  pricing: { getProducts: "pricing:GetProducts" } satisfies Actions<PricingClient>,
  zonalShift: { getManagedResource: "arc-zonal-shift:GetManagedResource" } satisfies Actions<ZonalShiftClient>,
};

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/**
 * The controller's rights: the calls that it makes, each with its conditions, as managed policies by name (spec: aws 6.2).
 * IAM takes 6,144 characters a policy, blanks not counted, so they cannot be one.
 */
export function controllerPolicies(place: PolicyPlace): Readonly<Record<PolicyName, PolicyDocument>> {
  const document = (Statement: readonly PolicyStatement[]): PolicyDocument => ({ Version: "2012-10-17", Statement });
  const clusterArn = `arn:${place.partition}:eks:${place.region}:${place.account}:cluster/${place.cluster}`;
  return {
    NodeLifecycle: document(launchStatements(place)),
    IAMIntegration: document(profileStatements(place)),
    EKSIntegration: document([
      allow("AllowAPIServerEndpointDiscovery", [actionOfCall.eks.describeCluster], clusterArn),
    ]),
    Interruption: document([queueStatement(place)]),
    ZonalShift: document([
      {
        ...allow("AllowZonalShiftStatusReadOnly", [actionOfCall.zonalShift.getManagedResource], "*"),
        Condition: { StringEquals: { "arc-zonal-shift:ResourceIdentifier": clusterArn } },
      },
    ]),
    ResourceDiscovery: document(readStatements(place)),
  };
}

export type PolicyName =
  | "NodeLifecycle"
  | "IAMIntegration"
  | "EKSIntegration"
  | "Interruption"
  | "ZonalShift"
  | "ResourceDiscovery";

const allow = (Sid: string, Action: readonly string[], Resource: string): PolicyStatement => ({
  Sid,
  Effect: "Allow",
  Action,
  Resource,
});

const queueStatement = ({ partition, region, account, queue }: PolicyPlace): PolicyStatement =>
  allow(
    "AllowInterruptionQueueActions",
    Object.values(actionOfCall.sqs),
    `arn:${partition}:sqs:${region}:${account}:${queue}`,
  );

const owned = ({ cluster }: PolicyPlace, of: "RequestTag" | "ResourceTag") => ({
  [`aws:${of}/${clusterTagKey(cluster)}`]: ownedTagValue,
});

const pooled = (of: "RequestTag" | "ResourceTag") => ({ [`aws:${of}/${cloudTags.nodePool}`]: "*" });

function launchStatements(place: PolicyPlace): readonly PolicyStatement[] {
  const { partition, region, cluster } = place;
  const arn = (kind: string, account = "*"): string => `arn:${partition}:ec2:${region}:${account}:${kind}/*`;
  const named = ["fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request"];
  const made = named.map((kind) => arn(kind));
  const requested = { ...owned(place, "RequestTag"), [`aws:RequestTag/${cloudTags.eksClusterName}`]: cluster };
  const launch = ["ec2:RunInstances", "ec2:CreateFleet"];
  const used = ["security-group", "subnet", "capacity-reservation", "placement-group"].map((kind) => arn(kind));
  const ours = { StringEquals: owned(place, "ResourceTag"), StringLike: pooled("ResourceTag") };
  return [
    {
      Sid: "AllowScopedEC2InstanceAccessActions",
      Effect: "Allow",
      Action: launch,
      Resource: [arn("image", ""), arn("snapshot", ""), ...used],
    },
    {
      Sid: "AllowScopedEC2LaunchTemplateAccessActions",
      Effect: "Allow",
      Action: launch,
      Resource: arn("launch-template"),
      Condition: ours,
    },
    {
      Sid: "AllowScopedEC2InstanceActionsWithTags",
      Effect: "Allow",
      Action: [...launch, "ec2:CreateLaunchTemplate"],
      Resource: made,
      Condition: { StringEquals: requested, StringLike: pooled("RequestTag") },
    },
    {
      Sid: "AllowScopedResourceCreationTagging",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: made,
      Condition: {
        StringEquals: { ...requested, "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"] },
        StringLike: pooled("RequestTag"),
      },
    },
    {
      Sid: "AllowScopedResourceTagging",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: arn("instance"),
      Condition: {
        ...ours,
        StringEqualsIfExists: { [`aws:RequestTag/${cloudTags.eksClusterName}`]: cluster },
        "ForAllValues:StringEquals": { "aws:TagKeys": [cloudTags.eksClusterName, cloudTags.nodeClaim, cloudTags.name] },
      },
    },
    {
      Sid: "AllowScopedDeletion",
      Effect: "Allow",
      Action: ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
      Resource: [arn("instance"), arn("launch-template")],
      Condition: ours,
    },
  ];
}

function profileStatements(place: PolicyPlace): readonly PolicyStatement[] {
  const { partition, account, region, cluster, nodeRole } = place;
  const profiles = `arn:${partition}:iam::${account}:instance-profile/*`;
  const tags = (of: "RequestTag" | "ResourceTag") => ({
    ...owned(place, of),
    [`aws:${of}/${cloudTags.eksClusterName}`]: cluster,
    [`aws:${of}/${cloudTags.region}`]: region,
  });
  const classed = (of: "RequestTag" | "ResourceTag") => ({ [`aws:${of}/${awsLabels.ec2NodeClass}`]: "*" });
  return [
    {
      Sid: "AllowPassingInstanceRole",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: nodeRole,
      Condition: { StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"] } },
    },
    {
      Sid: "AllowScopedInstanceProfileCreationActions",
      Effect: "Allow",
      Action: ["iam:CreateInstanceProfile"],
      Resource: profiles,
      Condition: { StringEquals: tags("RequestTag"), StringLike: classed("RequestTag") },
    },
    {
      Sid: "AllowScopedInstanceProfileTagActions",
      Effect: "Allow",
      // IAM asks for it when a profile is created with tags.
      Action: ["iam:TagInstanceProfile"],
      Resource: profiles,
      Condition: {
        StringEquals: { ...tags("ResourceTag"), ...tags("RequestTag") },
        StringLike: { ...classed("ResourceTag"), ...classed("RequestTag") },
      },
    },
    {
      Sid: "AllowScopedInstanceProfileActions",
      Effect: "Allow",
      Action: ["iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"],
      Resource: profiles,
      Condition: {
        StringEquals: { ...owned(place, "ResourceTag"), [`aws:ResourceTag/${cloudTags.region}`]: region },
        StringLike: classed("ResourceTag"),
      },
    },
  ];
}

function readStatements({ partition, region, account }: PolicyPlace): readonly PolicyStatement[] {
  const described = Object.values(actionOfCall.ec2).filter((action) => action.startsWith("ec2:Describe"));
  const regional = { StringEquals: { "aws:RequestedRegion": region } };
  return [
    { ...allow("AllowRegionalReadActions", described.toSorted(byText), "*"), Condition: regional },
    allow(
      "AllowSSMReadActions",
      [actionOfCall.ssm.getParameter],
      `arn:${partition}:ssm:${region}::parameter/aws/service/*`,
    ),
    allow("AllowPricingReadActions", [actionOfCall.pricing.getProducts], "*"),
    allow("AllowUnscopedInstanceProfileListAction", [actionOfCall.iam.listInstanceProfiles], "*"),
    allow(
      "AllowInstanceProfileReadActions",
      [actionOfCall.iam.getInstanceProfile],
      `arn:${partition}:iam::${account}:instance-profile/*`,
    ),
  ];
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);
