/** What the account says, read-only (v1alpha5 6.1, input A). Each part is an answer of its own: an account may deny any call. */

/** `needs` is the action that was denied or failed, `eks:DescribeCluster`. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly needs: string; readonly reason: string };

export interface AccountFacts {
  readonly region: string;
  readonly cluster: Answer<AccountCluster>;
  /** Undefined where no queue is named. */
  readonly queue?: Answer<AccountQueue>;
  readonly network: Answer<AccountNetwork>;
  /** One for each launch template that the input names; undefined value for one that does not exist. */
  readonly launchTemplates: ReadonlyMap<string, Answer<AccountLaunchTemplate | undefined>>;
  readonly scalingGroups: Answer<readonly ScalingGroup[]>;
  /** Roles by `namespace/serviceaccount`. */
  readonly podIdentities: Answer<readonly PodIdentity[]>;
  readonly fargateProfiles: Answer<readonly FargateProfile[]>;
  readonly metricFilters: Answer<readonly MetricFilter[]>;
  /** Of the region. */
  readonly alarms: Answer<readonly MetricAlarm[]>;
  /** Of us-east-1, where the bill is. */
  readonly billingAlarms: Answer<readonly MetricAlarm[]>;
  readonly anomalies: Answer<AnomalyDetection>;
  readonly budgets: Answer<readonly CostBudget[]>;
}

export interface AccountCluster {
  readonly name: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly privateEndpoint: boolean;
  readonly publicEndpoint: boolean;
}

export interface AccountQueue {
  readonly name: string;
  /** Absent where there is no such queue. */
  readonly arn?: string;
  /** JSON; empty where it has none. */
  readonly policy: string;
  /** Rules of EventBridge that send there. */
  readonly rules: Answer<readonly EventRule[]>;
}

export interface EventRule {
  readonly name: string;
  readonly enabled: boolean;
  /** JSON. */
  readonly pattern: string;
}

export interface AccountNetwork {
  readonly vpcId: string;
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
  readonly subnets: readonly AccountSubnet[];
  readonly routeTables: readonly RouteTable[];
  readonly endpoints: readonly VpcEndpoint[];
  /** Groups of the endpoints. */
  readonly securityGroups: readonly EndpointSecurityGroup[];
}

export interface AccountSubnet {
  readonly id: string;
  readonly zone: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface RouteTable {
  readonly id: string;
  /** Of the whole network, for subnets that no table names. */
  readonly main: boolean;
  readonly subnetIds: readonly string[];
  readonly routes: readonly { readonly destination: string; readonly target: string }[];
}

export interface VpcEndpoint {
  /** `com.amazonaws.us-east-1.ecr.api`. */
  readonly service: string;
  readonly type: string;
  readonly state: string;
  readonly privateDns: boolean;
  readonly routeTableIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface EndpointSecurityGroup {
  readonly id: string;
  /** Some rule lets in TCP 443. */
  readonly opens443: boolean;
}

export interface AccountLaunchTemplate {
  readonly name: string;
  readonly instanceType?: string;
  readonly networkInterfaces: number;
  readonly subnet?: string;
  readonly placement: boolean;
  readonly marketType?: string;
  readonly imageId?: string;
  /** RFC 3339. */
  readonly imageDate?: Answer<string | undefined>;
}

export interface ScalingGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface PodIdentity {
  readonly namespace: string;
  readonly serviceAccount: string;
}

export interface FargateProfile {
  readonly name: string;
  readonly selectors: readonly { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }[];
}

export interface MetricFilter {
  readonly logGroup: string;
  readonly pattern: string;
  readonly metrics: readonly { readonly namespace: string; readonly name: string }[];
}

export interface MetricAlarm {
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  /** Actions that run when it alarms; none where they are switched off. */
  readonly actions: number;
}

export interface AnomalyDetection {
  readonly monitors: number;
  readonly subscriptions: number;
}

export interface CostBudget {
  readonly name: string;
  /** With a subscriber. */
  readonly notifications: number;
  readonly actions: number;
}

/** What the reader has to look for, by the names that the input tells. */
export interface AccountQuestions {
  readonly clusterName?: string;
  readonly queueName?: string;
  readonly launchTemplates: readonly string[];
}
