/** Shapes of launch templates (spec: aws 3.7). */
import type { TagSpecification } from "./ec2-instances.ts";
import type { Filter, Tag } from "./request.ts";

export interface LaunchTemplateInterface {
  readonly NetworkCardIndex?: number;
  readonly DeviceIndex: number;
  readonly InterfaceType?: string;
  readonly Groups?: readonly string[];
  readonly AssociatePublicIpAddress?: boolean;
  readonly Ipv4PrefixCount?: number;
  readonly Ipv6PrefixCount?: number;
  readonly PrimaryIpv6?: boolean;
  readonly Ipv6AddressCount?: number;
  readonly ConnectionTrackingSpecification?: {
    readonly TcpEstablishedTimeout?: number;
    readonly UdpStreamTimeout?: number;
    readonly UdpTimeout?: number;
  };
}

export interface LaunchTemplateBlockDevice {
  readonly DeviceName?: string;
  readonly Ebs?: {
    readonly DeleteOnTermination?: boolean;
    readonly Encrypted?: boolean;
    readonly Iops?: number;
    readonly KmsKeyId?: string;
    readonly SnapshotId?: string;
    readonly Throughput?: number;
    readonly VolumeInitializationRate?: number;
    readonly VolumeSize?: number;
    readonly VolumeType?: string;
  };
}

export interface LaunchTemplateData {
  readonly BlockDeviceMappings?: readonly LaunchTemplateBlockDevice[];
  readonly CpuOptions?: { readonly NestedVirtualization?: "enabled" | "disabled" };
  readonly IamInstanceProfile?: { readonly Name: string };
  readonly Monitoring?: { readonly Enabled: boolean };
  readonly ImageId: string;
  /** Base64. */
  readonly UserData?: string;
  readonly MetadataOptions?: {
    readonly HttpEndpoint?: "enabled" | "disabled";
    readonly HttpProtocolIpv6?: "enabled" | "disabled";
    readonly HttpPutResponseHopLimit?: number;
    readonly HttpTokens?: "required" | "optional";
    readonly InstanceMetadataTags: "disabled";
  };
  readonly NetworkInterfaces: readonly LaunchTemplateInterface[];
  readonly TagSpecifications?: readonly TagSpecification[];
  readonly Placement?: {
    readonly Tenancy?: "default" | "dedicated";
    readonly GroupId?: string;
    readonly PartitionNumber?: number;
  };
  readonly EnclaveOptions?: { readonly Enabled: boolean };
  readonly CapacityReservationSpecification?: {
    readonly CapacityReservationPreference: "none" | "capacity-reservations-only";
    readonly CapacityReservationTarget?: { readonly CapacityReservationId: string };
  };
  readonly InstanceMarketOptions?: { readonly MarketType: "capacity-block" | "interruptible-capacity-reservation" };
}

export interface CreateLaunchTemplateRequest {
  readonly LaunchTemplateName: string;
  readonly LaunchTemplateData: LaunchTemplateData;
  readonly TagSpecifications?: readonly TagSpecification[];
}

export interface LaunchTemplate {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

export interface CreateLaunchTemplateResult {
  readonly LaunchTemplate?: LaunchTemplate | undefined;
}

export interface DescribeLaunchTemplatesRequest {
  readonly LaunchTemplateNames?: readonly string[];
  readonly Filters?: readonly Filter[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface DescribeLaunchTemplatesResult {
  readonly LaunchTemplates?: readonly LaunchTemplate[] | undefined;
  readonly NextToken?: string | undefined;
}

export interface DeleteLaunchTemplateRequest {
  readonly LaunchTemplateId?: string;
  readonly LaunchTemplateName?: string;
}
