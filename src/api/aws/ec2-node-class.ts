/** EC2NodeClass, `karpenter.k8s.aws/v1` (spec: api 4). */
import type { Condition, KubeObject } from "../kubernetes/meta.ts";
import { resourceType } from "../kubernetes/resource-types.ts";
import type { RequirementSpec } from "../karpenter/node-pool.ts";

export interface SubnetSelectorTerm {
  readonly tags?: Readonly<Record<string, string>>;
  readonly id?: string;
}

export interface SecurityGroupSelectorTerm {
  readonly tags?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly name?: string;
}

export interface AmiSelectorTerm {
  readonly alias?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly name?: string;
  readonly owner?: string;
  readonly ssmParameter?: string;
}

export interface CapacityReservationSelectorTerm {
  readonly tags?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly ownerID?: string;
  readonly instanceMatchCriteria?: "open" | "targeted";
}

export interface BlockDevice {
  readonly deleteOnTermination?: boolean;
  readonly encrypted?: boolean;
  readonly iops?: number;
  readonly kmsKeyID?: string;
  readonly snapshotID?: string;
  readonly throughput?: number;
  readonly volumeInitializationRate?: number;
  readonly volumeSize?: string;
  readonly volumeType?: "standard" | "io1" | "io2" | "gp2" | "sc1" | "st1" | "gp3";
}

export interface BlockDeviceMapping {
  readonly deviceName?: string;
  readonly ebs?: BlockDevice;
  readonly rootVolume?: boolean;
}

export type AmiFamily = "AL2" | "AL2023" | "Bottlerocket" | "Custom" | "Windows2019" | "Windows2022" | "Windows2025";

/** The kubelet settings that the controller itself reads (api 4.5); other fields pass through untouched. */
export interface KubeletConfiguration {
  readonly clusterDNS?: readonly string[];
  readonly maxPods?: number | string;
  readonly podsPerCore?: number;
  readonly systemReserved?: Readonly<Record<string, string>>;
  readonly kubeReserved?: Readonly<Record<string, string>>;
  readonly evictionHard?: Readonly<Record<string, string>>;
  readonly evictionSoft?: Readonly<Record<string, string>>;
  readonly evictionSoftGracePeriod?: Readonly<Record<string, string>>;
  readonly evictionMaxPodGracePeriod?: number;
  readonly imageGCHighThresholdPercent?: number;
  readonly imageGCLowThresholdPercent?: number;
  readonly cpuCFSQuota?: boolean;
  readonly [field: string]: unknown;
}

export interface EC2NodeClassSpec {
  readonly subnetSelectorTerms: readonly SubnetSelectorTerm[];
  readonly securityGroupSelectorTerms: readonly SecurityGroupSelectorTerm[];
  readonly amiSelectorTerms: readonly AmiSelectorTerm[];
  readonly capacityReservationSelectorTerms?: readonly CapacityReservationSelectorTerm[];
  readonly placementGroupSelector?: { readonly name?: string; readonly id?: string };
  readonly amiFamily?: AmiFamily;
  readonly userData?: string;
  readonly role?: string;
  readonly instanceProfile?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly kubelet?: KubeletConfiguration;
  readonly blockDeviceMappings?: readonly BlockDeviceMapping[];
  readonly instanceStorePolicy?: "RAID0";
  readonly networkInterfaces?: readonly {
    readonly networkCardIndex: number;
    readonly deviceIndex: number;
    readonly interfaceType: "interface" | "efa-only";
  }[];
  readonly associatePublicIPAddress?: boolean;
  readonly ipPrefixCount?: number;
  readonly detailedMonitoring?: boolean;
  readonly metadataOptions?: {
    readonly httpEndpoint?: "enabled" | "disabled";
    readonly httpProtocolIPv6?: "enabled" | "disabled";
    readonly httpPutResponseHopLimit?: number;
    readonly httpTokens?: "required" | "optional";
  };
  readonly connectionTracking?: {
    readonly tcpEstablishedTimeout?: number;
    readonly udpStreamTimeout?: number;
    readonly udpTimeout?: number;
  };
  readonly context?: string;
  readonly cpuOptions?: { readonly nestedVirtualization?: "enabled" | "disabled" };
}

export interface EC2NodeClassStatus {
  readonly subnets?: readonly { readonly id: string; readonly zone: string; readonly zoneID?: string }[];
  readonly securityGroups?: readonly { readonly id: string; readonly name?: string }[];
  readonly amis?: readonly {
    readonly id: string;
    readonly name?: string;
    readonly deprecated?: boolean;
    readonly requirements: readonly RequirementSpec[];
  }[];
  readonly capacityReservations?: readonly {
    readonly id: string;
    readonly availabilityZone: string;
    readonly instanceType: string;
    readonly instanceMatchCriteria: string;
    readonly ownerID: string;
    readonly endTime?: string;
    readonly reservationType?: "default" | "capacity-block";
    readonly state?: "active" | "expiring";
    readonly interruptible?: boolean;
  }[];
  readonly instanceProfile?: string;
  readonly conditions?: readonly Condition[];
}

export interface EC2NodeClass extends KubeObject {
  readonly spec: EC2NodeClassSpec;
  readonly status?: EC2NodeClassStatus;
}

export const ec2NodeClassType = resourceType<EC2NodeClass>(
  "karpenter.k8s.aws/v1",
  "EC2NodeClass",
  "ec2nodeclasses",
  "Cluster",
);
