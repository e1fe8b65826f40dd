/** AWSNodeTemplate, `karpenter.k8s.aws/v1alpha1` (spec: v1alpha5 2). */
import type { BlockDevice } from "../aws/ec2-node-class.ts";
import type { RequirementSpec } from "../karpenter/node-pool.ts";
import type { KubeObject } from "../kubernetes/meta.ts";
import { resourceType } from "../kubernetes/resource-types.ts";

/** Tag keys, or one of the id, name and owner keys, to a value or a comma list (v1alpha5 2.4). */
export type Selector = Readonly<Record<string, string>>;

export interface EraBlockDeviceMapping {
  readonly deviceName?: string;
  readonly ebs?: Omit<BlockDevice, "volumeInitializationRate" | "volumeSize"> & {
    readonly volumeSize?: string | number;
  };
}

export interface EraMetadataOptions {
  readonly httpEndpoint?: string;
  readonly httpProtocolIPv6?: string;
  readonly httpPutResponseHopLimit?: number;
  readonly httpTokens?: string;
}

export interface NodeTemplateSpec {
  /** Left over from the inline form; accepted and ignored. */
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly amiFamily?: string;
  readonly amiSelector?: Selector;
  readonly userData?: string;
  readonly subnetSelector?: Selector;
  readonly securityGroupSelector?: Selector;
  readonly instanceProfile?: string;
  /** Name of an unmanaged launch template (D4). */
  readonly launchTemplate?: string;
  readonly metadataOptions?: EraMetadataOptions;
  readonly blockDeviceMappings?: readonly EraBlockDeviceMapping[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly detailedMonitoring?: boolean;
  readonly context?: string;
}

export interface AWSNodeTemplate extends KubeObject {
  readonly spec?: NodeTemplateSpec;
  readonly status?: {
    readonly subnets?: readonly { readonly id: string; readonly zone: string }[];
    readonly securityGroups?: readonly { readonly id: string; readonly name?: string }[];
    readonly amis?: readonly {
      readonly id: string;
      readonly name?: string;
      readonly requirements: readonly RequirementSpec[];
    }[];
  };
}

export const awsNodeTemplateType = resourceType<AWSNodeTemplate>(
  "karpenter.k8s.aws/v1alpha1",
  "AWSNodeTemplate",
  "awsnodetemplates",
  "Cluster",
);
