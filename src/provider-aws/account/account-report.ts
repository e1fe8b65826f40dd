/** What an account says, each part an answer of its own (spec: v1alpha5 6.1, input A). The advisor takes it as it is. */
import type { Answer } from "./asking.ts";

/** What to look for, by the names that the user's objects tell. */
export interface AccountQuestions {
  readonly region: string;
  readonly clusterName?: string;
  readonly queueName?: string;
  readonly launchTemplates: readonly string[];
}

export interface ClusterReport {
  readonly name: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly privateEndpoint: boolean;
  readonly publicEndpoint: boolean;
}

export interface QueueReport {
  readonly name: string;
  /** Absent where there is no such queue. */
  readonly arn?: string;
  readonly policy: string;
  readonly rules: Answer<readonly RuleReport[]>;
}

export interface RuleReport {
  readonly name: string;
  readonly enabled: boolean;
  readonly pattern: string;
}

type Tags = Readonly<Record<string, string>>;

export interface NetworkReport {
  readonly vpcId: string;
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
  readonly subnets: readonly { readonly id: string; readonly zone: string; readonly tags: Tags }[];
  readonly routeTables: readonly {
    readonly id: string;
    readonly main: boolean;
    readonly subnetIds: readonly string[];
    readonly routes: readonly { readonly destination: string; readonly target: string }[];
  }[];
  readonly endpoints: readonly {
    readonly service: string;
    readonly type: string;
    readonly state: string;
    readonly privateDns: boolean;
    readonly routeTableIds: readonly string[];
    readonly securityGroupIds: readonly string[];
  }[];
  readonly securityGroups: readonly { readonly id: string; readonly opens443: boolean }[];
}

export interface LaunchTemplateReport {
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

export interface AlarmReport {
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  /** 0 where they are switched off. */
  readonly actions: number;
}

export interface MetricFilterReport {
  readonly logGroup: string;
  readonly pattern: string;
  readonly metrics: readonly { readonly namespace: string; readonly name: string }[];
}

export interface AccountReport {
  readonly region: string;
  readonly cluster: Answer<ClusterReport>;
  readonly queue?: Answer<QueueReport>;
  readonly network: Answer<NetworkReport>;
  readonly launchTemplates: ReadonlyMap<string, Answer<LaunchTemplateReport | undefined>>;
  readonly scalingGroups: Answer<
    readonly { readonly name: string; readonly min: number; readonly max: number; readonly tags: Tags }[]
  >;
  readonly podIdentities: Answer<readonly { readonly namespace: string; readonly serviceAccount: string }[]>;
  readonly fargateProfiles: Answer<
    readonly {
      readonly name: string;
      readonly selectors: readonly { readonly namespace: string; readonly labels: Tags }[];
    }[]
  >;
  readonly metricFilters: Answer<readonly MetricFilterReport[]>;
  readonly alarms: Answer<readonly AlarmReport[]>;
  readonly billingAlarms: Answer<readonly AlarmReport[]>;
  readonly anomalies: Answer<{ readonly monitors: number; readonly subscriptions: number }>;
  readonly budgets: Answer<
    readonly { readonly name: string; readonly notifications: number; readonly actions: number }[]
  >;
}
